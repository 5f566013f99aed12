"""Where a text that others will send is written: what it costs, and what it leaves open."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from cti_client.domain.sms_text import LONGEST, measure
from cti_client.domain.text_policy import TextPolicy, refusal_sentence, refused
from cti_client.ui.refused_marks import mark_refused
from cti_client.ui.text_cost import cost_words
from cti_client.ui.theme import SPACE_S, SPACE_XS, Theme, restyle
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.menu_button import MenuButton

LINES = 3


class TextEditor(QWidget):
    """An editor with the counter that the reply box has; a menu puts placeholders in at the cursor.

    `show_as` says what the text is counted as: with its placeholders filled.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._policy, self._separately = TextPolicy.EVERYTHING, False
        self._filled: str | None = None
        self.setAccessibleName(name)
        self.edit = QPlainTextEdit()
        self.edit.setAccessibleName(name)
        self.edit.setTabChangesFocus(True)
        margins = self.edit.contentsMargins()
        lines = LINES * self.edit.fontMetrics().lineSpacing()
        self.edit.setFixedHeight(lines + theme.pixels(16) + margins.top() + margins.bottom())
        self.edit.textChanged.connect(self._changed)
        self.counter = Label(tone="small", wrap=True)
        self.warning = Label(tone="caution", wrap=True)
        self.warning.hide()
        self.insert = MenuButton(theme, self.tr("Insert"))
        self.insert.setAccessibleName(self.tr("Insert a placeholder"))
        self.insert.hide()
        below = QHBoxLayout()
        below.setSpacing(SPACE_S)
        below.addWidget(self.counter, 1)
        below.addWidget(self.insert)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.edit)
        layout.addLayout(below)
        layout.addWidget(self.warning)
        self._count()

    def offer(self, placeholders: Sequence[tuple[str, str]]) -> None:
        """Words of each placeholder and what is put in for it."""
        menu = QMenu(self)
        for words, inserted in placeholders:
            # An ampersand is an ampersand, not a mnemonic.
            action = menu.addAction(f"{words}   {inserted}".replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, inserted=inserted: self._insert(inserted))
        self.insert.set_menu(menu)
        self.insert.setVisible(bool(placeholders))

    def set_way(self, policy: TextPolicy, *, separately: bool) -> None:
        """What the connection that it goes by lets through, and how it sends long text."""
        if (policy, separately) != (self._policy, self._separately):
            self._policy, self._separately = policy, separately
            self._count()

    def show_as(self, filled: str) -> None:
        """What goes out for what stands here now."""
        self._filled = filled
        self._count()

    def warn(self, words: str) -> None:
        """Something that may not be meant; empty takes it away."""
        self.warning.setText(words)
        self.warning.setVisible(bool(words))

    def why_not(self) -> str:
        """Why this could not be sent; empty where it can."""
        filled = self.value() if self._filled is None else self._filled
        if not filled.strip():
            return self.tr("Write the text.")
        if measure(filled).characters > LONGEST:
            return self.tr("At most {most} characters.").format(most=f"{LONGEST:,}")
        return refusal_sentence(refused(filled, self._policy), self._policy)

    def value(self) -> str:
        """What stands in it."""
        return self.edit.toPlainText()

    def put(self, value: object) -> None:
        """Let it show that."""
        if value != self.value():
            self.edit.setPlainText(str(value))

    def mark(self, wrong: bool) -> None:
        """Whether it is wrong."""
        restyle(self.edit, "invalid", wrong)

    def setAccessibleDescription(self, description: str) -> None:
        """Screen readers hear it where the keyboard is."""
        super().setAccessibleDescription(description)
        self.edit.setAccessibleDescription(description)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook."""
        super().focusInEvent(event)
        self.edit.setFocus(event.reason())

    def _changed(self) -> None:
        self._filled = None
        self.changed.emit()
        if self._filled is None:
            self._count()

    def _count(self) -> None:
        filled = self.value() if self._filled is None else self._filled
        short = 0 < len(filled) <= 4 * LONGEST
        self.counter.setText(cost_words(filled, measure(filled) if short else None, separately=self._separately))
        mark_refused(self.edit, refused(self.value(), self._policy) if short else (), self._theme)

    def _insert(self, text: str) -> None:
        self.edit.insertPlainText(text)
        self.edit.setFocus()
