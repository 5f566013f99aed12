"""Keeps windows on the screen they open on."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStyle, QWidget

FRAME_PX = 12
"""What a window system adds around a window at most, besides the title bar."""


def bounded(window: QWidget, size: QSize) -> QSize:
    """`size`, or as much of it as the window's screen has room for, title bar and frame included.

    Desktop panels are left free. Lengths are logical pixels.
    """
    room = window.screen().availableGeometry()
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, window)
    return size.boundedTo(QSize(room.width() - FRAME_PX, room.height() - title - FRAME_PX))


def keep_on_screen(window: QWidget) -> None:
    """Shrink a window that has not been shown yet to its screen; its smallest size gives way too."""
    window.setMinimumSize(bounded(window, window.minimumSize()))
    if not window.isMaximized() and not window.isFullScreen():
        window.resize(bounded(window, window.size()))
