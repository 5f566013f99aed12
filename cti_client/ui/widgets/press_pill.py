"""A short word on a soft ground that leads to more."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from cti_client.ui.widgets.pill import Pill


class PressPill(Pill):
    """As wide as a `Pill`, but a click, Space or Enter presses it. `leads_to` is its tooltip, and what screen readers
    add to its words."""

    pressed = Signal()

    def __init__(self, leads_to: str, role: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(role=role, parent=parent)
        self.setToolTip(leads_to)
        self.setAccessibleDescription(leads_to)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's hook."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)
