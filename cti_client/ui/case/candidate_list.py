"""Customers and addresses to pick one from."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cti_client.domain.phone_number import display
from cti_client.ui.theme import CORNER, SPACE_S, SPACE_XS, Theme
from cti_client.wire.api import Candidate

MOST_SHOWN = 5


class CandidateList(QListWidget):
    """Two lines each: who, and where. One click, Enter or Space picks."""

    chosen = Signal(object)
    """A `Candidate`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._candidates: tuple[Candidate, ...] = ()
        self.setAccessibleName(self.tr("Addresses found"))
        self.setMouseTracking(True)
        self.setSpacing(0)
        self.setItemDelegate(_CandidateDelegate(theme, self))
        theme.changed.connect(self.viewport().update)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.itemClicked.connect(self._pick)
        self.itemActivated.connect(self._pick)

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show these; nothing is picked yet."""
        if tuple(candidates) == self._candidates:
            return
        self._candidates = tuple(candidates)
        self.clear()
        for candidate in candidates:
            who, where = candidate_lines(candidate)
            item = QListWidgetItem("\n".join(line for line in (who, where) if line))
            item.setData(Qt.ItemDataRole.UserRole, candidate)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(line for line in (who, where) if line))
            self.addItem(item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Qt's hook: as high as its rows, up to some; then it scrolls."""
        rows = min(self.count(), MOST_SHOWN)
        high = sum(max(self.sizeHintForRow(row), 1) for row in range(rows))
        return QSize(200, high + 2 * self.frameWidth() + 4)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(120, self.sizeHint().height())

    def _pick(self, item: QListWidgetItem) -> None:
        candidate = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(candidate, Candidate):
            self.chosen.emit(candidate)


class _CandidateDelegate(QStyledItemDelegate):
    """Draws a candidate as a card to press: who in bold, where below."""

    def __init__(self, theme: Theme, view: QListWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002 - one height for all
        lines = QFontMetricsF(self._theme.font(13)).height() + QFontMetricsF(self._theme.font(12)).height()
        return QSize(120, round(lines) + 2 * SPACE_S + SPACE_XS)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette = self._theme.palette
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus) and self._view.hasFocus()
        box = QRectF(option.rect).adjusted(1, 1, -1, -1 - SPACE_XS)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.accent if focused else palette.rim, 2.0 if focused else 1.0))
        painter.setBrush(palette.hover if over else palette.raised)
        painter.drawRoundedRect(box, CORNER, CORNER)
        inner = box.adjusted(SPACE_S + 2, SPACE_S / 2 + 1, -SPACE_S, -SPACE_S / 2)
        lines = str(index.data()).split("\n")
        y = inner.top() if len(lines) > 1 else box.center().y() - QFontMetricsF(self._theme.font(13)).height() / 2
        for number, line in enumerate(lines):
            font = self._theme.font(12) if number else self._theme.font(13, QFont.Weight.DemiBold)
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(palette.muted if number else palette.text)
            words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(QPointF(inner.left(), y + metrics.ascent()), words)
            y += metrics.height()
        painter.restore()


def candidate_lines(candidate: Candidate) -> tuple[str, str]:
    """Who, and where, as one line each; whoever has no name is known by the number."""
    who = " · ".join(part for part in (candidate.name, candidate.company) if part) or display(candidate.address)
    return who, address_line(candidate.street, candidate.postcode, candidate.town, candidate.country)


def address_line(street: str, postcode: str, town: str, country: str) -> str:
    """An address as one line."""
    place = " ".join(part for part in (postcode, town) if part)
    return ", ".join(part for part in (street, place, country) if part)
