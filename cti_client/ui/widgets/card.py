"""A raised ground with a thin border."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QFrame, QWidget

from cti_client.ui.theme import CARD_CORNER, Theme

EDGE = 6
"""Pixels at each side that the ring and its round corners reach into; nothing else of a card stands there."""


class Card(QFrame):
    """Elevation by border, not by shadow. `set_ringed(True)` puts the accent ring on the one thing to do next."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, ground: str = "") -> None:
        """`ground`: the palette's name of the one colour that lies around the card.

        Given, the card paints its corners itself, and Qt moves it with all it holds instead of painting it anew.
        """
        super().__init__(parent)
        self._theme, self._ground = theme, ground
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, bool(ground))
        self._ringed = False

    @property
    def ringed(self) -> bool:
        """Does it carry the accent ring?"""
        return self._ringed

    def set_ringed(self, ringed: bool) -> None:
        """Put the ring on or take it off; the layout does not move."""
        if ringed != self._ringed:
            self._ringed = ringed
            inside = self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
            self.update(QRegion(self.rect()) - QRegion(inside))  # what the card holds stays as it is painted

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook: painted here, so that the ring costs no restyling."""
        palette = self._theme.palette
        width = 2.0 if self._ringed else 1.0
        painter = QPainter(self)
        if self._ground:
            painter.fillRect(event.rect(), self._theme.color(self._ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.accent if self._ringed else palette.line, width))
        painter.setBrush(palette.raised)
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, CARD_CORNER, CARD_CORNER, Qt.SizeMode.AbsoluteSize)
