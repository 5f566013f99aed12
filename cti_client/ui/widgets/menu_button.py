"""A button that opens a menu."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from cti_client.ui.theme import Theme


class MenuButton(QPushButton):
    """Give it a menu with `setMenu`; a caret at its right end says that there is one."""

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setProperty("menu", "true")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook."""
        super().paintEvent(event)
        paint_caret(
            QPainter(self), self._theme, self.rect(), "on_accent" if self.property("kind") == "primary" else "text"
        )


def paint_caret(painter: QPainter, theme: Theme, box: QRect, role: str) -> None:
    """A small caret at the right end of `box`."""
    px = theme.pixels(12)
    theme.icon("caret-down-bold", role).paint(painter, box.right() - px - 10, box.center().y() - px // 2, px, px)
