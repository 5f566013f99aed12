"""One line of text from outside that may be longer than its place."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cti_client.ui.widgets.elision import elided
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.tips import plain_tip


class ElidedLabel(Label):
    """Shows as much of the text as fits and an ellipsis (`elided`); the tooltip then has the whole.

    `text()` and the accessible name are always the whole text. For texts of ours, which must never be cut, use
    `Label`.
    """

    def __init__(self, text: str = "", tone: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(text, tone, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Line breaks become spaces."""
        line = " ".join(text.split())
        if line != self.text():
            super().setText(line)
            self._update_tip()

    def minimumSizeHint(self) -> QSize:
        """Room for some letters and the ellipsis."""
        return QSize(self.fontMetrics().averageCharWidth() * 6, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        painter = QPainter(self)
        shown = elided(self.fontMetrics(), self.text(), self.contentsRect().width())
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(Qt.AlignmentFlag.AlignVCenter | self.alignment()),
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._update_tip()

    def _update_tip(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
        self.setToolTip(plain_tip(self.text()) if cut else "")
