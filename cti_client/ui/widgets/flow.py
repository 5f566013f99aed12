"""Widgets side by side, in as many rows as the width asks for."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cti_client.ui.theme import SPACE_XS


class Flow(QWidget):
    """As wide as its place and as high as its rows; no widget is ever squeezed."""

    def __init__(self, spacing: int = SPACE_XS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spacing = spacing
        self._shown: tuple[QWidget, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Exactly these, in this order."""
        self._shown = tuple(widgets)
        for widget in self._shown:
            widget.setParent(self)
            widget.ensurePolished()  # its size is asked for before it is seen
            widget.show()
        self.updateGeometry()
        self._place(self.width(), move=True)

    def hasHeightForWidth(self) -> bool:
        """Qt's hook."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt's hook."""
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        """Qt's hook: all in one row."""
        hints = [widget.sizeHint() for widget in self._shown]
        wide = sum(hint.width() for hint in hints) + self._spacing * max(0, len(hints) - 1)
        return QSize(wide, max((hint.height() for hint in hints), default=0))

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: each in a row of its own would do."""
        hints = [widget.sizeHint() for widget in self._shown]
        wide = max((hint.width() for hint in hints), default=0)
        return QSize(wide, max((hint.height() for hint in hints), default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._place(self.width(), move=True)

    def event(self, event: QEvent) -> bool:
        """Qt's hook: one of them wants another size."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place(self.width(), move=True)
        return super().event(event)

    def _place(self, width: int, *, move: bool) -> int:
        """Put them in rows; the height of all."""
        left = top = row = 0
        for widget in self._shown:
            hint = widget.sizeHint()
            if left and left + hint.width() > width:
                left, top, row = 0, top + row + self._spacing, 0
            if move:
                widget.setGeometry(left, top, hint.width(), hint.height())
            left += hint.width() + self._spacing
            row = max(row, hint.height())
        return top + row
