"""The product's own icon, drawn so that it is sharp at every size."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from cti_client.ui.theme import Theme

SIZES = (16, 22, 24, 32, 48, 64, 128, 256)


def app_icon(theme: Theme, *, marked: bool = False) -> QIcon:
    """A headset on a round-cornered ground; `marked`: with a dot, since something waits."""
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(_draw(theme, size, marked))
    return icon


def _draw(theme: Theme, size: int, marked: bool) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.palette.accent)
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.24, size * 0.24)
    inset = round(size * 0.17)
    theme.icon("headset-bold", "on_accent").paint(
        painter, QRect(0, 0, size, size).adjusted(inset, inset, -inset, -inset)
    )
    if marked:
        dot = size * 0.42
        painter.setBrush(theme.palette.surface)
        painter.drawEllipse(QRectF(size - dot, 0, dot, dot))
        rim = size * 0.06
        painter.setBrush(theme.palette.bad)
        painter.drawEllipse(QRectF(size - dot, 0, dot, dot).adjusted(rim, rim, -rim, -rim))
    painter.end()
    return pixmap
