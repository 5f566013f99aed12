"""Asks what becomes of changes that are not saved."""

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label

WIDTH_PX = 380


class LeaveQuestion(QDialog):
    """Save, discard, or stay. Esc stays; use `open()`."""

    save_chosen = Signal()
    discard_chosen = Signal()

    def __init__(self, theme: Theme, why_not_save: str = "", parent: QWidget | None = None) -> None:
        """`why_not_save`: why it cannot be saved now; empty: it can."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Save changes?"))
        words = self.tr("You changed something here that is not saved.")
        self.words = Label(f"{words} {why_not_save}".strip(), wrap=True)
        self.words.setMinimumWidth(theme.pixels(WIDTH_PX))
        self.setAccessibleDescription(self.words.text())
        self.save = QPushButton(self.tr("Save"))
        self.save.setProperty("kind", "primary")
        self.save.setEnabled(not why_not_save)
        self.save.clicked.connect(lambda: self._choose(self.save_chosen))
        self.discard = QPushButton(self.tr("Discard"))
        self.discard.clicked.connect(lambda: self._choose(self.discard_chosen))
        self.stay = QPushButton(self.tr("Stay"))
        self.stay.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self.stay)
        buttons.addStretch(1)
        buttons.addWidget(self.discard)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # as high as its lines need, always
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(self.tr("Save what you changed?"), "heading"))
        layout.addWidget(self.words)
        layout.addSpacing(SPACE_L)
        layout.addLayout(buttons)
        first = self.stay if why_not_save else self.save
        first.setDefault(True)
        first.setFocus()

    def _choose(self, signal: SignalInstance) -> None:
        self.accept()
        signal.emit()
