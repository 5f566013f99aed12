"""The customer's colour and initials."""

import unicodedata

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cti_client.ui.palette import ON_AVATAR
from cti_client.ui.theme import Theme


def initials(name: str) -> str:
    """First letters of the first and the last word, upper case; empty where the name has no letters."""
    words = [word for word in name.split() if word[:1].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return unicodedata.normalize("NFC", "".join(letters).upper())


def paint_avatar(painter: QPainter, theme: Theme, where: QRectF, seed: int, name: str) -> None:
    """Draw the disc into the square `where`; a person's outline where there are no initials."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.avatar_color(seed))
    painter.drawEllipse(where)
    letters = initials(name)
    if letters:
        font = theme.font(13, QFont.Weight.DemiBold)
        font.setPixelSize(max(8, round(where.height() * 0.38)))
        painter.setFont(font)
        painter.setPen(ON_AVATAR)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, letters)
    else:
        edge = where.height() * 0.22
        theme.icon("user", "on_avatar").paint(painter, where.adjusted(edge, edge, -edge, -edge).toRect())
    painter.restore()


class Avatar(QWidget):
    """A disc of `px` logical pixels; decoration beside a name, so screen readers skip it."""

    def __init__(self, theme: Theme, px: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._px = theme, theme.pixels(px)
        self._seed, self._name = 0, ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_customer(self, seed: int, name: str) -> None:
        """`seed`: the thread's id. `name` empty: unknown."""
        if (seed, name) != (self._seed, self._name):
            self._seed, self._name = seed, name
            self.update()

    def sizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(self._px, self._px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        paint_avatar(QPainter(self), self._theme, QRectF(0, 0, self._px, self._px), self._seed, self._name)
