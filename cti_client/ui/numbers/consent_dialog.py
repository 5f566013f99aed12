"""What the two dialogs have in common in which an agent writes down what a customer said about texts."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cti_client.ui.breakable import breakable
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme, restyle
from cti_client.ui.widgets.consent_badge import ConsentBadge
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.consent_api import NumberConsent

LONGEST_NOTE = 500
"""Characters that the hub keeps."""
WIDE_PX = 420
SEND_KEY = "Ctrl+Return"


class ConsentDialog(QDialog):
    """Who, which number, which line, what stands now; a note; one action. Use `open()`.

    Whoever opens it answers with `show_consent`, or `show_problem` where it could not be found out; and `given` with
    `accept()` or `fail`. What is typed stays until then.
    """

    given = Signal()
    """The action was pressed; the dialog's properties say with what."""
    again_wanted = Signal()
    """Ask anew what stands."""

    def __init__(
        self, theme: Theme, action: str, question: str, who: str, number: str, parent: QWidget | None = None
    ) -> None:
        """`action`: what the button says. `question`: the heading, with `{who}` for name and number."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(action)
        self.known: NumberConsent | None = None
        """What stands, once it is known."""
        self._question, self._who, self._number = question, who, number
        self._busy = False
        self.heading = Label(wrap=True, tone="heading")
        self.badge = ConsentBadge(theme)
        self.about = Label(wrap=True, tone="small")
        self.meaning = Label(wrap=True)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(theme.pixels(64))
        self.note.setAccessibleName(self.tr("Note"))
        self.note.textChanged.connect(self._typed)
        self.fault = Label(tone="bad", wrap=True)
        self.fault.hide()
        self.problem = Notice(theme)
        self.problem.acted.connect(self.again_wanted)
        self.action = QPushButton(action)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.action.clicked.connect(self._give)
        self.action.setToolTip(self.tr("{action} ({keys})").format(action=action, keys=_native(SEND_KEY)))
        QShortcut(QKeySequence(SEND_KEY), self, self.action.click)
        self._theme = theme
        self._heading()

    def arrange(self, *middle: QWidget) -> None:
        """Lay out: `middle` stands over the note."""
        badge = QHBoxLayout()
        badge.addWidget(self.badge)
        badge.addStretch(1)
        caption = Label(self.tr("Note"), "small")
        caption.setBuddy(self.note)
        box = QDialogButtonBox()
        box.addButton(self.action, QDialogButtonBox.ButtonRole.AcceptRole)
        box.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        box.rejected.connect(self.reject)
        self.form = QWidget()
        note = QVBoxLayout(self.form)
        note.setContentsMargins(0, 0, 0, 0)
        note.setSpacing(SPACE_XS)
        for part in middle:
            note.addWidget(part)
        for widget in (caption, self.note, self.fault):
            note.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)  # as high as its lines need, always
        layout.addWidget(self.heading)
        layout.addWidget(self.about)
        layout.addLayout(badge)
        layout.addWidget(self.meaning)
        layout.addSpacing(SPACE_XS)
        layout.addWidget(self.form)
        layout.addWidget(self.problem)
        layout.addSpacing(SPACE_M)
        layout.addWidget(box)
        for label in (self.heading, self.meaning):
            label.setFixedWidth(self._theme.pixels(WIDE_PX))
        self.show_waiting()

    def show_waiting(self) -> None:
        """It is being asked what stands."""
        self.known = None
        self.problem.clear()
        self.about.setText(self.tr("Looking up what stands…"))
        self.about.show()
        self._fit()

    def show_consent(self, known: NumberConsent) -> None:
        """What stands now."""
        self.known = known
        self._number = known.display
        self._heading()
        line = self.tr("Line: {line}").format(line=known.line_name) if known.line_name else ""
        self.about.setText(breakable(line))
        self.about.setVisible(bool(line))
        self.badge.show_consent(known.state)
        self.problem.clear()
        refusal = self.tell(known)
        if refusal:
            self.problem.say(refusal, "caution")
        self.form.setVisible(not refusal)
        self.action.setVisible(not refusal)
        self.cancel.setText(self.tr("Close") if refusal else self.tr("Cancel"))
        if refusal:
            self.cancel.setFocus()
        self._fit()

    def tell(self, known: NumberConsent) -> str:
        """Say in `meaning` what the action means for this number; why it cannot be done, empty where it can."""
        raise NotImplementedError

    def is_complete(self) -> bool:
        """Whether all that the action needs has been filled in."""
        return True

    def show_problem(self, why: str) -> None:
        """It could not be found out what stands; it may be asked again."""
        self.about.hide()
        self.problem.say(why, "bad", action=self.tr("Try again"))
        self._fit()

    def fail(self, why: str, field: str = "") -> None:
        """It could not be stored; what is typed stays and may be given again."""
        self._busy = False
        if field == "note":
            self.blame_note(why)
        else:
            self.problem.say(why, "bad")
        self._fit()

    def blame_note(self, why: str) -> None:
        """The note is at fault; empty: it is not any more."""
        self.fault.setText(why)
        self.fault.setVisible(bool(why))
        restyle(self.note, "invalid", bool(why))
        if why:
            self.note.setFocus()

    @property
    def words(self) -> str:
        """The note."""
        return self.note.toPlainText().strip()

    def refresh(self) -> None:
        """Something that the action needs has changed."""
        self._fit()

    def _heading(self) -> None:
        who = f"{self._who}, {self._number}" if self._who and self._who != self._number else self._number
        self.heading.setText(breakable(self._question.format(who=who)))

    def _typed(self) -> None:
        if len(self.words) > LONGEST_NOTE:
            self.blame_note(self.tr("At most {n} characters can be kept.").format(n=LONGEST_NOTE))
        elif self.fault.text():
            self.blame_note("")
        self._fit()

    def _give(self) -> None:
        if self.action.isEnabled():
            self._busy = True
            self.problem.clear()
            self._fit()
            self.given.emit()

    def _fit(self) -> None:
        self.meaning.setVisible(bool(self.meaning.text()))
        self.action.setEnabled(not self._busy and self._is_ready())

    def _is_ready(self) -> bool:
        return self.known is not None and len(self.words) <= LONGEST_NOTE and self.is_complete()


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
