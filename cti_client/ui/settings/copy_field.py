"""Something to be copied elsewhere."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from cti_client.ui.theme import SPACE_S, Theme

COPIED_MS = 2_000


class CopyField(QWidget):
    """A text that is read only, with a button that puts it on the clipboard and says so."""

    changed = Signal()
    """Never: it is as the hub says."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.edit = QLineEdit()
        self.edit.setReadOnly(True)
        self.edit.setAccessibleName(name)
        self.copy = QPushButton(theme.icon("copy"), self.tr("Copy"))
        self.copy.setAccessibleName(self.tr("Copy: {name}").format(name=name))
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.edit, 1)
        row.addWidget(self.copy)

    def value(self) -> str:
        """Nothing that could be changed."""
        return ""

    def put(self, value: object) -> None:
        """What there is to copy."""
        self.edit.setText(str(value))
        self.edit.setCursorPosition(0)
        self.copy.setText(self.tr("Copy"))

    def mark(self, wrong: bool) -> None:
        """It is never wrong."""

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.edit.text())
        self.copy.setText(self.tr("Copied"))
        self.edit.selectAll()
