"""Asks what becomes of changes that are not saved."""

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.question import lay_out

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
        heading = Label(self.tr("Save what you changed?"), "heading")
        lay_out(self, [heading, self.words], [self.discard, self.save], aside=self.stay)
        first = self.stay if why_not_save else self.save
        first.setDefault(True)
        first.setFocus()

    def _choose(self, signal: SignalInstance) -> None:
        self.accept()
        signal.emit()
