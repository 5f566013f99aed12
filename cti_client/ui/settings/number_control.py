"""One of our numbers, with its phone button (A12)."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cti_client.ui.numbers.phone_field import PhoneField
from cti_client.ui.theme import Theme, restyle


class NumberControl(QWidget):
    """A phone field that is typed once and then stands."""

    changed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        self.field = PhoneField(theme)
        self.field.edit.setAccessibleName(name)
        self.field.edit.setPlaceholderText(self.tr("Number or short code"))
        self.field.changed.connect(self._typed)
        self.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field)

    def value(self) -> str:
        """As typed, or the address of the number that stands."""
        return self._address or self.field.edit.text()

    def put(self, value: object) -> None:
        """What was typed."""
        if value != self.value():
            self.field.clear()
            self.field.edit.setText(str(value))
            self.field.button.show_number(str(value), str(value))

    def fix(self, address: str, display: str) -> None:
        """A number on record, which does not change any more; none: one may be typed."""
        was, self._address = self._address, address
        self.field.say("")
        self.field.edit.setReadOnly(bool(address))
        if address:
            self.field.show_number(address, display)
        elif was:
            self.field.clear()

    def mark(self, wrong: bool) -> None:
        """Whether it is wrong."""
        restyle(self.field.edit, "invalid", wrong)

    def setEnabled(self, enabled: bool) -> None:
        """The number can be texted or called all the same."""
        if not self._address:
            self.field.edit.setEnabled(enabled)

    def setAccessibleDescription(self, description: str) -> None:
        """Screen readers hear it where the keyboard is."""
        super().setAccessibleDescription(description)
        self.field.edit.setAccessibleDescription(description)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook."""
        super().focusInEvent(event)
        self.field.edit.setFocus(event.reason())

    def _typed(self, _text: str) -> None:
        self.changed.emit()
