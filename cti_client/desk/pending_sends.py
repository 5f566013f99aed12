"""What the person has sent and the hub has not confirmed (H1).

    send, on disk ──> WAITING ── live, younger than two minutes ──> SENDING ── yes ──> gone: the message shows it
                        │  ^                                          │  │
                        │  └───────────────── no answer ──────────────┘  └── no ──> REFUSED, or ASK where it is late
                        └── live, but older than two minutes ──> ASK

A text goes by itself, once, in the order of its chat. Without an answer it is said again under the same id, which the
hub takes once however often it comes. What may have arrived already is asked for in the same way even when it is old:
unless confirmed by the person, the hub refuses an old text that it does not hold, and then the person decides.

When one text asks, those behind it in the same chat that have never gone ask too: they would otherwise overtake it.
A yes to the hour where the customer is (B9) answers for all texts of the chat that ask about it.
"""

import asyncio
import logging
import sqlite3
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from cti_client.desk.errors import DeskError, HubAwayError, HubRefusedError, KeepingError, UndecidedSendError
from cti_client.desk.pending_file import PendingFile, StoredSend
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain import Millis
from cti_client.domain.errors import QuietHoursError, StaleSendError
from cti_client.wire.api import Problem, Send
from cti_client.wire.records import Message

log = logging.getLogger(__name__)

T = TypeVar("T")

STALE: Millis = 120_000
"""A text older than this never goes without the person's yes."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0

_ASKS = Problem(code=StaleSendError.code, text="This text waited for more than two minutes. Send it now?")
_QUESTIONS = (StaleSendError.code, QuietHoursError.code)
"""Refusals that the person's yes answers."""


@dataclass(slots=True)
class _Item:
    stored: StoredSend
    state: PendingState
    problem: Problem | None = None


