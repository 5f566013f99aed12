"""What a window has on the screen, and which parts of it were painted."""

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

SHADE = 4
"""Rounded edges that are cut at a pixel's border may come out that much lighter or darker (of 255)."""


class PaintLog(QObject):
    """Notes which widgets are painted, and the rectangle of each paint."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.painted: list[tuple[QWidget, QRect]] = []
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent) and isinstance(watched, QWidget):
            self.painted.append((watched, event.rect()))
        return False


def frame() -> None:
    """Let layouts and paints that are due happen, and those that follow from them."""
    for _ in range(10):
        QApplication.processEvents()


def on_screen(window: QWidget, part: QWidget) -> QImage:
    """What the screen has of a part of the window, without painting any of it."""
    frame()
    return _cut(window.screen().grabWindow(window.winId()), window, part)


def painted_anew(window: QWidget, part: QWidget) -> QImage:
    """What a whole painting of the window gives of that part."""
    return _cut(window.grab(), window, part)


def _cut(picture: QPixmap, window: QWidget, part: QWidget) -> QImage:
    place = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
    return picture.toImage().copy(place).convertToFormat(QImage.Format.Format_RGB32)


def alike(one: QImage, other: QImage) -> bool:
    """Do both look the same?"""
    if one == other:
        return True
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return all(abs(ours - theirs) <= SHADE for ours, theirs in pairs if ours != theirs)
