"""Unsent texts: kept first, sent once, in order, never late without a yes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti_client.desk.errors import KeepingError, UndecidedSendError
from cti_client.desk.pending_sends import STALE, PendingSends
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import PendingState
from cti_client.wire.api import Send
from cti_client.wire.records import Message
from tests.helpers.posting_hub import Away, Gate, PostingHub, refusing

KEY = Fernet.generate_key()
CHAT, OTHER_CHAT = 12, 13


@dataclass
class Clock:
    time: int = 1_000_000

    def __call__(self) -> int:
        return self.time


@dataclass
class Bench:
    """One desktop's unsent texts against one hub; `rests` are the pauses between attempts, ended by the test."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    told: list[Message] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    rests: asyncio.Queue[asyncio.Event] = field(default_factory=asyncio.Queue)
    pauses: list[float] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    changes: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hub = PostingHub(self.clock)

    async def rest(self, seconds: float) -> None:
        self.pauses.append(seconds)
        over = asyncio.Event()
        self.rests.put_nowait(over)
        await over.wait()

    def note_change(self, _: int) -> None:
        async def notify() -> None:
            async with self.changed:
                self.changed.notify_all()

        task = asyncio.get_running_loop().create_task(notify())
        self.changes.add(task)
        task.add_done_callback(self.changes.discard)

    @asynccontextmanager
    async def desktop(
        self, *, agent: int = 7, live: bool = True, key: bytes = KEY, hub_id: str = "hub-1"
    ) -> AsyncIterator[PendingSends]:
        tasks = TaskOwner("desktop", lambda name, error: self.failures.append(f"{name}: {error!r}"))
        pending = PendingSends(
            tasks,
            self.hub.post,
            self.clock,
            on_change=self.note_change,
            on_sent=self.told.append,
            on_unreadable=self.unreadable.append,
            sleep=self.rest,
        )
        await pending.open(self.folder / "desk.db", (key,))
        pending.use(hub_id, agent)
        pending.set_live(live)
        try:
            yield pending
        finally:
            await tasks.close()
            await pending.close()
            assert self.failures == []

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(condition)

    async def states(self, pending: PendingSends, *states: PendingState, chat: int = CHAT) -> None:
        await self.until(lambda: [one.state for one in pending.pending_of(chat)] == list(states))

    async def gone(self, pending: PendingSends) -> None:
        await self.until(lambda: not pending.unsent)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def send(pending: PendingSends, *texts: str, chat: int = CHAT) -> list[str]:
    return [await pending.send(chat, 1, text) for text in texts]


async def test_a_text_goes_and_the_message_shows_before_the_text_leaves(bench: Bench) -> None:
    async with bench.desktop() as pending:
        (client_id,) = await send(pending, "Hello")
        await bench.gone(pending)

    assert bench.hub.texts == ["Hello"]
    assert [message.client_id for message in bench.told] == [client_id]
    async with bench.desktop(live=False) as pending:
        await pending.load_draft(1)
        assert pending.pending_of(CHAT) == []


async def test_offline_it_waits_and_goes_by_itself_in_order(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "one", "two", "three")
        assert [one.state for one in pending.pending_of(CHAT)] == [PendingState.WAITING] * 3
        assert pending.unsent == 3
        pending.set_live(True)
        await bench.gone(pending)

    assert bench.hub.texts == ["one", "two", "three"]
    assert len(bench.hub.posts) == 3


async def test_it_waits_over_a_restart(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "one", "two")
    async with bench.desktop() as pending:
        await bench.until(lambda: len(bench.hub.texts) == 2 and not pending.unsent)

    assert bench.hub.texts == ["one", "two"]


async def test_the_next_text_of_a_chat_waits_for_the_one_before_and_other_chats_do_not(bench: Bench) -> None:
    gate = Gate()

    async def hold_the_first_chat(post: Send) -> None:
        if post.interaction_id == CHAT:
            await gate(post)

    bench.hub.before = hold_the_first_chat
    async with bench.desktop() as pending:
        await send(pending, "one", "two")
        await send(pending, "elsewhere", chat=OTHER_CHAT)
        await bench.until(lambda: not pending.pending_of(OTHER_CHAT))
        assert [one.text for one in bench.hub.posts if one.interaction_id == CHAT] == ["one"]
        assert [one.state for one in pending.pending_of(CHAT)] == [PendingState.SENDING, PendingState.WAITING]
        gate.open.set()
        await bench.gone(pending)

    assert bench.hub.texts == ["elsewhere", "one", "two"]


