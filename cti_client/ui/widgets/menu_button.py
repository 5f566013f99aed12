"""A button that opens a menu."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from cti_client.ui.theme import Theme


class MenuButton(QPushButton):
    """A button with a caret at its right end that opens the menu given by `set_menu`.

    Qt's own menu indicator is not used: it keeps room of its own beside the one the stylesheet keeps for the caret.
    """

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._menu: QMenu | None = None
        self.setProperty("menu", "true")
        self.clicked.connect(self.open_menu)

    def set_menu(self, menu: QMenu) -> None:
        """What the button opens; it is the menu's owner from now on."""
        menu.setParent(self, menu.windowFlags())
        self._menu = menu

    def open_menu(self) -> None:
        """Show the menu under the button; the call does not wait."""
        if self._menu is not None:
            self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

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
