"""A short word on a soft ground."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from cti_client.ui.theme import restyle
from cti_client.ui.widgets.label import Label


class Pill(Label):
    """State in one or two words. `role`: neutral, good, caution, bad, accent (soft grounds) or solid (unread counts).

    The role only underlines what the words say already.
    """

    def __init__(self, text: str = "", role: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.setProperty("pill", role)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_state(self, text: str, role: str) -> None:
        """Change words and role; repaints only what differs."""
        if self.text() != text:
            self.setText(text)
        restyle(self, "pill", role)
