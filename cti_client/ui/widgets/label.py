"""A label that shows text as it is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from cti_client.ui.theme import restyle


class Label(QLabel):
    """Plain text in one of the stylesheet's tones (`muted`, `small`, `heading`, `title`, `caps`, `strong`, `bad`...).

    Never interprets markup, whoever wrote the text.
    """

    def __init__(self, text: str = "", tone: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if tone:
            self.setProperty("tone", tone)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Another tone; costs nothing where it is the same."""
        restyle(self, "tone", tone)
