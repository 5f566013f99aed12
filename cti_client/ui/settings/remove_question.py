"""Asks before something is taken out of use."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label

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
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.remove)
        buttons.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # as high as its lines need, always
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        layout.addWidget(heading)
        layout.addWidget(body)
        layout.addSpacing(SPACE_L)
        layout.addLayout(buttons)
        self.keep.setDefault(True)
        self.keep.setFocus()

    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit()
