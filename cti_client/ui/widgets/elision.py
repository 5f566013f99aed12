"""How a line that is too long for its place is cut: never so that two phone numbers look alike."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

_NUMBER_AT_END = re.compile(r"\+?\d[\d\s().-]{4,}\d$", re.ASCII)
_LAST = 4
"""Characters of a number that always show: numbers differ at their end."""


def ends_with_number(text: str) -> bool:
    """Is a phone number the last thing in the text?"""
    return _NUMBER_AT_END.search(text) is not None


def elided(metrics: QFontMetrics, text: str, width: int) -> str:
    """As much of the text as fits into `width` pixels, cut at its end, or before the last digits of a number there."""
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    if shown == text or not ends_with_number(text):
        return shown
    last = text[-_LAST:]
    room = width - metrics.horizontalAdvance(last)
    head = metrics.elidedText(text[:-_LAST] + "…", Qt.TextElideMode.ElideRight, room)
    return (head or "…") + last
