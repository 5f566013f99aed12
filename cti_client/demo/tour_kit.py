"""Hands and eyes of the tour: finding widgets as a person would, clicking, typing, waiting, taking pictures.

Nothing here calls into the product; it sends mouse and key events to visible widgets and reads what they show.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

W = TypeVar("W", bound=QWidget)
T = TypeVar("T")


class TourError(Exception):
    """A step did not happen; `str()` says what was expected and what was there instead."""


async def until(look: Callable[[], T | None], expected: str, seconds: float = 15.0) -> T:
    """Wait until `look` finds something (anything but None and False); its find. Raises `TourError`."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > end:
            raise TourError(f"expected {expected} within {seconds:g} s")
        await asyncio.sleep(0.02)


def visible(root: QWidget, kind: type[W], name: str = "") -> list[W]:
    """The visible widgets of a kind below `root`, by object name or accessible name where one is given."""
    shown = (widget for widget in root.findChildren(kind) if widget.isVisible())
    return [widget for widget in shown if not name or name in (widget.objectName(), widget.accessibleName())]


def button(root: QWidget, words: str) -> QAbstractButton | None:
    """The visible, enabled button whose text or accessible name begins with `words`."""
    for found in visible(root, QAbstractButton):
        texts = (found.text().replace("&", ""), found.accessibleName())
        if found.isEnabled() and any(text.startswith(words) for text in texts):
            return found
    return None


def reads(root: QWidget, words: str) -> bool:
    """Does a visible label below `root` show these words?"""
    return any(words in label.text() for label in visible(root, QLabel))


def click(widget: QWidget) -> None:
    """A left click in the middle of a widget."""
    if not widget.isEnabled() or not widget.isVisible():
        raise TourError(f"expected to click {widget.accessibleName() or widget.objectName()!r}, but it takes no click")
    middle = QPoint(widget.width() // 2, widget.height() // 2)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)


def write(widget: QWidget, text: str) -> None:
    """Type text, key by key, into the widget that has the keyboard."""
    widget.setFocus()
    QTest.keyClicks(widget, text)


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release one key."""
    QTest.keyClick(widget, key, modifiers)


def focus_widget() -> QWidget | None:
    """Who has the keyboard."""
    return QApplication.focusWidget()


async def picture(widget: QWidget, folder: Path, name: str) -> Path:
    """Save a PNG of a window into an existing folder once its pending events are done."""
    for _ in range(3):
        await asyncio.sleep(0.03)
    file = folder / f"{name}.png"
    if not widget.grab().save(str(file)):
        raise TourError(f"expected to write {file.name}")
    return file
