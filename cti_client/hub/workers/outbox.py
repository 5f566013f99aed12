"""Carries queued messages of one connection to its gateway, each at most once.

The store marks a message as under way, with a lease, before the gateway hears of it; a hub that dies in between leaves
the lease to run out, and the message becomes `unknown` (D4). One worker a connection: a slow one holds up no other.
What was taken and never begun when the work ends goes back into the queue: it surely did not go out.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from cti_client.domain import Millis, sms_text
from cti_client.domain.delivery import FailureReason
from cti_client.hub.health import Health
from cti_client.hub.services.outbox import next_due, record_outcome, take_due
from cti_client.hub.store.store import Store, StoreAwayError
from cti_client.hub.trouble import trouble
from cti_client.hub.workers.alarm import Alarm
from cti_client.telephony.sms.connection import (
    NotTaken,
    OutboundSms,
    Refused,
    SmsConnection,
    SplitMode,
    SubmitOutcome,
    Unclear,
)

log = logging.getLogger(__name__)

LEASE_MS = 90_000
"""Longer than a submit (40 s) and the wait for a slow connection's turn together."""
_TURN_SECONDS = 10
_BEHIND_SECONDS = 20.0
"""Nothing is taken while the next turn is farther away."""
_LONGEST_WAIT_SECONDS = 40.0
"""For a turn, within the lease. What would wait longer goes back into the queue."""
_BLOCKED_MS = 1_000
_GIVE_BACK_SECONDS = 2.0
_LONGEST_PAUSE_MS: Millis = 5 * 60_000
"""However long a gateway asks to be left alone: it may have meant one text, and may be back sooner."""
_NOT_BEGUN = NotTaken(detail="", retry_after=0, asked=False)
_BROKEN = (FailureReason.CONNECTION_BROKEN, FailureReason.NO_CREDIT)


