"""The way the Tab key goes, for what is made after the window stands."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def in_reading_order(root: QWidget, after: QWidget | None = None) -> None:
    """Tab goes through everything below `root` in the order in which it was put there; `after`: from there on.

    Qt puts what is made late at the end of the window's way, behind what stands beside it.
    """
    window = root.window()
    stops = [
        one
        for one in root.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.window() is window  # not the lists of closed choices
    ]
    for first, second in pairwise(stops if after is None else [after, *stops]):
        QWidget.setTabOrder(first, second)