async def test_a_lost_answer_is_asked_for_again_under_the_same_id(bench: Bench) -> None:
    lost = Away()
    bench.hub.after = lost
    async with bench.desktop() as pending:
        await send(pending, "one", "two")
        rest = await bench.rests.get()
        assert [one.state for one in pending.pending_of(CHAT)] == [PendingState.WAITING] * 2
        lost.away = False
        rest.set()
        await bench.gone(pending)

    assert bench.hub.texts == ["one", "two"]
    assert bench.hub.posts[0].client_id == bench.hub.posts[1].client_id


async def test_pauses_between_attempts_grow_and_end_when_the_link_is_back(bench: Bench) -> None:
    away = Away()
    bench.hub.before = away
    async with bench.desktop() as pending:
        await send(pending, "one")
        for _ in range(8):
            (await bench.rests.get()).set()
        await bench.rests.get()  # this pause never ends by itself
        away.away = False
        pending.set_live(False)
        pending.set_live(True)
        await bench.gone(pending)

    assert bench.pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert bench.hub.texts == ["one"]


async def test_nothing_goes_while_the_link_is_down(bench: Bench) -> None:
    away = Away()
    bench.hub.before = away
    async with bench.desktop() as pending:
        await send(pending, "one")
        rest = await bench.rests.get()
        pending.set_live(False)
        away.away = False
        rest.set()
        await send(pending, "two")
        assert len(bench.hub.posts) == 1
        pending.set_live(True)
        await bench.gone(pending)

    assert bench.hub.texts == ["one", "two"]


