"""An icon that is only looked at."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cti_client.ui.theme import Theme


class Glyph(QWidget):
    """A Phosphor icon of `px` logical pixels in a colour of the palette; follows the theme."""

    def __init__(
        self, theme: Theme, icon: str, role: str = "muted", px: int = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._px = theme, theme.pixels(px)
        self._icon, self._role = icon, role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_icon(self, icon: str, role: str = "muted") -> None:
        """Another picture."""
        if (icon, role) != (self._icon, self._role):
            self._icon, self._role = icon, role
            self.update()

    def sizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(self._px, self._px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        self._theme.icon(self._icon, self._role).paint(QPainter(self), self.rect())
