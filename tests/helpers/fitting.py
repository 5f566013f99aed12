"""Finds texts that do not fit the place they are given, and controls that say nothing to a screen reader."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from cti_client.ui.widgets.elided_label import ElidedLabel

SLACK_PX = 1


def visible(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if widget.isVisibleTo(window) and not widget.isWindow():
            yield widget


def cut_texts(window: QWidget) -> list[str]:
    """A line for each text of ours that is cut off: by its own widget, or by an ancestor that does not scroll."""
    return [f"{type(widget).__name__} “{text}”: {why}" for widget, text, why in _cuts(window)]


def _cuts(window: QWidget) -> Iterator[tuple[QWidget, str, str]]:
    for widget in visible(window):
        text = _text(widget)
        if not text:
            continue
        why = _too_small(widget, text) or _clipped(widget, window)
        if why:
            yield widget, text, why


def _text(widget: QWidget) -> str:
    if isinstance(widget, ElidedLabel):
        return ""  # text from outside, elided on purpose
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return ""


def _too_small(widget: QWidget, text: str) -> str:
    if isinstance(widget, QLabel) and widget.wordWrap():
        needed = widget.heightForWidth(widget.width())
        if needed > widget.height() + SLACK_PX:
            return f"needs a height of {needed}, has {widget.height()}"
        words = text.replace("\u200b", " ").split()  # which wraps where it is marked to
        longest = max(widget.fontMetrics().horizontalAdvance(word) for word in words)
        if longest > widget.contentsRect().width() + SLACK_PX:
            return f"its longest word needs {longest}, has {widget.contentsRect().width()}"
        return ""
    needed_size = widget.sizeHint()
    if needed_size.width() > widget.width() + SLACK_PX:
        return f"needs a width of {needed_size.width()}, has {widget.width()}"
    if needed_size.height() > widget.height() + SLACK_PX:
        return f"needs a height of {needed_size.height()}, has {widget.height()}"
    return ""


def _clipped(widget: QWidget, window: QWidget) -> str:
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        box = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
        scrolls = isinstance(parent.parentWidget(), QAbstractScrollArea)
        inside = parent.rect().adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX)
        if scrolls:  # up and down it may be anywhere; from here on the view itself is what is looked at
            inside = QRect(inside.left(), -(10**6), inside.width(), 2 * 10**6)
            if inside.contains(box):
                return ""
        if not inside.contains(box):
            return f"{box.getRect()} sticks out of {type(parent).__name__} {parent.rect().getRect()}"
        parent = parent.parentWidget()
    return ""


def nameless(window: QWidget) -> list[str]:
    """A line for each control the keyboard or pointer can use that has no name for a screen reader."""
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractItemView)
    found = []
    for widget in visible(window):
        if not isinstance(widget, kinds) or _inner(widget):
            continue
        named = (
            widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()) or _buddy(widget, window)
        )
        if not named:
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parentWidget()).__name__}")
    return found


def _inner(widget: QWidget) -> bool:
    """A part of a control that Qt made itself (a clear button, a corner, a header)."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QLineEdit | QComboBox | QAbstractItemView) and type(widget).__module__.startswith(
            "PySide6"
        ):
            return True
        parent = parent.parentWidget()
    return False


def _buddy(widget: QWidget, window: QWidget) -> bool:
    return any(label.buddy() is widget for label in window.findChildren(QLabel))
