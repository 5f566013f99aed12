"""One customer's thread, as a moving window of some hundred messages.

The window opens on the newest messages. Pages are put in front or behind as the view is scrolled, and the far end is
dropped, so that neither memory nor the time to open grows with the thread. The model asks for pages by signals and is
given them; live messages are put in as they come. Rows are messages in order of their ids; texts that have not
reached the hub stand after the newest one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from cti_client.desk.views import PendingSend
from cti_client.ui.models.thread_row import ChatContext, ThreadRow, message_row, pending_row
from cti_client.wire.api import MessagePage
from cti_client.wire.records import Message

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's `ThreadRow`."""

MOST_ROWS = 500
"""More messages than this are never held for showing."""
TRIMMED_ROWS = 400
"""What is left after the far end was dropped."""
MOST_AHEAD = 400

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ThreadModel(QAbstractListModel):
    """Rows of one thread. Holds at most `MOST_ROWS` messages and all unsent texts of the chat."""

    older_wanted = Signal(object)
    """A page of the messages before this id is wanted; answered by `add_older` or `page_failed`."""
    newer_wanted = Signal(object)
    """A page of the messages after this id is wanted; answered by `add_newer` or `page_failed`."""
    newest_changed = Signal()
    """`at_newest` changed."""

    def __init__(self, thread_id: int, chat: ChatContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread_id = thread_id
        self._chat = chat
        self._messages: list[Message] = []
        self._ids: list[int] = []
        self._rows: list[ThreadRow] = []
        self._pending: list[PendingSend] = []
        self._pending_rows: list[ThreadRow] = []
        self._ahead: dict[int, Message] = {}
        self._ahead_lost = False
        self._loaded = False
        self._more_before = False
        self._more_after = False
        self._asked = False
        self._unread_from: int | None = None

    # What it holds

    @property
    def thread_id(self) -> int:
        """The thread shown."""
        return self._thread_id

    @property
    def loaded(self) -> bool:
        """Has the first page come?"""
        return self._loaded

    @property
    def at_newest(self) -> bool:
        """Does the window reach the newest message?"""
        return not self._more_after

    @property
    def newest(self) -> Message | None:
        """The newest message held."""
        return self._messages[-1] if self._messages else None

    def row_of(self, message_id: int) -> int | None:
        """Where a message stands; None if it is not in the window."""
        at = bisect_left(self._ids, message_id)
        return at if at < len(self._ids) and self._ids[at] == message_id else None

    # Qt's side

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._rows) + len(self._pending_rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt's hook: the row itself, its text, and its words for screen readers."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken()
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.details
        return None

    def row_at(self, at: int) -> ThreadRow | None:
        """The row at this place; None beyond the end."""
        if at < len(self._rows):
            return self._rows[at]
        at -= len(self._rows)
        return self._pending_rows[at] if at < len(self._pending_rows) else None

    def rows(self) -> list[ThreadRow]:
        """All rows, from the top down. One that has changed is another object than before."""
        return [*self._rows, *self._pending_rows]

    def place_of(self, key: tuple[int, str]) -> int | None:
        """Where the row with this key stands now; None where it has gone."""
        message_id, client_id = key
        if message_id:
            return self.row_of(message_id)
        places = (at for at, row in enumerate(self._pending_rows, len(self._rows)) if row.client_id == client_id)
        return next(places, None)

    # Pages

    def reset(self, page: MessagePage) -> None:
        """Begin anew with the newest page. Live news that came while the page was on its way are not lost."""
        self.beginResetModel()
        first = page.messages[0].id if page.messages else 0
        for message in self._messages:
            if message.id >= first:
                self._remember(message)
        self._messages = self._freshest(page.messages)
        self._more_before, self._more_after = page.more_before, page.more_after or self._ahead_lost
        self._loaded, self._asked, self._ahead_lost = True, False, False
        if not self._more_after:
            self._messages += self._take_ahead(self._messages[-1].id if self._messages else 0)
        self._ids = [message.id for message in self._messages]
        self._rows = [self._make(at) for at in range(len(self._messages))]
        self._pending_rows = self._pending_now()
        self.endResetModel()
        self.newest_changed.emit()

    def want_older(self) -> bool:
        """Ask for older messages unless there are none or a page is under way. True if it asked."""
        if not self._loaded or self._asked or not self._more_before or not self._ids:
            return False
        self._asked = True
        self.older_wanted.emit(self._ids[0])
        return True

    def want_newer(self) -> bool:
        """Ask for newer messages unless there are none or a page is under way. True if it asked."""
        if not self._loaded or self._asked or not self._more_after or not self._ids:
            return False
        self._asked = True
        self.newer_wanted.emit(self._ids[-1])
        return True

    def page_failed(self) -> None:
        """The page asked for will not come; it may be asked for again."""
        self._asked = False

    def add_older(self, page: MessagePage) -> None:
        """Put a page in front and drop the far end where the window has grown too long."""
        self._asked = False
        first = self._ids[0] if self._ids else None
        fresh = [message for message in self._freshest(page.messages) if first is None or message.id < first]
        self._more_before = page.more_before
        if fresh:
            self.beginInsertRows(_ROOT, 0, len(fresh) - 1)
            self._messages[:0] = fresh
            self._ids[:0] = [message.id for message in fresh]
            self._rows[:0] = [self._make(at) for at in range(len(fresh))]
            self.endInsertRows()
            self._remake(len(fresh))
        if len(self._rows) > MOST_ROWS:
            self._drop_newest(len(self._rows) - TRIMMED_ROWS)

    def add_newer(self, page: MessagePage) -> None:
        """Put a page behind and drop the far end where the window has grown too long."""
        self._asked = False
        last = self._ids[-1] if self._ids else 0
        self._append([message for message in self._freshest(page.messages) if message.id > last])
        self._more_after = page.more_after or self._ahead_lost
        self._ahead_lost = False
        if not self._more_after:
            self._append(self._take_ahead(self._ids[-1] if self._ids else 0))
            self._refresh_pending()
        if len(self._rows) > MOST_ROWS:
            self._drop_oldest(len(self._rows) - TRIMMED_ROWS)
        self.newest_changed.emit()

    # Live news

    def upsert(self, message: Message) -> None:
        """A message is new or has changed. What lies outside the window is remembered until its page comes."""
        if message.thread_id != self._thread_id:
            return
        at = self.row_of(message.id)
        if at is not None:
            if message.version > self._messages[at].version:
                self._messages[at] = message
                self._remake(at)
                self._remake(at + 1)
        elif self._loaded and not self._more_after and (not self._ids or message.id > self._ids[-1]):
            # The unsent text and the message it became change places without a row between them.
            self._hide_pending(message.client_id)
            self._append([message])
            if len(self._rows) > MOST_ROWS:
                self._drop_oldest(len(self._rows) - TRIMMED_ROWS)
        elif self._loaded and self._ids and self._ids[0] < message.id < self._ids[-1]:
            self._insert(message)
        elif self._loaded and not self._more_before and self._ids and message.id < self._ids[0]:
            self.add_older(MessagePage(messages=(message,)))
        else:
            self._remember(message)

    def set_pending(self, pending: Sequence[PendingSend]) -> None:
        """The texts of this chat that have not reached the hub, oldest first."""
        self._pending = list(pending)
        self._refresh_pending()

    def set_chat(self, chat: ChatContext) -> None:
        """The chat the thread is seen from has changed (its case, its start)."""
        if chat == self._chat:
            return
        self._chat = chat
        made = [self._make(at) for at in range(len(self._messages))]
        self._rows = [old if new.looks_like(old) else new for old, new in zip(self._rows, made, strict=True)]
        self._pending_rows = self._pending_now()
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def mark_unread_from(self, message_id: int | None) -> None:
        """Put the mark of unread messages above this one, or take it away."""
        old, self._unread_from = self._unread_from, message_id
        if old != message_id:
            for each in (old, message_id):
                at = self.row_of(each) if each is not None else None
                if at is not None:
                    self._remake(at)

    # Inside

    def _make(self, at: int) -> ThreadRow:
        message = self._messages[at]
        before = self._messages[at - 1] if at else None
        return message_row(message, before, self._chat, first_unread=message.id == self._unread_from)

    def _remake(self, at: int) -> None:
        if at < len(self._rows):
            row = self._make(at)
            if row.looks_like(self._rows[at]):
                return
            self._rows[at] = row
            index = self.index(at)
            self.dataChanged.emit(index, index)

    def _append(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        first = len(self._rows)
        self.beginInsertRows(_ROOT, first, first + len(messages) - 1)
        self._messages += messages
        self._ids += [message.id for message in messages]
        self._rows += [self._make(at) for at in range(first, len(self._messages))]
        self.endInsertRows()

    def _insert(self, message: Message) -> None:
        at = bisect_left(self._ids, message.id)
        self.beginInsertRows(_ROOT, at, at)
        self._messages.insert(at, message)
        self._ids.insert(at, message.id)
        self._rows.insert(at, self._make(at))
        self.endInsertRows()
        self._remake(at + 1)

    def _drop_oldest(self, count: int) -> None:
        self.beginRemoveRows(_ROOT, 0, count - 1)
        del self._messages[:count], self._ids[:count], self._rows[:count]
        self._more_before = True
        self.endRemoveRows()
        self._remake(0)

    def _drop_newest(self, count: int) -> None:
        self._show_pending([])
        first = len(self._rows) - count
        self.beginRemoveRows(_ROOT, first, len(self._rows) - 1)
        del self._messages[first:], self._ids[first:], self._rows[first:]
        self._more_after = True
        self.endRemoveRows()
        self.newest_changed.emit()

    def _freshest(self, messages: Iterable[Message]) -> list[Message]:
        """The page's messages, each in its newest known version."""
        fresh = []
        for message in messages:
            known = self._ahead.pop(message.id, None)
            fresh.append(known if known is not None and known.version > message.version else message)
        return fresh

    def _take_ahead(self, last: int) -> list[Message]:
        """Live messages that came beyond the window, now that it reaches them."""
        taken = [self._ahead.pop(each) for each in sorted(self._ahead) if each > last]
        self._ahead.clear()
        return taken

    def _remember(self, message: Message) -> None:
        known = self._ahead.get(message.id)
        if known is None or message.version > known.version:
            self._ahead[message.id] = message
        if len(self._ahead) > MOST_AHEAD:
            self._ahead_lost = self._ahead_lost or self._more_after
            del self._ahead[min(self._ahead)]

    def _pending_now(self) -> list[ThreadRow]:
        if self._more_after:
            return []
        arrived = {message.client_id for message in self._messages[-50:] if message.client_id}
        return [pending_row(each, self._chat) for each in self._pending if each.client_id not in arrived]

    def _refresh_pending(self) -> None:
        self._show_pending(self._pending_now())

    def _hide_pending(self, client_id: str) -> None:
        if client_id and any(row.client_id == client_id for row in self._pending_rows):
            self._show_pending([row for row in self._pending_rows if row.client_id != client_id])

    def _show_pending(self, rows: list[ThreadRow]) -> None:
        """Replace the unsent texts; those that stay keep their rows."""
        first = len(self._rows)
        keys = {row.client_id for row in rows}
        for at in range(len(self._pending_rows) - 1, -1, -1):
            if self._pending_rows[at].client_id not in keys:
                self.beginRemoveRows(_ROOT, first + at, first + at)
                del self._pending_rows[at]
                self.endRemoveRows()
        kept = [row.client_id for row in self._pending_rows]
        for at, row in enumerate(rows):
            if at < len(kept) and kept[at] == row.client_id:
                if not row.looks_like(self._pending_rows[at]):
                    self._pending_rows[at] = row
                    index = self.index(first + at)
                    self.dataChanged.emit(index, index)
            else:
                self.beginInsertRows(_ROOT, first + at, first + at)
                self._pending_rows.insert(at, row)
                kept.insert(at, row.client_id)
                self.endInsertRows()
