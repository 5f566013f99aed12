"""The rows of a list in the settings."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

NO_INDEX = QModelIndex()
ENTRY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `key` names it; `state` in a word or two, coloured by `role`; `address`: a number to text or call."""

    key: Hashable
    title: str
    detail: str = ""
    state: str = ""
    role: str = "neutral"
    address: str = ""
    display: str = ""

    @property
    def spoken(self) -> str:
        """As a screen reader says it."""
        return ", ".join(part for part in (self.title, self.detail, self.state) if part)


class EntryModel(QAbstractListModel):
    """Exactly the entries it is given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it shows."""
        return self._entries

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """These, in this order; views keep their place where they are the same."""
        if tuple(entries) != self._entries:
            self.beginResetModel()
            self._entries = tuple(entries)
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken
        return None
