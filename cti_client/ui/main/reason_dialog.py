"""Asks for a reason to be away that is not in the menu."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.domain.agent import LONGEST_REASON, Presence
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.words import presence_name


class ReasonDialog(QDialog):
    """One short line. Use `open()`."""

    given = Signal(str)

    def __init__(self, theme: Theme, presence: Presence, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(presence_name(presence))
        self.reason = QLineEdit()
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.setPlaceholderText(self.tr("What others see beside your name"))
        self.set_button = QPushButton(self.tr("Set {state}").format(state=presence_name(presence)))
        self.set_button.setProperty("kind", "primary")
        self.set_button.setEnabled(False)
        buttons = QDialogButtonBox()
        buttons.addButton(self.set_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._give)
        buttons.rejected.connect(self.reject)
        self.reason.textChanged.connect(lambda text: self.set_button.setEnabled(bool(text.strip())))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(self.tr("Why are you away?"), "heading"))
        layout.addWidget(self.reason)
        layout.addSpacing(SPACE_M)
        layout.addWidget(buttons)
        self.setMinimumWidth(theme.pixels(360))
        self.set_button.setDefault(True)
        self.reason.setFocus()

    def _give(self) -> None:
        self.given.emit(" ".join(self.reason.text().split()))
        self.accept()
