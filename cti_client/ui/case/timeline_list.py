"""What has happened with this customer: the chat's events and earlier cases, newest first."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cti_client.domain import Millis
from cti_client.ui.local_time import clock_seconds, date_and_clock, day_of
from cti_client.ui.theme import CORNER, SPACE_S, Theme
from cti_client.ui.words import ago, tr
from cti_client.wire.api import TimelineEntry

ICONS = {
    "offered": "bell",
    "accepted": "check-circle",
    "declined": "x-circle",
    "lapsed": "timer",
    "taken": "hand",
    "started": "chat-circle-dots",
    "opted_out": "prohibit",
    "opted_in": "thumbs-up",
    "closed": "archive",
    "moved": "arrows-left-right",
    "released": "user-minus",
    "resumed": "user-plus",
    "case": "folder",
}
ICON_ROLE = Qt.ItemDataRole.UserRole + 1
TIME_ROLE = Qt.ItemDataRole.UserRole + 2


class TimelineList(QListWidget):
    """A list as high as its rows; the column around it scrolls."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[TimelineEntry, ...] = ()
        self.setAccessibleName(self.tr("Timeline"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(_EntryDelegate(theme, self))
        theme.changed.connect(self.viewport().update)

    def show_entries(self, entries: Sequence[TimelineEntry], now: Millis, me: str = "") -> None:
        """Show these, newest first. `me`: the agent's own name."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        self.clear()
        for entry in entries:
            words = entry_words(entry, me)
            same_day = day_of(entry.at) == day_of(now)
            when = clock_seconds(entry.at) if same_day else ago(entry.at, now)
            item = QListWidgetItem(words)
            item.setData(ICON_ROLE, ICONS.get(entry.kind, "info"))
            item.setData(TIME_ROLE, when)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words}, {date_and_clock(entry.at)}")
            self.addItem(item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Qt's hook."""
        high = sum(self.sizeHintForRow(row) for row in range(self.count()))
        return QSize(200, high + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(160, self.sizeHint().height())


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002 - one height for all
        return QSize(160, self._theme.pixels(28))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, rect = self._theme, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.palette.accent)
            painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), CORNER, CORNER)
        px = theme.pixels(16)
        left = rect.left() + 2
        theme.icon(str(index.data(ICON_ROLE)), "muted").paint(painter, QRect(left, rect.center().y() - px // 2, px, px))
        small = theme.font(12)
        when = str(index.data(TIME_ROLE))
        wide = QFontMetrics(small).horizontalAdvance(when) + 4
        painter.setFont(small)
        painter.setPen(theme.palette.muted)
        painter.drawText(rect.adjusted(0, 0, -2, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, when)
        body = theme.font(13)
        room = rect.adjusted(px + SPACE_S + 2, 0, -wide - SPACE_S, 0)
        painter.setFont(body)
        painter.setPen(theme.palette.text)
        words = QFontMetrics(body).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


def entry_words(entry: TimelineEntry, me: str) -> str:
    """One entry as a line; the agent's own doings are `you`."""
    parts = [" ".join(entry.text.split())]
    by = entry.by
    if entry.case is not None:
        parts = [" ".join(part for part in (entry.case.label, entry.case.subject) if part)]
        by = entry.case.agent_name
    if by and by not in parts[0]:
        parts.append(tr("you") if by == me else by)
    return " · ".join(parts)
