"""A button that is only an icon, and says what it does."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.tips import plain_tip


class IconButton(QToolButton):
    """`name` is read by screen readers and shown as tooltip, with the shortcut where there is one.

    The shortcut belongs to the button and works in its window.
    """

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        role: str = "text",
        shortcut: QKeySequence | str | None = None,
        px: int = 18,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "icon")
        self.setIcon(theme.icon(icon, role))
        self.setIconSize(QSize(theme.pixels(px), theme.pixels(px)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if shortcut is not None:
            self.setShortcut(QKeySequence(shortcut))
        self.rename(name)

    def rename(self, name: str) -> None:
        """What it does now; it may hold a number from outside."""
        self.setAccessibleName(name)
        keys = self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(plain_tip(f"{name} ({keys})" if keys else name))

    def show_icon(self, icon: str, role: str = "text") -> None:
        """Another picture."""
        self.setIcon(self._theme.icon(icon, role))
