"""On or off."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from cti_client.ui.theme import Theme

WIDE_PX = 36
HIGH_PX = 20
RING_PX = 3


class Switch(QCheckBox):
    """A check box in the form of a switch, with no words of its own: `name` is what screen readers say.

    The knob's place says it, not the colour alone.
    """

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Qt's hook: with room for the focus ring."""
        return QSize(self._theme.pixels(WIDE_PX) + 2 * RING_PX, self._theme.pixels(HIGH_PX) + 2 * RING_PX)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Qt's hook: all of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high = self._theme.pixels(WIDE_PX), self._theme.pixels(HIGH_PX)
        track = QRectF(RING_PX, (self.height() - high) / 2, wide, high)
        on, enabled = self.isChecked(), self.isEnabled()
        edge = palette.line if not enabled else palette.accent if on else palette.edge
        ground = palette.neutral_soft if not enabled else palette.accent if on else palette.raised
        painter.setPen(QPen(edge, 1.0))
        painter.setBrush(ground)
        painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), high / 2, high / 2)
        knob = QRectF(0, 0, high - 6, high - 6)
        knob.moveCenter(track.center())
        knob.moveLeft(track.right() - knob.width() - 3 if on else track.left() + 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.muted if not enabled else palette.on_accent if on else palette.edge)
        painter.drawEllipse(knob)
        if self.hasFocus():
            painter.setPen(QPen(palette.text if on else palette.accent, 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = track.adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
