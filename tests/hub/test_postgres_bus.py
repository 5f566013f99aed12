"""Hints between hubs: they reach the others once, in parts where there are many, and again after a lost connection."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_client.hub import postgres_bus
from cti_client.hub.bus import Bus, Hint
from cti_client.hub.postgres_bus import LONGEST, PostgresBus, hint_of, payloads
from cti_client.hub.store.open import make_bus
from cti_client.hub.store.postgres_lanes import open_connection
from cti_client.hub.store.postgres_options import PostgresOptions
from tests.helpers.postgres import PostgresServer, SharedDatabase

HINTS = st.builds(
    Hint,
    st.frozensets(st.integers(1, 2**63 - 1), max_size=60),
    st.frozensets(st.text("abc", min_size=1, max_size=5), max_size=5),
    st.frozensets(st.sampled_from(("outbox", "offers")), max_size=2),
)


class Heard:
    """What one hub's subscribers were told, all together."""

    def __init__(self, bus: Bus) -> None:
        self.hint = Hint()
        self.calls = 0
        self._changed = asyncio.Event()
        bus.on_hint(self._take)

    def _take(self, hint: Hint) -> None:
        self.hint |= hint
        self.calls += 1
        self._changed.set()

    async def until(self, wanted: Hint) -> None:
        async with asyncio.timeout(20):
            while self.hint | wanted != self.hint:
                self._changed.clear()
                await self._changed.wait()


async def connected(url: str) -> PostgresBus:
    bus = make_bus(url)
    assert isinstance(bus, PostgresBus)
    await bus.open()
    async with asyncio.timeout(20):
        await bus.connected.wait()
    return bus


@pytest.fixture
async def two(shared_postgres: SharedDatabase) -> AsyncIterator[tuple[PostgresBus, PostgresBus]]:
    one, other = await connected(shared_postgres.url), await connected(shared_postgres.url)
    yield one, other
    await one.close()
    await other.close()


async def test_a_hint_reaches_the_other_hub_and_this_one_once(two: tuple[PostgresBus, PostgresBus]) -> None:
    here, there = Heard(two[0]), Heard(two[1])
    hint = Hint(frozenset({1, 2}), frozenset({"waiting"}), frozenset({"outbox"}))
    two[0].publish_hint(hint.agents, hint.topics, hint.wakes)
    await there.until(hint)
    assert there.hint == here.hint == hint
    two[1].publish_hint({9})
    await here.until(Hint(frozenset({9})))
    assert here.calls == 2, "its own hint came back to nobody"


async def test_hints_of_thousands_of_agents_arrive(two: tuple[PostgresBus, PostgresBus]) -> None:
    there = Heard(two[1])
    everyone = range(10**15, 10**15 + 5_000)
    two[0].publish_hint(everyone)
    await there.until(Hint(frozenset(everyone)))


async def test_many_hints_at_once_are_few_on_the_way(
    two: tuple[PostgresBus, PostgresBus], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Hint] = []
    say = PostgresBus._say

    async def count(bus: PostgresBus, conn: object, hint: Hint) -> None:
        if hint:
            said.append(hint)
        await say(bus, conn, hint)

    monkeypatch.setattr(PostgresBus, "_say", count)
    there = Heard(two[1])
    for agent in range(500):
        two[0].publish_hint({agent})
    await there.until(Hint(frozenset(range(500))))
    assert len(said) <= 2


async def test_a_hint_from_another_thread(two: tuple[PostgresBus, PostgresBus]) -> None:
    there = Heard(two[1])
    await asyncio.to_thread(two[0].publish_hint, {5})
    await there.until(Hint(frozenset({5})))


async def test_a_lost_connection_is_made_again_and_nothing_said_meanwhile_is_lost(
    two: tuple[PostgresBus, PostgresBus], postgres: PostgresServer
) -> None:
    there = Heard(two[1])
    await asyncio.to_thread(postgres.halt)
    async with asyncio.timeout(20):
        while two[0].connected.is_set() or two[1].connected.is_set():  # noqa: ASYNC110  their end is no event
            await asyncio.sleep(0)
    two[0].publish_hint({7})
    await asyncio.to_thread(postgres.start)
    async with asyncio.timeout(30):
        await two[1].connected.wait()
    two[0].publish_hint({8})
    await there.until(Hint(frozenset({8})))


async def test_what_was_said_last_is_sent_before_the_end(shared_postgres: SharedDatabase) -> None:
    leaving, staying = await connected(shared_postgres.url), await connected(shared_postgres.url)
    there = Heard(staying)
    leaving.publish_hint({3})
    await leaving.close()
    await there.until(Hint(frozenset({3})))
    await staying.close()


async def test_without_a_server_the_hub_s_own_hints_go_on() -> None:
    bus = make_bus("postgresql://hub@127.0.0.1:1/none")
    await bus.open()
    here = Heard(bus)
    bus.publish_hint({1})
    await here.until(Hint(frozenset({1})))
    await bus.close()


async def test_closing_one_that_was_never_opened() -> None:
    await make_bus("postgresql://hub@127.0.0.1:1/none").close()


@settings(deadline=None)
@given(HINTS, st.integers(120, 400))
def test_payloads_are_short_and_say_it_all(hint: Hint, longest: int) -> None:
    parts = payloads("me", hint, longest)
    assert all(len(part.encode()) <= longest for part in parts)
    together = Hint()
    for part in parts:
        together |= hint_of(part, "you")
        assert not hint_of(part, "me")
    assert together == hint


@pytest.mark.parametrize("raw", ["", "{}", "[1]", '{"hub": 3}', '{"hub":"x","agents":["a"]}', "\x00"])
def test_what_is_no_hint_says_nothing(raw: str) -> None:
    assert hint_of(raw, "me") == Hint()


def test_what_a_newer_hub_adds_is_passed_over() -> None:
    assert hint_of('{"hub":"x","agents":[1],"colours":["red"]}', "me") == Hint(frozenset({1}))
    assert LONGEST < 8_000


@pytest.mark.parametrize("where", ["connecting", "speaking"])
async def test_whatever_goes_wrong_the_others_are_heard_again(
    shared_postgres: SharedDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    """Errors of the driver among them that nobody has met yet."""
    other = await connected(shared_postgres.url)
    there = Heard(other)
    faults = [asyncpg.ProtocolError("private words"), ValueError("private words"), KeyError("private words")]
    say = PostgresBus._say

    async def opening(options: PostgresOptions) -> asyncpg.Connection:
        if faults and where == "connecting":
            raise faults.pop()
        return await open_connection(options)

    async def saying(bus: PostgresBus, conn: asyncpg.Connection, hint: Hint) -> None:
        if faults and where == "speaking":
            raise faults.pop()
        await say(bus, conn, hint)

    monkeypatch.setattr("cti_client.hub.postgres_bus.open_connection", opening)
    monkeypatch.setattr(PostgresBus, "_say", saying)
    monkeypatch.setattr(postgres_bus, "_FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(postgres_bus, "_LONGEST_PAUSE_S", 0.001)
    bus = await connected(shared_postgres.url)
    hint = Hint(frozenset({7}))
    bus.publish_hint(hint.agents)
    await there.until(hint)
    await bus.close()
    await other.close()
    assert not faults
    assert "KeyError" in caplog.text
    assert "private" not in caplog.text
