"""A choice of one of few."""

from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QStyledItemDelegate, QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.menu_button import paint_caret


class Select(QComboBox):
    """A combo box in the look of the product. The wheel scrolls the page instead of changing the choice unseen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # A view and a delegate that the stylesheet reaches; those of the style draw, and count rows, without it.
        view = QListView(self)
        view.setProperty("kind", "popup")
        self.setView(view)
        self.setItemDelegate(QStyledItemDelegate(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook."""
        super().paintEvent(event)
        paint_caret(QPainter(self), self._theme, self.rect(), "muted")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt's hook."""
        event.ignore()
