"""A phone number with its button."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.numbers.there import ThereLabel
from cti_client.ui.theme import SPACE_XS, Theme
from cti_client.ui.widgets.consent_icon import ConsentIcon
from cti_client.ui.widgets.label import Label


class PhoneField(QWidget):
    """Consent, caption, the time where the number is, the number, its phone button, and why nothing can be started.

    Read-only for a number on record.
    """

    changed = Signal(str)
    """The typed number."""

    def __init__(
        self, theme: Theme, caption: str = "", *, read_only: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._caption = Label(caption, "small", wrap=read_only)
        self._caption.setVisible(bool(caption))
        self.consent = ConsentIcon(theme)
        self.there = ThereLabel()
        self.edit = QLineEdit()
        self.edit.setReadOnly(read_only)
        self.edit.setAccessibleName(caption or self.tr("Phone number"))
        self._caption.setBuddy(self.edit)
        self.button = PhoneButton(theme)
        self._why = Label(tone="bad", wrap=True)
        self._why.hide()
        self.button.refused.connect(self.say)
        if not read_only:
            self.edit.setPlaceholderText(self.tr("Number with country code"))
            self.edit.textEdited.connect(self._typed)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(self.edit, 1)
        row.addWidget(self.button)
        head = QHBoxLayout()
        head.setSpacing(SPACE_XS)
        head.addWidget(self.consent)
        head.addWidget(self._caption, 1)
        head.addSpacing(SPACE_XS)
        head.addWidget(self.there)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addLayout(row)
        layout.addWidget(self._why)

    @property
    def why(self) -> str:
        """What it says against starting anything; empty where nothing."""
        return self._why.text()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook: the keyboard goes to the number. (A focus proxy would put this field out of the tab order.)"""
        super().focusInEvent(event)
        self.edit.setFocus(event.reason())

    def show_number(self, address: str, display: str, caption: str = "") -> None:
        """Show a number on record."""
        if caption:
            self._caption.setText(caption)
            self._caption.show()
            self.edit.setAccessibleName(caption)
        self.edit.setText(display or address)
        self.edit.setCursorPosition(0)
        self.button.show_number(address, display or address)

    def say(self, why: str) -> None:
        """Why nothing can be started; empty takes it away."""
        self._why.setText(why)
        self._why.setVisible(bool(why))

    def clear(self) -> None:
        """An empty field."""
        self.edit.clear()
        self.button.show_number("", "")
        self.say("")

    def _typed(self, text: str) -> None:
        self.say("")
        self.button.show_number(text.strip(), text.strip())
        self.changed.emit(text.strip())
