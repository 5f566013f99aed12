"""The form of one canned reply (E10)."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from cti_client.domain.canned_reply import Placeholder, fill, unknown
from cti_client.ui.settings.form import FieldError, Form
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.text_editor import TextEditor
from cti_client.ui.settings.words import placeholder_name, tr
from cti_client.ui.theme import SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.settings_api import CannedReplyView, EditCannedReply

LONGEST_SHORTCUT = 30
LONGEST_TITLE = 80

Samples = Callable[[], Mapping[Placeholder, str]]


class ReplyForm(Form):
    """Shortcut, title and text, and how it reads with an example's customer."""

    def __init__(self, theme: Theme, samples: Samples, parent: QWidget | None = None) -> None:
        """`samples`: what placeholders become in the preview."""
        super().__init__(theme, tr("All canned replies"), tr("Remove reply…"), parent)
        self._view: CannedReplyView | None = None
        self._samples = samples
        self.shortcut, self.heading = QLineEdit(), QLineEdit()
        self.shortcut.setMaxLength(LONGEST_SHORTCUT)
        self.heading.setMaxLength(LONGEST_TITLE)
        self.text = TextEditor(theme, tr("Text"))
        self.text.offer([(placeholder_name(one), f"{{{one.value}}}") for one in Placeholder])
        self.text.changed.connect(self._preview)
        self.preview = Label(wrap=True)
        self.preview.setAccessibleName(tr("Preview"))
        for name, field in (
            ("shortcut", FormField(tr("Shortcut"), self.shortcut, note=tr("Agents type / and this to insert it."))),
            ("title", FormField(tr("Title"), self.heading)),
            ("text", FormField(tr("Text"), self.text)),
        ):
            self.column.addWidget(self.add(name, field))
        self._add_preview()
        self.column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def show_reply(self, view: CannedReplyView | None) -> dict[str, object]:
        """Be about this one (None: a new one); returns its values."""
        self._view = view
        self.title.setText(f"/{view.shortcut}" if view is not None else tr("New canned reply"))
        self.remove.setVisible(view is not None)
        shown = view or CannedReplyView(id=0, shortcut="", title="", text="", version=0)
        self._preview()
        return {"shortcut": shown.shortcut, "title": shown.title, "text": shown.text}

    def edit(self) -> EditCannedReply:
        """As it stands on the screen."""
        return EditCannedReply(
            shortcut=self.shortcut.text().strip().removeprefix("/"),
            title=self.heading.text().strip(),
            text=self.text.value(),
            version=self._view.version if self._view is not None else 0,
        )

    def mistakes(self) -> list[FieldError]:
        """What is wrong with it, as far as it can be told here."""
        found = []
        edit = self.edit()
        if not edit.shortcut or len(edit.shortcut.split()) != 1:
            found.append(FieldError("shortcut", tr("One word.")))
        if not edit.title:
            found.append(FieldError("title", tr("Give it a title.")))
        if why := self.text.why_not():
            found.append(FieldError("text", why))
        return found

    def _preview(self) -> None:
        text = self.text.value()
        shown = fill(text, self._samples())
        self.text.show_as(shown)
        self.preview.setText(shown or tr("Nothing is written yet."))
        self.preview.set_tone("" if shown else "muted")
        not_known = unknown(text)
        words = tr("{names}: no placeholder, so it goes out as it stands.")
        self.text.warn(words.format(names=", ".join(not_known)) if not_known else "")

    def _add_preview(self) -> None:
        bubble = QFrame()
        bubble.setProperty("kind", "bubble")
        inside = QVBoxLayout(bubble)
        inside.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        inside.addWidget(self.preview)
        around = QVBoxLayout()
        around.setSpacing(SPACE_S)
        around.addWidget(Label(tr("Preview, with an example’s customer"), "small", wrap=True))
        around.addWidget(bubble)
        self.column.addLayout(around)
