"""A raised ground with a thin border."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from cti_client.ui.theme import CARD_CORNER, Theme


class Card(QFrame):
    """Elevation by border, not by shadow. `set_ringed(True)` puts the accent ring on the one thing to do next."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ringed = False

    @property
    def ringed(self) -> bool:
        """Does it carry the accent ring?"""
        return self._ringed

    def set_ringed(self, ringed: bool) -> None:
        """Put the ring on or take it off; the layout does not move."""
        if ringed != self._ringed:
            self._ringed = ringed
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: painted here, so that the ring costs no restyling."""
        palette = self._theme.palette
        width = 2.0 if self._ringed else 1.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.accent if self._ringed else palette.line, width))
        painter.setBrush(palette.raised)
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, CARD_CORNER, CARD_CORNER, Qt.SizeMode.AbsoluteSize)