class PendingSends:
    """The unsent texts and drafts of one person on one hub. Its tasks belong to `tasks`.

    `post` says a text to the hub and raises as `HubClient.call` does. `on_sent` gets the hub's message before the text
    goes from here, `on_change` the interaction whose texts have changed, `on_unreadable` how many texts on disk another
    key has sealed: they come back with it. `now` is the hub's time.
    """

    def __init__(
        self,
        tasks: TaskOwner,
        post: Callable[[Send], Awaitable[Message]],
        now: Callable[[], Millis],
        on_change: Callable[[int], None],
        on_sent: Callable[[Message], None],
        on_unreadable: Callable[[int], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tasks = tasks
        self._post = post
        self._now = now
        self._on_change = on_change
        self._on_sent = on_sent
        self._on_unreadable = on_unreadable
        self._sleep = sleep
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pending sends")
        self._file: PendingFile | None = None
        self._owner = ""
        self._open_done = asyncio.Event()
        self._loaded = asyncio.Event()
        self._live = False
        self._resting: set[asyncio.Event] = set()
        self._items: dict[str, _Item] = {}
        self._pumps: set[int] = set()

    @property
    def unsent(self) -> int:
        """Texts that have not gone and are not refused."""
        return sum(item.state is not PendingState.REFUSED for item in self._items.values())

    def pending_of(self, interaction_id: int) -> list[PendingSend]:
        """The texts of one chat, in the order of sending."""
        return [one for one in self.all if one.interaction_id == interaction_id]

    @property
    def all(self) -> list[PendingSend]:
        """The texts of every chat, in the order of sending."""
        return [_view(item) for item in self._items.values()]

    async def open(self, path: Path, keys: tuple[bytes, ...]) -> None:
        """Open the file, once. Raises as `PendingFile` does; then `give_up` is to follow."""
        loop = asyncio.get_running_loop()
        self._file = await loop.run_in_executor(self._thread, PendingFile, path, keys)
        self._open_done.set()

    def give_up(self) -> None:
        """There will be no file: whoever sends gets `KeepingError`."""
        self._open_done.set()

    def use(self, hub_id: str, agent_id: int) -> None:
        """From now on everything is this person's on this hub. To be called before `set_live`."""
        owner = f"{hub_id}:{agent_id}"
        if owner == self._owner:
            return
        self._owner = owner
        self._loaded.clear()
        before = {item.stored.interaction_id for item in self._items.values()}
        self._items.clear()
        for interaction_id in before:
            self._on_change(interaction_id)
        self._tasks.start(self._load(owner), name="load unsent texts")

    def set_live(self, live: bool) -> None:
        """The link is live, or not any more. What waits goes as soon as it is."""
        if live == self._live:
            return
        self._live = live
        if live:
            for rest in self._resting:
                rest.set()
            self._kick_all()

    def hub_has(self, message: Message) -> None:
        """This message is in the hub: if it is one of ours, it waits no more."""
        item = self._items.pop(message.client_id, None) if message.client_id else None
        if item is not None:
            self._on_change(item.stored.interaction_id)
            self._forget(message.client_id)

    async def send(self, interaction_id: int, thread_id: int, text: str, customer: str = "") -> str:
        """Keep the text on disk and let it go; returns its id once it is kept. Raises `KeepingError`."""
        composed_at = self._now()
        await self._loaded.wait()
        send = StoredSend(
            client_id=str(uuid.uuid4()),
            interaction_id=interaction_id,
            thread_id=thread_id,
            text=text,
            composed_at=composed_at,
            attempted=self._live and self._next(interaction_id) is None,
            customer=customer,
        )
        owner = self._owner
        await self._on_disk(lambda file: file.add(owner, send), then=lambda: self._take_in(owner, send))
        return send.client_id

    async def resend(self, client_id: str) -> None:
        """The person says yes to a text that asks, or wants a refused one tried again. Raises `KeepingError`."""
        item = self._items.get(client_id)
        if item is None or item.state not in (PendingState.ASK, PendingState.REFUSED):
            return
        for one in self._asking_alike(item):
            quiet = one.stored.in_quiet_hours or _is_quiet(one.problem)
            await self._change(one, confirmed_at=self._now(), problem=None, in_quiet_hours=quiet)
            self._show(one, PendingState.WAITING)
        self._kick(item.stored.interaction_id)

    async def discard(self, client_id: str) -> str:
        """Give the text back to the person; it will not go. Empty where it is gone already.

        Raises `UndecidedSendError` where the hub may have taken it, `KeepingError`.
        """
        item = self._items.get(client_id)
        if item is None:
            return ""
        if item.stored.attempted:
            raise UndecidedSendError
        del self._items[client_id]  # at once, so that it cannot go while the disk works
        try:
            await self._on_disk(lambda file: file.remove(client_id))
        except KeepingError:
            item.state = PendingState.ASK
            self._items[client_id] = item
            raise
        finally:
            self._on_change(item.stored.interaction_id)
        return item.stored.text

    async def save_draft(self, thread_id: int, text: str) -> None:
        """Keep what stands in the reply box. Raises `KeepingError`."""
        await self._loaded.wait()
        owner = self._owner
        await self._on_disk(lambda file: file.save_draft(owner, thread_id, text))

    async def load_draft(self, thread_id: int) -> str:
        """What stood in the reply box. Raises `KeepingError`."""
        await self._loaded.wait()
        owner = self._owner
        return await self._on_disk(lambda file: file.load_draft(owner, thread_id))

    async def close(self) -> None:
        """Finish what the disk is doing and let go of the file. The tasks' owner is closed before."""
        file, self._file = self._file, None
        if file is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, file.close)
        self._thread.shutdown(wait=False)

    # --- one chat's texts, one after the other -------------------------------------------------------------------

    def _kick_all(self) -> None:
        for interaction_id in {item.stored.interaction_id for item in self._items.values()}:
            self._kick(interaction_id)

    def _kick(self, interaction_id: int) -> None:
        if (
            self._live
            and self._loaded.is_set()
            and not self._tasks.closed
            and interaction_id not in self._pumps
            and self._next(interaction_id) is not None
        ):
            self._pumps.add(interaction_id)
            self._tasks.start(self._pump(interaction_id), name=f"sends of chat {interaction_id}")

    async def _pump(self, interaction_id: int) -> None:
        pause = FIRST_PAUSE
        try:
            while self._live and (item := self._next(interaction_id)) is not None:
                try:
                    await self._go(item)
                    pause = FIRST_PAUSE
                except DeskError as error:
                    log.info("a text of chat %d waits: %s", interaction_id, type(error).__name__)
                    self._show(item, PendingState.WAITING)
                    await self._rest(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._pumps.discard(interaction_id)

    async def _go(self, item: _Item) -> None:
        """One attempt. Raises `DeskError` where it is to be repeated."""
        stored, now = item.stored, self._now()
        fresh = now - max(stored.composed_at, stored.confirmed_at or 0) <= STALE
        if not fresh and not stored.attempted:
            self._ask(item)
            return
        if not stored.attempted:
            await self._change(item, attempted=True)
        if not self._live or not self._holds(item):
            return  # the link, the person or the text has gone while the disk worked
        self._show(item, PendingState.SENDING)
        send = Send(
            client_id=stored.client_id,
            interaction_id=stored.interaction_id,
            text=stored.text,
            composed_at=stored.composed_at,
            confirmed=fresh and stored.confirmed_at is not None,
            in_quiet_hours=fresh and stored.in_quiet_hours,
        )
        try:
            message = await self._post(send)
        except HubRefusedError as error:
            await self._refused(item, error.problem)
        else:
            self._on_sent(message)
            if self._items.pop(stored.client_id, None) is not None:
                self._on_change(stored.interaction_id)
                self._forget(stored.client_id)

    async def _refused(self, item: _Item, problem: Problem) -> None:
        if not self._holds(item):
            return
        if problem.code == "unauthorised":
            raise HubAwayError(problem.text)  # signing in again helps; the text is not at fault
        if problem.code in _QUESTIONS:
            await self._change(item, attempted=False, confirmed_at=None, in_quiet_hours=False)
            self._ask(item, problem)
        else:
            await self._change(item, attempted=False, problem=problem)
            self._show(item, PendingState.REFUSED, problem)

    def _asking_alike(self, item: _Item) -> list[_Item]:
        """The texts that the person's yes to this one is for."""
        if item.state is not PendingState.ASK or not _is_quiet(item.problem):
            return [item]
        chat = item.stored.interaction_id
        asking = (one for one in self._items.values() if one.state is PendingState.ASK and _is_quiet(one.problem))
        return [one for one in asking if one.stored.interaction_id == chat]

    def _ask(self, first: _Item, problem: Problem = _ASKS) -> None:
        self._show(first, PendingState.ASK, problem)
        behind = problem if _is_quiet(problem) else _ASKS
        for item in self._items.values():
            same_chat = item.stored.interaction_id == first.stored.interaction_id
            if same_chat and item.state is PendingState.WAITING and not item.stored.attempted:
                self._show(item, PendingState.ASK, behind)

    def _next(self, interaction_id: int) -> _Item | None:
        for item in self._items.values():
            to_go = item.state in (PendingState.WAITING, PendingState.SENDING)
            if to_go and item.stored.interaction_id == interaction_id:
                return item
        return None

    async def _rest(self, seconds: float) -> None:
        """Until the time is over, or the link has been lost and is back."""
        back = asyncio.Event()
        self._resting.add(back)
        waits = (asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(back.wait()))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._resting.discard(back)
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    # --- memory and disk -----------------------------------------------------------------------------------------

    async def _load(self, owner: str) -> None:
        await self._open_done.wait()
        try:
            sends, unreadable = await self._on_disk(lambda file: file.load(owner))
        except KeepingError:
            sends, unreadable = [], 0  # whoever sends now is told
        if owner != self._owner:
            return
        self._items = {send.client_id: _restored(send) for send in sends}
        self._loaded.set()
        for interaction_id in {send.interaction_id for send in sends}:
            self._on_change(interaction_id)
        if unreadable:
            self._on_unreadable(unreadable)
        self._kick_all()

    def _take_in(self, owner: str, send: StoredSend) -> None:
        if owner != self._owner:
            return  # the person has changed meanwhile; it waits on disk for its own
        self._items[send.client_id] = _restored(send)
        self._on_change(send.interaction_id)
        self._kick(send.interaction_id)

    async def _change(self, item: _Item, **fields: object) -> None:
        """Seen at once, kept when this returns; undone where the disk fails."""
        before = item.stored
        after = item.stored = msgspec.structs.replace(before, **fields)
        try:
            await self._on_disk(lambda file: file.change(after))
        except KeepingError:
            item.stored = before
            raise

    def _forget(self, client_id: str) -> None:
        """On disk too, even if everything is closed now. Where the disk fails the text is said again after the next
        start, and the hub takes it for what it is."""

        def note(done: asyncio.Future[None]) -> None:
            if not done.cancelled() and done.exception() is not None:
                log.warning("a text that has gone could not be removed from this computer")

        self._hand_in(lambda file: file.remove(client_id)).add_done_callback(note)

    @property
    def _opened(self) -> PendingFile:
        if self._file is None:
            raise KeepingError
        return self._file

    def _hand_in(self, work: Callable[[PendingFile], T]) -> "asyncio.Future[T]":
        """To the file's own thread, which works in the order of the calls."""
        return asyncio.get_running_loop().run_in_executor(self._thread, work, self._opened)

    async def _on_disk(self, work: Callable[[PendingFile], T], then: Callable[[], None] = lambda: None) -> T:
        """It is done, and `then` called if it was, even if whoever waits for it is cancelled. Raises `KeepingError`."""
        done = self._hand_in(work)
        done.add_done_callback(lambda _: None if done.cancelled() or done.exception() else then())
        try:
            return await asyncio.shield(done)
        except (sqlite3.Error, OSError) as error:
            log.error("the file of unsent texts: %s", type(error).__name__)
            raise KeepingError from error

    def _holds(self, item: _Item) -> bool:
        return self._items.get(item.stored.client_id) is item

    def _show(self, item: _Item, state: PendingState, problem: Problem | None = None) -> None:
        if item.state is not state or item.problem != problem:
            item.state, item.problem = state, problem
            if self._holds(item):
                self._on_change(item.stored.interaction_id)


def _is_quiet(problem: Problem | None) -> bool:
    return problem is not None and problem.code == QuietHoursError.code


def _restored(send: StoredSend) -> _Item:
    state = PendingState.WAITING if send.problem is None else PendingState.REFUSED
    return _Item(send, state, send.problem)


def _view(item: _Item) -> PendingSend:
    stored = item.stored
    return PendingSend(
        client_id=stored.client_id,
        interaction_id=stored.interaction_id,
        thread_id=stored.thread_id,
        text=stored.text,
        composed_at=stored.composed_at,
        state=item.state,
        problem=item.problem,
        customer=stored.customer,
    )
