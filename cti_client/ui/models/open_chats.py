"""The chats an agent holds, in the order in which they were accepted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cti_client.domain import Millis
from cti_client.domain.consent import ConsentState
from cti_client.ui.models.last_words import last_words
from cti_client.ui.widgets.tips import plain_tip
from cti_client.ui.words import ago, consent_name, timer
from cti_client.wire.records import Interaction

INTERACTION = Qt.ItemDataRole.UserRole + 1
"""The `Interaction` of the row."""
TIME = Qt.ItemDataRole.UserRole + 2
"""How long the customer has waited (`3:12`), or how long ago the last text was (`2 min`)."""
PREVIEW = Qt.ItemDataRole.UserRole + 3
"""The last text in one line, with what became of it."""
TROUBLED = Qt.ItemDataRole.UserRole + 4
"""Whether a text of ours has not gone through."""

NO_INDEX = QModelIndex()


class OpenChatsModel(QAbstractListModel):
    """Rows keep their places while chats come and go, so that Ctrl+2 stays the same customer.

    Nothing counts here by itself: `tick` moves the times and reports only rows whose words changed.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Interaction] = []
        self._times: list[str] = []
        self._words: dict[int, str] = {}
        self._troubled: frozenset[int] = frozenset()
        self._now: Millis = 0

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        chat = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return customer_of(chat)
        if role == INTERACTION:
            return chat
        if role == TIME:
            return self._times[index.row()]
        if role == PREVIEW:
            return self._words[chat.id]
        if role == TROUBLED:
            return chat.id in self._troubled
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(chat, self._times[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole:
            keys = f" (Ctrl+{index.row() + 1})" if index.row() < 9 else ""
            return plain_tip(f"{customer_of(chat)}{keys} · {consent_name(chat.consent)} · {self._words[chat.id]}")
        return None

    def show(
        self,
        chats: Iterable[Interaction],
        now: Millis,
        told: Mapping[int, str] | None = None,
        troubled: Collection[int] = (),
    ) -> None:
        """Exactly these chats. `told`: what `last_words` makes of each, by interaction id; `troubled`: those in which a
        text of ours has not gone through.
        """
        self._now = now
        wanted = sorted(chats, key=lambda chat: (chat.accepted_at, chat.id))
        said, told = self._words, told or {}
        words = {chat.id: told[chat.id] if chat.id in told else last_words(chat, (), ()) for chat in wanted}
        self._words = said | words  # rows that go now may still be asked about
        other = self._troubled ^ frozenset(troubled)
        self._troubled = frozenset(troubled)
        keep = {chat.id for chat in wanted}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].id not in keep:
                self.beginRemoveRows(NO_INDEX, row, row)
                del self._rows[row], self._times[row]
                self.endRemoveRows()
        for row, chat in enumerate(wanted):
            if row < len(self._rows) and self._rows[row].id == chat.id:
                self._change(row, chat, reworded=words[chat.id] != said.get(chat.id) or chat.id in other)
                continue
            self._take_out(chat.id)
            self.beginInsertRows(NO_INDEX, row, row)
            self._rows.insert(row, chat)
            self._times.insert(row, self._time(chat))
            self.endInsertRows()
        self._words = words

    def tick(self, now: Millis) -> None:
        """Move the times."""
        self._now = now
        for row, chat in enumerate(self._rows):
            time = self._time(chat)
            if time != self._times[row]:
                self._times[row] = time
                self._report(row, [TIME, Qt.ItemDataRole.AccessibleTextRole])

    def at(self, row: int) -> Interaction | None:
        """The chat in that row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, interaction_id: int) -> int | None:
        """The row of that chat."""
        return next((row for row, chat in enumerate(self._rows) if chat.id == interaction_id), None)

    def longest_waiting(self) -> Interaction | None:
        """The chat whose customer has waited longest; None where nobody waits."""
        waiting = [chat for chat in self._rows if waits_since(chat) is not None]
        return min(waiting, key=lambda chat: (chat.waiting_since or 0, chat.id), default=None)

    def _change(self, row: int, chat: Interaction, *, reworded: bool) -> None:
        if reworded or self._rows[row] != chat:
            self._rows[row] = chat
            self._times[row] = self._time(chat)
            self._report(row, [])

    def _take_out(self, interaction_id: int) -> None:
        row = self.row_of(interaction_id)
        if row is not None:
            self.beginRemoveRows(NO_INDEX, row, row)
            del self._rows[row], self._times[row]
            self.endRemoveRows()

    def _report(self, row: int, roles: list[int]) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index, roles)

    def _time(self, chat: Interaction) -> str:
        since = waits_since(chat)
        if since is not None:
            return timer(self._now - since)
        return ago(chat.last_at, self._now) if chat.last_at else ""

    def _spoken(self, chat: Interaction, time: str) -> str:
        parts = [customer_of(chat), consent_name(chat.consent)]
        if waits_since(chat) is not None:
            parts.append(self.tr("customer waiting {time}").format(time=time))
        if chat.unread:
            parts.append(self.tr("{n} unread").format(n=chat.unread))
        if chat.id in self._troubled:
            parts.append(self.tr("a text has not gone through"))
        return ", ".join([*parts, self._words[chat.id]])


def customer_of(chat: Interaction) -> str:
    """The customer's name, or the number where there is none."""
    return (chat.contact.name if chat.contact else "") or chat.address_display


def waits_since(chat: Interaction) -> Millis | None:
    """Since when the customer waits for an answer; None where nobody waits.

    Who has opted out cannot be answered: a clock that only closing the case could stop would be a false alarm.
    """
    return None if chat.consent is ConsentState.OPTED_OUT else chat.waiting_since