async def test_older_than_two_minutes_it_asks_and_never_goes_by_itself(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        (client_id,) = await send(pending, "Your driver is 5 minutes away")
        bench.clock.time += STALE + 1
        pending.set_live(True)
        await bench.states(pending, PendingState.ASK)
        assert bench.hub.posts == []
        assert pending.pending_of(CHAT)[0].problem is not None

        await pending.resend(client_id)
        await bench.gone(pending)

    assert [(post.confirmed, post.client_id) for post in bench.hub.posts] == [(True, client_id)]
    assert bench.hub.texts == ["Your driver is 5 minutes away"]


async def test_just_two_minutes_old_it_goes(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "one")
        bench.clock.time += STALE
        pending.set_live(True)
        await bench.gone(pending)

    assert [post.confirmed for post in bench.hub.posts] == [False]


async def test_a_yes_is_good_for_two_minutes_too(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        (client_id,) = await send(pending, "one")
        bench.clock.time += STALE + 1
        pending.set_live(True)
        await bench.states(pending, PendingState.ASK)
        pending.set_live(False)
        await pending.resend(client_id)
        bench.clock.time += STALE + 1
        pending.set_live(True)
        await bench.states(pending, PendingState.ASK)

    assert bench.hub.posts == []


async def test_texts_behind_one_that_asks_ask_too_and_new_ones_go(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        first, second = await send(pending, "first", "second")
        bench.clock.time += STALE - 10
        (third,) = await send(pending, "third, not old itself")
        bench.clock.time += 20
        pending.set_live(True)
        await bench.states(pending, *[PendingState.ASK] * 3)
        await send(pending, "something new")
        await bench.until(lambda: bench.hub.texts == ["something new"])

        assert await pending.discard(second) == "second"
        await pending.resend(third)
        await pending.resend(first)
        await bench.gone(pending)

    assert sorted(bench.hub.texts) == ["first", "something new", "third, not old itself"]


async def test_an_old_text_that_may_have_arrived_is_asked_for_without_a_yes(bench: Bench) -> None:
    """Its answer was lost and the link was away for long: the hub knows it, so nobody has to be asked."""
    lost = Away()
    bench.hub.after = lost
    async with bench.desktop() as pending:
        await send(pending, "arrived")
        await bench.rests.get()
        pending.set_live(False)
    bench.clock.time += 10 * STALE
    lost.away = False
    async with bench.desktop() as pending:
        await bench.until(lambda: len(bench.told) == 1)
        await bench.gone(pending)

    assert bench.hub.texts == ["arrived"]
    assert [post.confirmed for post in bench.hub.posts] == [False, False]


async def test_that_it_may_have_arrived_is_remembered_over_a_crash_for_a_text_that_had_to_wait_first(
    bench: Bench,
) -> None:
    lost = Away()
    bench.hub.after = lost
    async with bench.desktop(live=False) as pending:
        await send(pending, "arrived")
        pending.set_live(True)
        await bench.rests.get()
    bench.clock.time += 10 * STALE
    lost.away = False
    async with bench.desktop() as pending:
        await bench.until(lambda: len(bench.told) == 1)
        await bench.gone(pending)

    assert bench.hub.texts == ["arrived"]


async def test_a_link_lost_while_the_disk_works_holds_the_text_back(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "one")
        pending.set_live(True)
        await asyncio.sleep(0)  # it has begun, and waits for the disk
        pending.set_live(False)
        await pending.load_draft(1)
        await pending.load_draft(1)
        assert bench.hub.posts == []
        pending.set_live(True)
        await bench.gone(pending)

    assert bench.hub.texts == ["one"]


async def test_a_person_who_leaves_while_the_disk_works_takes_the_text_along(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "one")
        pending.set_live(True)
        await asyncio.sleep(0)
        pending.use("hub-2", 7)
        await pending.load_draft(1)
        await pending.load_draft(1)
        assert bench.hub.posts == []


async def test_an_old_text_that_did_not_arrive_is_refused_by_the_hub_and_asks(bench: Bench) -> None:
    away = Away()
    bench.hub.before = away
    async with bench.desktop() as pending:
        (client_id,) = await send(pending, "not arrived")
        await bench.rests.get()
        pending.set_live(False)
        bench.clock.time += 10 * STALE
        away.away = False
        pending.set_live(True)
        await bench.states(pending, PendingState.ASK)
        assert bench.hub.texts == []
        await pending.resend(client_id)
        await bench.gone(pending)

    assert bench.hub.texts == ["not arrived"]


async def test_a_refused_text_stays_with_its_reason_over_a_restart_until_it_is_discarded(bench: Bench) -> None:
    bench.hub.before = refusing("opted_out", "must text START")
    async with bench.desktop() as pending:
        await send(pending, "one")
        await bench.states(pending, PendingState.REFUSED)
        assert pending.unsent == 0
    async with bench.desktop() as pending:
        await bench.states(pending, PendingState.REFUSED)
        (one,) = pending.pending_of(CHAT)
        assert one.problem is not None
        assert (one.text, one.problem.text) == ("one", "must text START")
        assert await pending.discard(one.client_id) == "one"
        assert pending.pending_of(CHAT) == []
    async with bench.desktop() as pending:
        await pending.load_draft(1)
        assert pending.pending_of(CHAT) == []

    assert len(bench.hub.posts) == 1


async def test_a_refused_text_may_be_tried_again_and_does_not_hold_the_next(bench: Bench) -> None:
    bench.hub.before = refusing("no_connection")
    async with bench.desktop() as pending:
        (first,) = await send(pending, "one")
        await bench.states(pending, PendingState.REFUSED)
        bench.hub.before = PostingHub(bench.clock).before
        await send(pending, "two")
        await bench.states(pending, PendingState.REFUSED)
        await pending.resend(first)
        await bench.until(lambda: not pending.pending_of(CHAT))

    assert bench.hub.texts == ["two", "one"]


async def test_being_signed_out_is_not_the_texts_fault(bench: Bench) -> None:
    bench.hub.before = refusing("unauthorised")
    async with bench.desktop() as pending:
        await send(pending, "one")
        rest = await bench.rests.get()
        assert [one.state for one in pending.pending_of(CHAT)] == [PendingState.WAITING]
        bench.hub.before = PostingHub(bench.clock).before
        rest.set()
        await bench.gone(pending)

    assert bench.hub.texts == ["one"]


async def test_a_text_that_the_hub_may_hold_cannot_be_taken_back(bench: Bench) -> None:
    gate = Gate()
    bench.hub.before = gate
    async with bench.desktop() as pending:
        (client_id,) = await send(pending, "one")
        await bench.hub.posted(1)
        with pytest.raises(UndecidedSendError):
            await pending.discard(client_id)
        gate.open.set()
        await bench.gone(pending)
        assert await pending.discard(client_id) == ""


async def test_a_waiting_text_that_never_went_can_be_taken_back(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        first, _ = await send(pending, "one", "two")
        assert await pending.discard(first) == "one"
        pending.set_live(True)
        await bench.gone(pending)

    assert bench.hub.texts == ["two"]


async def test_a_record_that_shows_the_text_ends_its_waiting(bench: Bench) -> None:
    lost = Away()
    bench.hub.after = lost
    async with bench.desktop() as pending:
        (client_id,) = await send(pending, "one")
        await bench.rests.get()
        pending.hub_has(bench.hub.stored[client_id])
        assert pending.pending_of(CHAT) == []
    async with bench.desktop(live=False) as pending:
        await pending.load_draft(1)
        assert pending.pending_of(CHAT) == []

    assert len(bench.hub.posts) == 1


async def test_nothing_goes_under_another_persons_name_or_to_another_hub(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "Anna's")
        await pending.save_draft(5, "Anna's draft")
        for hub_id, agent in (("hub-1", 8), ("hub-2", 7)):
            pending.use(hub_id, agent)
            assert pending.pending_of(CHAT) == []
            pending.set_live(True)
            assert await pending.load_draft(5) == ""
            assert bench.hub.posts == []
            pending.set_live(False)
        pending.use("hub-1", 7)
        assert await pending.load_draft(5) == "Anna's draft"
        pending.set_live(True)
        await bench.gone(pending)

    assert bench.hub.texts == ["Anna's"]


async def test_a_send_under_way_while_the_person_changes_stays_the_first_persons(bench: Bench) -> None:
    gate = Gate()
    bench.hub.before = gate
    async with bench.desktop() as pending:
        await send(pending, "one", "two")
        await bench.hub.posted(1)
        pending.set_live(False)
        pending.use("hub-1", 8)
        pending.set_live(True)
        gate.open.set()
        assert await pending.load_draft(1) == ""
        assert pending.unsent == 0
    assert [post.text for post in bench.hub.posts] == ["one"]
    async with bench.desktop(agent=7) as pending:
        await bench.until(lambda: bench.hub.texts == ["one", "two"])
        await bench.gone(pending)


async def test_texts_of_another_key_are_told_and_kept(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await send(pending, "one")
    async with bench.desktop(key=Fernet.generate_key()) as pending:
        await pending.load_draft(1)
        assert bench.unreadable == [1]
    async with bench.desktop() as pending:
        await bench.until(lambda: bench.hub.texts == ["one"])
        await bench.gone(pending)


async def test_a_disk_that_takes_nothing_is_said_and_nothing_is_sent(bench: Bench, tmp_path: Path) -> None:
    tasks = TaskOwner("desktop", lambda name, error: bench.failures.append(name))
    pending = PendingSends(
        tasks, bench.hub.post, bench.clock, bench.note_change, bench.told.append, bench.unreadable.append
    )
    pending.give_up()
    pending.use("hub-1", 7)
    pending.set_live(True)

    with pytest.raises(KeepingError):
        await pending.send(CHAT, 1, "one")

    assert bench.hub.posts == []
    await tasks.close()
    await pending.close()
    assert bench.failures == []


async def test_a_disk_that_fails_on_the_way_is_said_and_nothing_is_sent(bench: Bench) -> None:
    async with bench.desktop() as pending:
        await pending.load_draft(1)
        other = sqlite3.connect(bench.folder / "desk.db")
        other.execute("DROP TABLE pending")
        other.close()

        with pytest.raises(KeepingError):
            await pending.send(CHAT, 1, "one")
        assert pending.pending_of(CHAT) == []

    assert bench.hub.posts == []


async def test_a_send_that_is_not_waited_for_is_kept_all_the_same(bench: Bench) -> None:
    async with bench.desktop(live=False) as pending:
        await pending.load_draft(1)
        sending = asyncio.ensure_future(pending.send(CHAT, 1, "one"))
        await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    async with bench.desktop() as pending:
        await bench.until(lambda: bench.hub.texts == ["one"])
        await bench.gone(pending)


what_happens = st.lists(
    st.sampled_from(
        ["send", "send", "other chat", "live", "offline", "restart", "lost", "away", "ok", "wait", "rest", "resend"]
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what_happens)
async def test_whatever_happens_nothing_is_lost_or_sent_twice(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("any"))
    texts: dict[int, list[str]] = {CHAT: [], OTHER_CHAT: []}
    away, lost = Away(), Away()
    away.away = lost.away = False
    bench.hub.before, bench.hub.after = away, lost
    rest = list(moves)
    while True:
        async with bench.desktop(live=False) as pending:
            await pending.load_draft(1)
            while rest:
                move = rest.pop(0)
                match move:
                    case "send" | "other chat":
                        chat = CHAT if move == "send" else OTHER_CHAT
                        text = f"text {sum(map(len, texts.values()))}"
                        texts[chat].append(text)
                        await pending.send(chat, 1, text)
                    case "live" | "offline":
                        pending.set_live(move == "live")
                    case "restart":
                        break
                    case "away":
                        away.away = True
                    case "lost":
                        lost.away = True
                    case "ok":
                        away.away = lost.away = False
                    case "wait":
                        bench.clock.time += STALE + 1
                    case "rest":
                        while not bench.rests.empty():
                            bench.rests.get_nowait().set()
                    case "resend":
                        for one in (*pending.pending_of(CHAT), *pending.pending_of(OTHER_CHAT)):
                            await pending.resend(one.client_id)
                await pending.load_draft(1)  # a turn of the loop and of the disk
            else:
                away.away = lost.away = False
                pending.set_live(False)
                pending.set_live(True)
                while pending.unsent:
                    for one in (*pending.pending_of(CHAT), *pending.pending_of(OTHER_CHAT)):
                        await pending.resend(one.client_id)
                    while not bench.rests.empty():
                        bench.rests.get_nowait().set()
                    await pending.load_draft(1)
                break

    for chat, sent in texts.items():
        arrived = [message.text for message in bench.hub.stored.values() if message.interaction_id == chat]
        assert sorted(arrived) == sorted(sent)
        if "wait" not in moves and "resend" not in moves:
            assert arrived == sent
