"""Asks how the chat ended."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QDialogButtonBox, QPushButton, QRadioButton, QVBoxLayout, QWidget

from cti_client.domain.interaction import Disposition
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice


class CloseCaseDialog(QDialog):
    """Asks for the disposition (A8). Use `open()`; stays until the hub has closed the chat, Esc cancels."""

    close_chosen = Signal(object)
    """The `Disposition`; answered by `accept()` or `fail`."""

    def __init__(self, theme: Theme, customer: str, *, unsent: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Close case"))
        self._choices = QButtonGroup(self)
        words = (
            (Disposition.RESOLVED, self.tr("Resolved")),
            (Disposition.FOLLOW_UP, self.tr("Needs a follow-up: the case stays pending")),
            (Disposition.NO_REPLY_NEEDED, self.tr("No reply needed")),
            (Disposition.WRONG_NUMBER, self.tr("Wrong number")),
            (Disposition.SPAM, self.tr("Spam")),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(
            Label(self.tr("How did the chat with {name} end?").format(name=customer), "heading", wrap=True)
        )
        layout.addSpacing(SPACE_S)
        self.buttons: dict[Disposition, QRadioButton] = {}
        for number, (disposition, text) in enumerate(words):
            button = QRadioButton(text)
            self._choices.addButton(button, number)
            self.buttons[disposition] = button
            layout.addWidget(button)
        self.buttons[Disposition.RESOLVED].setChecked(True)
        self._order = [disposition for disposition, _ in words]
        self.warning = Notice(theme)
        if unsent:
            self.warning.say(unsent, "caution")
        self.problem = Notice(theme)
        self.close_button = QPushButton(self.tr("Close case"))
        self.close_button.setProperty("kind", "primary")
        self.cancel_button = QPushButton(self.tr("Cancel"))
        box = QDialogButtonBox()
        box.addButton(self.close_button, QDialogButtonBox.ButtonRole.AcceptRole)
        box.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        box.accepted.connect(self._choose)
        box.rejected.connect(self.reject)
        layout.addSpacing(SPACE_S)
        layout.addWidget(self.warning)
        layout.addWidget(self.problem)
        layout.addSpacing(SPACE_M)
        layout.addWidget(box)
        self.close_button.setDefault(True)  # counts only once the button is in the dialog
        self.setMinimumWidth(theme.pixels(360))
        self.buttons[Disposition.RESOLVED].setFocus()

    def fail(self, why: str) -> None:
        """The chat could not be closed; the person may try again."""
        self.close_button.setEnabled(True)
        self.problem.say(why, "bad")

    def _choose(self) -> None:
        self.close_button.setEnabled(False)
        self.problem.clear()
        self.close_chosen.emit(self._order[self._choices.checkedId()])
