"""Asks whether to text although it is early or late where the customer is (B9)."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from cti_client.desk.errors import DeskError, HubRefusedError
from cti_client.domain.errors import QuietHoursError
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.question import lay_out

_WIDTH_CHARACTERS = 56


def asks_about_hour(error: DeskError) -> bool:
    """Whether the hub refused for the hour alone, so that a person's yes lets it go."""
    return isinstance(error, HubRefusedError) and error.problem.code == QuietHoursError.code


class QuietQuestion(QDialog):
    """The hub's sentence and two buttons. Enter and Esc leave everything as it is; use `open()`."""

    confirmed = Signal()

    def __init__(self, why: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Text now?"))
        self.words = Label(why, wrap=True)
        self.words.setMinimumWidth(self.fontMetrics().averageCharWidth() * _WIDTH_CHARACTERS)
        self.anyway = QPushButton(self.tr("Text anyway"))
        self.anyway.clicked.connect(self._confirm)
        self.not_now = QPushButton(self.tr("Not now"))
        self.not_now.setProperty("kind", "primary")
        self.not_now.clicked.connect(self.reject)
        lay_out(self, [Label(self.tr("Text now?"), "heading"), self.words], [self.anyway, self.not_now])
        self.not_now.setDefault(True)
        self.not_now.setFocus()
        self.setAccessibleDescription(why)

    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit()
