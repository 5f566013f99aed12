"""Joins one chat view to the desk: pages, live messages, unsent texts, the unread mark."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from cti_client.desk.errors import DeskError
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import LinkStatus
from cti_client.domain.interaction import Direction
from cti_client.ui.chat.chat_view import ChatView
from cti_client.ui.chat.message_history_dialog import MessageHistoryDialog
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import ChatContext, RowAction, ThreadRow
from cti_client.ui.numbers.quiet_question import QuietQuestion, asks_about_hour
from cti_client.wire.api import MessagePage
from cti_client.wire.records import Interaction, Message

if TYPE_CHECKING:
    from cti_client.desk.desk import Desk

FIRST_PAGE = 50
NEXT_PAGE = 100


class ThreadSession(QObject):
    """Keeps the model of one thread true. Tasks run under the `TaskOwner` given, which its owner closes."""

    text_returned = Signal(str)
    """A text belongs back into the reply box."""
    call_wanted = Signal()
    """Call the customer instead of texting."""
    number_wanted = Signal()
    """The agent wants to look at the customer's number."""
    troubled = Signal(str)
    """An action did not work, and why."""

    def __init__(
        self,
        desk: "Desk",
        view: ChatView,
        tasks: TaskOwner,
        in_sight: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """`in_sight`: is the window before the agent's eyes right now?"""
        super().__init__(parent)
        self._desk, self._view, self._tasks, self._in_sight = desk, view, tasks, in_sight
        self._interaction: Interaction | None = None
        self._model: ThreadModel | None = None
        self._missing: Callable[[], object] | None = None
        """Asks again for the page that was asked for last and did not come."""
        self._read_up_to = 0
        self._marked = False
        desk.message_changed.connect(self._message_changed)
        desk.pending_changed.connect(self._pending_changed)
        desk.snapshot_loaded.connect(self._catch_up)
        desk.link_changed.connect(self._link_changed)
        view.action_chosen.connect(self._act)
        view.newest_wanted.connect(self.to_newest)
        view.reload_wanted.connect(self.load_newest)
        view.messages.stuck_changed.connect(self.see)

    @property
    def model(self) -> ThreadModel | None:
        """The thread shown; None before the chat is ours."""
        return self._model

    def show_interaction(self, record: Interaction) -> None:
        """The chat as it is now; the first time it opens the thread."""
        self._interaction = record
        chat = ChatContext(
            record.id, record.started_at, self._desk.agent_name, record.contact.name if record.contact else ""
        )
        if self._model is not None and self._model.thread_id == record.thread_id:
            self._model.set_chat(chat)
            self.see()
            return
        model = ThreadModel(record.thread_id, chat, self)
        model.older_wanted.connect(lambda before: self._tasks.start(self._older(model, before), "older messages"))
        model.newer_wanted.connect(lambda after: self._tasks.start(self._newer(model, after), "newer messages"))
        self._model = model
        self._view.show_thread(model)
        self._show_held(model)
        self._show_pending()
        self.load_newest()

    def end(self) -> None:
        """The chat is over: what is shown stays, nothing is marked as read any more."""
        self._interaction = None

    def close(self) -> None:
        """Listen to the desk no more; the tasks end with their owner."""
        self._interaction = None
        for signal, slot in (
            (self._desk.message_changed, self._message_changed),
            (self._desk.pending_changed, self._pending_changed),
            (self._desk.snapshot_loaded, self._catch_up),
            (self._desk.link_changed, self._link_changed),
        ):
            signal.disconnect(slot)

    def load_newest(self) -> None:
        """Load the newest page."""
        if self._model is not None and not self._tasks.closed:
            self._tasks.start(self._newest(self._model), "newest messages")

    def to_newest(self) -> None:
        """Go to the newest message, wherever the window of messages stands."""
        if self._model is not None and not self._model.at_newest:
            self.load_newest()
        else:
            self._view.messages.to_newest()

    def see(self) -> None:
        """Tell the hub what has been read, if it truly is before the agent's eyes."""
        record, model = self._interaction, self._model
        if record is None or model is None or not record.unread or not self._seen():
            return
        newest = model.newest
        if newest is not None and newest.id > self._read_up_to and self._desk.link.status is LinkStatus.LIVE:
            self._read_up_to = newest.id
            self._tasks.start(self._mark_read(record.id, newest.id), "mark read")

    def sent(self) -> None:
        """The agent has answered: everything above is read, and the new text is to be seen."""
        if self._model is not None:
            self._model.mark_unread_from(None)
            self._marked = False
            self.to_newest()

    # What the desk says

    def _message_changed(self, message: Message) -> None:
        model = self._model
        if model is None or message.thread_id != model.thread_id:
            return
        fresh = message.direction is Direction.IN and (model.newest is None or message.id > model.newest.id)
        seen = self._seen()
        if fresh and model.loaded and not seen and not self._marked:
            self._marked = True
            model.mark_unread_from(message.id)
        model.upsert(message)
        if fresh and not self._view.messages.stuck:
            self._view.count_fresh()
        if fresh and seen:
            self._marked = False
        self.see()

    def _pending_changed(self, interaction_id: int) -> None:
        if self._interaction is not None and interaction_id == self._interaction.id:
            self._show_pending()

    def _show_pending(self) -> None:
        if self._model is not None and self._interaction is not None:
            self._model.set_pending(self._desk.pending_of(self._interaction.id))

    def _catch_up(self) -> None:
        """A snapshot replaced what was held: reports and texts may have come meanwhile."""
        model = self._model
        if model is None or self._interaction is None:
            return
        for message in self._desk.messages_of(self._interaction.id):
            model.upsert(message)
        self._show_pending()
        if self._view.messages.stuck:
            self.load_newest()

    def _link_changed(self) -> None:
        if self._desk.link.status is LinkStatus.LIVE:
            missing, self._missing = self._missing, None
            if missing is not None:
                missing()
            elif self._model is not None and not self._model.loaded:
                self.load_newest()
            self.see()

    # Pages

    async def _newest(self, model: ThreadModel) -> None:
        try:
            page = await self._desk.message_page(model.thread_id, limit=FIRST_PAGE)
        except DeskError as error:
            self._missing = self.load_newest
            self._show_held(model)
            self._view.show_trouble(str(error))
            return
        if model is not self._model:
            return
        self._missing = None
        self._view.clear_trouble()
        self._mark_unread(page)
        model.reset(page)
        self._view.messages.to_newest()
        self.see()

    async def _older(self, model: ThreadModel, before: int) -> None:
        try:
            page = await self._desk.message_page(model.thread_id, before=before, limit=NEXT_PAGE)
        except DeskError as error:
            model.page_failed()
            self._missing = model.want_older
            self._view.show_trouble(str(error))
            return
        self._missing = None
        self._view.clear_trouble()
        model.add_older(page)

    async def _newer(self, model: ThreadModel, after: int) -> None:
        try:
            page = await self._desk.message_page(model.thread_id, after=after, limit=NEXT_PAGE)
        except DeskError as error:
            model.page_failed()
            self._missing = model.want_newer
            self._view.show_trouble(str(error))
            return
        self._missing = None
        self._view.clear_trouble()
        model.add_newer(page)

    def _show_held(self, model: ThreadModel) -> None:
        """What the desk holds can be read at once, also without a link; the page replaces it."""
        if model.loaded or self._interaction is None:
            return
        held = self._desk.messages_of(self._interaction.id)[-FIRST_PAGE:]
        if held:
            model.reset(MessagePage(messages=tuple(held), more_before=True))

    def _mark_unread(self, page: MessagePage) -> None:
        """On opening: the mark stands above the texts that came while nobody looked, unless that is all there is."""
        record, model = self._interaction, self._model
        if record is None or model is None or self._marked or not record.unread:
            return
        theirs = [m for m in page.messages if m.direction is Direction.IN and m.interaction_id == record.id]
        if record.unread < len(theirs):
            self._marked = True
            model.mark_unread_from(theirs[-record.unread].id)

    def _seen(self) -> bool:
        model = self._model
        return model is not None and model.loaded and self._in_sight() and self._view.messages.stuck

    async def _mark_read(self, interaction_id: int, message_id: int) -> None:
        try:
            await self._desk.mark_read(interaction_id, message_id)
        except DeskError:
            # Harmless, and tried again with the next text or when the link is back.
            self._read_up_to = min(self._read_up_to, message_id - 1)

    # What the person does with a row

    def _act(self, row: ThreadRow, action: RowAction) -> None:
        match action:
            case RowAction.SEND_AGAIN:
                self._tasks.start(self._resend(row.message_id, row.attempt), "send again")
            case RowAction.TEXT_AGAIN:
                self.text_returned.emit(row.text)
            case RowAction.CALL:
                self.call_wanted.emit()
            case RowAction.CHECK_NUMBER:
                self.number_wanted.emit()
            case RowAction.ARRIVED | RowAction.NOT_ARRIVED:
                self._tasks.start(self._settle(row.message_id, arrived=action is RowAction.ARRIVED), "settle")
            case RowAction.HISTORY:
                self._show_history(row)
            case RowAction.CANCEL:
                self._tasks.start(self._cancel(row.message_id), "cancel")
            case RowAction.SEND_NOW | RowAction.SEND_ANYWAY:
                self._tasks.start(self._send_now(row.client_id), "send now")
            case RowAction.TAKE_BACK | RowAction.DISCARD:
                back = action is RowAction.TAKE_BACK
                self._tasks.start(self._take_back(row.client_id, back=back), "take back")

    def _show_history(self, row: ThreadRow) -> None:
        dialog = self._view.ask_history(row)
        dialog.wanted.connect(lambda: self._tasks.start(self._load_history(dialog, row.message_id), "history"))
        dialog.open()

    async def _load_history(self, dialog: MessageHistoryDialog, message_id: int) -> None:
        try:
            history = await self._desk.message_history(message_id)
        except DeskError as error:
            if isValid(dialog):
                dialog.fail(str(error))
            return
        if isValid(dialog):  # it may have been closed meanwhile
            dialog.show_history(history)

    async def _settle(self, message_id: int, *, arrived: bool) -> None:
        try:
            await self._desk.settle(message_id, arrived)
        except DeskError as error:
            self.troubled.emit(str(error))

    async def _resend(self, message_id: int, attempt: int, *, in_quiet_hours: bool = False) -> None:
        try:
            await self._desk.resend(message_id, attempt, in_quiet_hours=in_quiet_hours)
        except DeskError as error:
            if asks_about_hour(error):
                question = QuietQuestion(str(error), self._view.window())
                question.confirmed.connect(lambda: self._resend_anyway(message_id, attempt))
                question.open()
            else:
                self.troubled.emit(str(error))

    def _resend_anyway(self, message_id: int, attempt: int) -> None:
        if not self._tasks.closed:
            self._tasks.start(self._resend(message_id, attempt, in_quiet_hours=True), "send again")

    async def _cancel(self, message_id: int) -> None:
        try:
            await self._desk.cancel_message(message_id)
        except DeskError as error:
            self.troubled.emit(str(error))

    async def _send_now(self, client_id: str) -> None:
        try:
            await self._desk.resend_pending(client_id)
        except DeskError as error:
            self.troubled.emit(str(error))

    async def _take_back(self, client_id: str, *, back: bool) -> None:
        try:
            text = await self._desk.discard_pending(client_id)
        except DeskError as error:
            self.troubled.emit(str(error))
            return
        if back:
            self.text_returned.emit(text)