class OutboxWorker:
    """Takes what is due whenever it is woken, and submits up to `at_once` texts side by side."""

    def __init__(
        self,
        connection: SmsConnection,
        store: Store,
        health: Health,
        alarm: Alarm,
        clock: Callable[[], Millis],
        *,
        at_once: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connection = connection
        self._id = connection.settings.id
        self._store = store
        self._health = health
        self._alarm = alarm
        self._clock = clock
        self._sleep = sleep
        rate = connection.settings.per_second
        self._gap = 0.0 if rate is None else 1 / rate
        self._at_once = at_once if rate is None else max(1, min(at_once, int(rate * _TURN_SECONDS)))
        self._next_turn = 0.0
        self._left_alone_until: Millis = 0
        self._is_silent = False
        """It did not answer the last submit: one at a time until it does, for what it leaves open becomes unknown."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._begun: set[int] = set()
        """The messages among them of which the gateway may have heard."""
        self._returns: set[asyncio.Task[None]] = set()
        self._taking: asyncio.Task[int] | None = None
        self._ending = asyncio.Event()
        self._stopping = False

    @property
    def connection_id(self) -> str:
        """Whose worker it is."""
        return self._id

    def wake(self) -> None:
        """Something may be due."""
        self._alarm.wake()

    async def run(self) -> None:
        """Work until `finish`, or until cancelled. Raises `StoreAwayError`; then run it again."""
        if not self._stopping:
            self._ending.clear()
        try:
            await self._work()
        except asyncio.CancelledError:
            self._ending.set()
            if self._taking is not None:
                await asyncio.wait((self._taking,))
            raise

    async def _work(self) -> None:
        surely_more = False
        while not self._stopping:
            if self._clock() < self._left_alone_until:
                await self._alarm.wait(self._left_alone_until)
                continue
            behind = self._next_turn - asyncio.get_running_loop().time()
            if behind > _BEHIND_SECONDS:
                await self._alarm.wait(self._clock() + round((behind - _BEHIND_SECONDS) * 1000))
                continue
            free = max(0, (1 if self._is_silent else self._at_once) - len(self._under_way))
            due = await self._store.read(next_due, self._id) if free and not surely_more else None
            if not (free and surely_more) and (due is None or due > self._clock()):
                await self._alarm.wait(due)
                continue
            if self._ending.is_set():
                return
            # The store commits in any case, so that what is taken is carried or given back in any case.
            self._taking = asyncio.create_task(self._take(free), name=f"outbox of {self._id}: taking")
            taken = await asyncio.shield(self._taking)
            if not taken and not surely_more:
                await self._alarm.wait(self._clock() + _BLOCKED_MS)
            surely_more = taken == free

    async def finish(self, seconds: float) -> None:
        """Take nothing more and give submits under way this long to end; what has not begun goes back."""
        self._stopping = True
        self._ending.set()
        self._alarm.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled(self._under_way, self._returns)

    async def abort(self) -> None:
        """Give up what is under way still: its lease runs out, and it becomes `unknown`. The rest goes back."""
        self._stopping = True
        self._ending.set()
        await _cancelled(self._under_way)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GIVE_BACK_SECONDS):
                await self._settled(self._returns)
        await _cancelled(self._returns)

    async def _settled(self, *groups: set[asyncio.Task[None]]) -> None:
        """Until nothing is being taken and these tasks have ended; each may have begun another of them."""
        while tasks := [*([self._taking] if self._taking else []), *(task for group in groups for task in group)]:
            await asyncio.wait(tasks)

    async def _take(self, free: int) -> int:
        try:
            batch = await self._store.write(take_due, self._id, free, LEASE_MS)
            for sms in batch:
                if self._ending.is_set():
                    self._give_back(sms)
                else:
                    task = asyncio.create_task(self._carry(sms), name=f"submit {sms.message_id} to {self._id}")
                    self._under_way.add(task)
                    task.add_done_callback(partial(self._arrived, sms))
            return len(batch)
        finally:
            if self._taking is asyncio.current_task():
                self._taking = None

    def _give_back(self, sms: OutboundSms) -> None:
        """It was taken and never begun: another hub, or this one when it is back, may take it at once."""
        name = f"return {sms.message_id} to {self._id}"
        task = asyncio.create_task(self._record(sms, _NOT_BEGUN), name=name)
        self._returns.add(task)
        task.add_done_callback(self._returns.discard)

    def _arrived(self, sms: OutboundSms, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if sms.message_id in self._begun:
            self._begun.discard(sms.message_id)
        else:
            self._give_back(sms)
        self._alarm.wake()

    async def _carry(self, sms: OutboundSms) -> None:
        if not await self._is_our_turn(sms):
            return
        self._begun.add(sms.message_id)
        try:
            outcome = await self._connection.submit(sms)
        except Exception as error:  # noqa: BLE001  an adapter's mistake: nobody knows whether the text went out
            log.error("submit of message %d to %s: %s", sms.message_id, self._id, trouble(error))
            outcome = Unclear(detail=f"The connection failed ({type(error).__name__}).")
        self._judge(outcome)
        await self._record(sms, outcome)

    async def _is_our_turn(self, sms: OutboundSms) -> bool:
        """Wait for it. False where the work ends before, or the turn is too far away."""
        now = asyncio.get_running_loop().time()
        ours = max(now, self._next_turn)
        if ours - now > _LONGEST_WAIT_SECONDS:
            return False
        if self._gap:
            self._next_turn = ours + self._gap * self._texts_of(sms)
        if ours > now:
            turn = asyncio.ensure_future(self._sleep(ours - now))
            end = asyncio.ensure_future(self._ending.wait())
            try:
                await asyncio.wait((turn, end), return_when=asyncio.FIRST_COMPLETED)
                if end.done():
                    return False
            finally:
                turn.cancel()
                end.cancel()
                await asyncio.gather(turn, end, return_exceptions=True)
        return not self._ending.is_set()

    def _texts_of(self, sms: OutboundSms) -> int:
        """As how many texts it counts: a long one may go as several messages (D2)."""
        if self._connection.settings.split is SplitMode.CONCATENATE:
            return 1
        return len(sms_text.separate(sms.text, sms_text.SEPARATE_LIMIT))

    def _judge(self, outcome: SubmitOutcome) -> None:
        self._is_silent = isinstance(outcome, Unclear)
        if isinstance(outcome, NotTaken) and outcome.retry_after is not None:
            pause = min(outcome.retry_after, _LONGEST_PAUSE_MS)
            self._left_alone_until = max(self._left_alone_until, self._clock() + pause)
        if isinstance(outcome, NotTaken | Unclear) or (isinstance(outcome, Refused) and outcome.reason in _BROKEN):
            self._health.trouble(self._id, outcome.detail)
        else:
            self._health.fine(self._id)

    async def _record(self, sms: OutboundSms, outcome: SubmitOutcome) -> None:
        """What the gateway said must not be lost while the database is away for a moment."""
        pause = 0.5
        end = self._clock() + LEASE_MS
        while True:
            try:
                await self._store.write(record_outcome, sms.message_id, outcome, sms.attempt)
                return
            except StoreAwayError:
                if self._clock() >= end:
                    log.error("outcome of message %d (%s) could not be stored", sms.message_id, type(outcome).__name__)
                    return
                await self._sleep(pause)
                pause = min(pause * 2, 10.0)


async def _cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
