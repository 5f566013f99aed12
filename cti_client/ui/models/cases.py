"""The rows of My cases."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from cti_client.domain import Millis
from cti_client.ui.local_time import date_and_clock
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.consent_badge import CONSENT_ICONS, CONSENT_ROLES
from cti_client.ui.widgets.tips import plain_tip
from cti_client.ui.words import ago, case_status_name, consent_name
from cti_client.wire.api import CaseRow

NO_INDEX = QModelIndex()


class Column(IntEnum):
    """Left to right."""

    CASE = 0
    SUBJECT = 1
    CUSTOMER = 2
    STATE = 3
    LAST = 4
    PHONE = 5


_COLUMNS = tuple(Column)
_ANSWERED = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    }
)


class CasesModel(QAbstractTableModel):
    """Shows the pages it is given; asks for the next one when the view comes near the end."""

    more_wanted = Signal(object)
    """Id of the last case held: the next page starts before it."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[CaseRow] = []
        self._ago: list[str] = []
        self._more = False
        self._asked = False
        self._now: Millis = 0
        self._held: frozenset[int] = frozenset()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.AccessibleTextRole and section == Column.PHONE:
            return self.tr("Text or call")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.CASE: self.tr("Case"),
            Column.SUBJECT: self.tr("Subject"),
            Column.CUSTOMER: self.tr("Customer"),
            Column.STATE: self.tr("State"),
            Column.LAST: self.tr("Last"),
            Column.PHONE: "",
        }[Column(section)]

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook; laying out fifty rows asks six thousand times, mostly for what there is not."""
        if role not in _ANSWERED or not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, column, self._ago[index.row()])
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.PHONE:
            return self.tr("Text or call {number}").format(number=row.address_display)
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.CUSTOMER and row.consent is not None:
            return f"{row.customer or row.address_display}, {consent_name(row.consent)}"
        return None

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Qt's hook."""
        return not parent.isValid() and self._more and not self._asked

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        """Qt's hook: asks once; `append` brings the answer."""
        if self.canFetchMore(parent):
            self._asked = True
            self.more_wanted.emit(self._rows[-1].id)

    def show(self, rows: Sequence[CaseRow], more: bool, now: Millis) -> None:
        """The newest page. Same cases in the same order: only what differs is repainted and the place stays."""
        self._now = now
        if rows and [row.id for row in rows] == [row.id for row in self._rows[: len(rows)]]:
            for place, row in enumerate(rows):
                if self._rows[place] != row:
                    self._rows[place] = row
                    self._report(place, Column.CASE, Column.PHONE)
            self.tick(now)
            return
        self.beginResetModel()
        self._rows = list(rows)
        self._ago = [ago(row.last_at, now) for row in self._rows]
        self._more, self._asked = more, False
        self.endResetModel()

    def show_held(self, interaction_ids: frozenset[int]) -> None:
        """The chats that are open at this desk: their cases say so, and lead there."""
        changed = self._held ^ interaction_ids
        self._held = interaction_ids
        for place, row in enumerate(self._rows):
            if row.interaction_id in changed:
                self._report(place, Column.STATE, Column.STATE)

    def chat_of(self, place: int) -> int | None:
        """The interaction of the case in that row, where it is open at this desk."""
        row = self.at(place)
        return row.interaction_id if row is not None and row.interaction_id in self._held else None

    def append(self, rows: Sequence[CaseRow], more: bool) -> None:
        """The next, older page; cases already held are left out."""
        held = {row.id for row in self._rows}
        new = [row for row in rows if row.id not in held]
        self._more, self._asked = more, False
        if not new:
            return
        self.beginInsertRows(NO_INDEX, len(self._rows), len(self._rows) + len(new) - 1)
        self._rows += new
        self._ago += [ago(row.last_at, self._now) for row in new]
        self.endInsertRows()

    def could_not_append(self) -> None:
        """The next page did not come; it may be asked for again."""
        self._asked = False

    def tick(self, now: Millis) -> None:
        """Move the ages; reports only those whose words changed."""
        self._now = now
        for place, row in enumerate(self._rows):
            words = ago(row.last_at, now)
            if words != self._ago[place]:
                self._ago[place] = words
                self._report(place, Column.LAST, Column.LAST)

    def at(self, place: int) -> CaseRow | None:
        """The case in that row."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _report(self, place: int, first: Column, last: Column) -> None:
        self.dataChanged.emit(self.index(place, first), self.index(place, last))

    def _icon(self, row: CaseRow, column: Column) -> QIcon | None:
        if column is Column.PHONE:
            return self._theme.icon("phone", "accent")
        if column is Column.STATE and row.interaction_id in self._held:
            return self._theme.icon("chat-circle-dots", "accent")
        if column is Column.CUSTOMER and row.consent is not None:
            return self._theme.icon(CONSENT_ICONS[row.consent], CONSENT_ROLES[row.consent])
        return None

    def _words(self, row: CaseRow, column: Column, when: str) -> str:
        match column:
            case Column.CASE:
                return row.label
            case Column.SUBJECT:
                return row.subject or "—"
            case Column.CUSTOMER:
                return row.customer or row.address_display
            case Column.STATE:
                return self.tr("In chat") if row.interaction_id in self._held else case_status_name(row.status)
            case Column.LAST:
                return when
            case Column.PHONE:
                return ""

    def _tip(self, row: CaseRow, column: Column) -> str:
        match column:
            case Column.SUBJECT:
                return plain_tip(row.subject)
            case Column.CUSTOMER:
                return plain_tip(" · ".join(part for part in (row.customer, _number_and_consent(row)) if part))
            case Column.LAST:
                return plain_tip(date_and_clock(row.last_at))
            case Column.PHONE:
                return plain_tip(self.tr("Text or call {number}").format(number=row.address_display))
            case _:
                return ""


def _number_and_consent(row: CaseRow) -> str:
    return row.address_display if row.consent is None else f"{row.address_display} · {consent_name(row.consent)}"
