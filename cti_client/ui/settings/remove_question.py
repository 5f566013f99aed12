"""Asks before something is taken out of use."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.question import lay_out

WIDTH_PX = 400


class RemoveQuestion(QDialog):
    """Says what stops. Enter and Esc leave everything as it is; use `open()`."""

    confirmed = Signal()

    def __init__(self, theme: Theme, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Remove?"))
        self.setAccessibleDescription(words)
        heading = Label(title, "heading", wrap=True)
        body = Label(words, wrap=True)
        body.setMinimumWidth(theme.pixels(WIDTH_PX))
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setProperty("kind", "danger")
        self.remove.clicked.connect(self._confirm)
        self.keep = QPushButton(self.tr("Keep"))
        self.keep.setProperty("kind", "primary")
        self.keep.clicked.connect(self.reject)
        lay_out(self, [heading, body], [self.remove, self.keep])
        self.keep.setDefault(True)
        self.keep.setFocus()

    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit()
