"""The store's promises: group commit with savepoints, answers after the commit, failures that reach their caller."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from cti_client.hub.bus import Bus, Hint
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.sqlite_checkpoint import CHANGES_BETWEEN
from cti_client.hub.store.store import StoreAwayError, Tx
from cti_client.hub.store.tables import agent, stray_text
from cti_client.hub.store.upsert import insert_row
from tests.helpers.hub_store import NOON, TestClock, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_store(tmp_path)
    yield store
    await store.close()


class RefusalError(Exception):
    """What a rule raises."""


class Gate:
    """Holds the writer inside a transaction, so that what is written meanwhile becomes one group."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.leave = threading.Event()

    def __call__(self, tx: Tx) -> None:
        self.entered.set()
        assert self.leave.wait(20)


async def hold_writer(store: SqliteStore) -> tuple[Gate, asyncio.Task[None]]:
    gate = Gate()
    task = asyncio.create_task(store.write(gate), name="gate")
    await asyncio.to_thread(gate.entered.wait, 20)
    return gate, task


def add_agent(tx: Tx, name: str) -> int:
    return insert_row(tx.conn, agent, {"name": name})


def add_and_refuse(tx: Tx, name: str) -> None:
    add_agent(tx, name)
    raise RefusalError(name)


def agent_names(conn: Connection) -> list[str]:
    return list(conn.scalars(select(agent.c.name).order_by(agent.c.id)))


async def test_a_write_is_there_for_the_next_read(store: SqliteStore) -> None:
    agent_id = await store.write(add_agent, "Anna")
    assert agent_id == 1
    assert await store.read(agent_names) == ["Anna"]


async def test_arguments_by_name(store: SqliteStore) -> None:
    await store.write(add_agent, name="Anna")
    assert await store.read(agent_names) == ["Anna"]


async def test_one_of_a_group_raises_and_the_others_persist(store: SqliteStore) -> None:
    gate, gate_task = await hold_writer(store)
    writes = [
        asyncio.create_task(store.write(add_agent, "Anna")),
        asyncio.create_task(store.write(add_and_refuse, "Ben")),
        asyncio.create_task(store.write(add_agent, "Cleo")),
    ]
    await asyncio.sleep(0)
    gate.leave.set()
    first, second, third = await asyncio.gather(*writes, return_exceptions=True)
    await gate_task
    assert isinstance(second, RefusalError)
    assert isinstance(first, int)
    assert isinstance(third, int)
    assert await store.read(agent_names) == ["Anna", "Cleo"]


async def test_table_definitions_roll_back_too(store: SqliteStore) -> None:
    def make_table_and_refuse(tx: Tx) -> None:
        tx.conn.execute(text("CREATE TABLE extra (id INTEGER)"))
        tx.conn.execute(text("INSERT INTO extra VALUES (1)"))
        raise RefusalError

    with pytest.raises(RefusalError):
        await store.write(make_table_and_refuse)
    tables = await store.read(lambda conn: list(conn.scalars(text("SELECT name FROM sqlite_master"))))
    assert "agent" in tables
    assert "extra" not in tables


async def test_an_inner_savepoint_rolls_back_alone(store: SqliteStore) -> None:
    def outer(tx: Tx) -> None:
        add_agent(tx, "Anna")
        with suppress(RefusalError), tx.conn.begin_nested():
            add_and_refuse(tx, "Ben")
        add_agent(tx, "Cleo")

    await store.write(outer)
    assert await store.read(agent_names) == ["Anna", "Cleo"]


async def test_a_broken_rule_of_the_database_reaches_its_caller(store: SqliteStore) -> None:
    await store.write(add_agent, "Anna")
    with pytest.raises(IntegrityError):
        await store.write(add_agent, "Anna")
    await store.write(add_agent, "Ben")
    assert await store.read(agent_names) == ["Anna", "Ben"]


def dangling_until_commit(tx: Tx) -> None:
    """Passes, and makes the COMMIT fail."""
    tx.conn.execute(text("PRAGMA defer_foreign_keys = ON"))
    tx.conn.execute(text("INSERT INTO stream (agent_id, seq) VALUES (77, 0)"))


async def test_a_failed_commit_fails_the_whole_group_and_the_next_one_works(store: SqliteStore) -> None:
    gate, gate_task = await hold_writer(store)
    writes = [
        asyncio.create_task(store.write(add_agent, "Anna")),
        asyncio.create_task(store.write(dangling_until_commit)),
        asyncio.create_task(store.write(add_and_refuse, "Ben")),
    ]
    await asyncio.sleep(0)
    gate.leave.set()
    answers = await asyncio.gather(*writes, return_exceptions=True)
    await gate_task
    assert [type(answer) for answer in answers] == [StoreAwayError] * 3
    assert await store.read(agent_names) == []
    await store.write(add_agent, "Cleo")
    assert await store.read(agent_names) == ["Cleo"]


async def test_a_full_disk_is_the_store_being_away(store: SqliteStore) -> None:
    def no_more_pages(tx: Tx) -> None:
        pages = tx.conn.scalar(text("PRAGMA page_count"))
        tx.conn.execute(text(f"PRAGMA max_page_count = {pages}"))

    def add_much(tx: Tx) -> None:
        row = {"connection_id": "sim", "gateway_id": "1", "sender": "", "recipient": "", "at": 0, "why": ""}
        tx.conn.execute(insert(stray_text).values(text="x" * 100_000, **row))

    await store.write(add_agent, "Anna")
    await store.write(no_more_pages)
    with pytest.raises(StoreAwayError):
        await store.write(add_much)
    assert await store.read(agent_names) == ["Anna"]
    assert await store.read(lambda conn: conn.scalar(text("SELECT count(*) FROM stray_text"))) == 0


async def test_a_locked_file_is_the_store_being_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti_client.hub.store.sqlite_engine.BUSY_SECONDS", 0.05)
    store = await open_store(tmp_path)
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreAwayError):
            await store.write(add_agent, "Anna")
        assert await store.read(agent_names) == []
        other.execute("ROLLBACK")
        await store.write(add_agent, "Anna")
    finally:
        other.close()
        await store.close()


async def test_nobody_is_answered_before_the_commit(store: SqliteStore, tmp_path: Path) -> None:
    """While the second of a group still runs, the first has no answer and nobody sees its row."""
    gate, gate_task = await hold_writer(store)
    second = Gate()
    first_task = asyncio.create_task(store.write(add_agent, "Anna"))
    second_task = asyncio.create_task(store.write(second))
    await asyncio.sleep(0)
    gate.leave.set()
    await asyncio.to_thread(second.entered.wait, 20)
    assert await store.read(agent_names) == []
    assert not first_task.done()
    second.leave.set()
    await asyncio.gather(gate_task, first_task, second_task)
    assert await store.read(agent_names) == ["Anna"]


async def test_a_cancelled_caller_breaks_nothing(store: SqliteStore) -> None:
    gate, gate_task = await hold_writer(store)
    given_up = asyncio.create_task(store.write(add_agent, "Anna"))
    refused = asyncio.create_task(store.write(add_and_refuse, "Ben"))
    await asyncio.sleep(0)
    given_up.cancel()
    refused.cancel()
    gate.leave.set()
    await gate_task
    await store.write(add_agent, "Cleo")
    assert await store.read(agent_names) == ["Anna", "Cleo"], "what was begun is carried out"
    assert given_up.cancelled()


async def test_a_function_that_commits_by_itself_is_our_mistake(store: SqliteStore) -> None:
    def commit(tx: Tx) -> None:
        tx.conn.execute(text("COMMIT"))

    with pytest.raises(StoreAwayError):
        await store.write(commit)
    await store.write(add_agent, "Anna")
    assert await store.read(agent_names) == ["Anna"]


async def test_a_query_reads_one_moment(store: SqliteStore) -> None:
    await store.write(add_agent, "Anna")
    loop = asyncio.get_running_loop()

    def twice(conn: Connection) -> tuple[list[str], list[str]]:
        before = agent_names(conn)
        asyncio.run_coroutine_threadsafe(store.write(add_agent, "Ben"), loop).result(20)
        return before, agent_names(conn)

    assert await store.read(twice) == (["Anna"], ["Anna"])
    assert await store.read(agent_names) == ["Anna", "Ben"]


async def test_a_query_cannot_write(store: SqliteStore) -> None:
    with pytest.raises(StoreAwayError):
        await store.read(lambda conn: conn.execute(insert(agent).values(name="Anna")))
    assert await store.read(agent_names) == []


async def test_two_loops_share_one_store(store: SqliteStore) -> None:
    """The embedded hub's loop is not the desktop's."""

    def elsewhere() -> int:
        return asyncio.run(store.write(add_agent, "Anna"))

    here, there = await asyncio.gather(store.write(add_agent, "Ben"), asyncio.to_thread(elsewhere))
    assert {here, there} == {1, 2}


async def test_time_is_the_clock_s(tmp_path: Path) -> None:
    clock = TestClock()
    store = await open_store(tmp_path, clock)
    try:
        assert await store.write(lambda tx: tx.now) == NOON
        clock.advance(5)
        assert await store.write(lambda tx: tx.now) == NOON + 5
    finally:
        await store.close()


async def test_hints_follow_the_commit_and_failures_hint_nothing(tmp_path: Path) -> None:
    bus = Bus()
    hints: list[Hint] = []
    store = await open_store(tmp_path, bus=bus)
    unsubscribe = bus.on_hint(hints.append)

    def wake(tx: Tx, name: str, *, refuse: bool = False) -> None:
        tx.wakes.add(name)
        tx.news.topic("waiting")
        if refuse:
            raise RefusalError

    try:
        with pytest.raises(RefusalError):
            await store.write(wake, "outbox", refuse=True)
        assert hints == []
        await store.write(wake, "offers")
        assert hints == [Hint(topics=frozenset({"waiting"}), wakes=frozenset({"offers"}))]
    finally:
        unsubscribe()
        await store.close()


async def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    gate, gate_task = await hold_writer(store)
    waiting = [asyncio.create_task(store.write(add_agent, f"Agent {number}")) for number in range(100)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.close())
    gate.leave.set()
    await asyncio.gather(closing, gate_task, *waiting)
    with pytest.raises(StoreAwayError):
        await store.write(add_agent, "late")
    with pytest.raises(StoreAwayError):
        await store.read(agent_names)
    with sqlite3.connect(tmp_path / "hub.db") as raw:
        assert raw.execute("SELECT count(*) FROM agent").fetchone() == (100,)
    raw.close()


async def test_closing_a_store_that_never_opened(tmp_path: Path) -> None:
    (tmp_path / "hub.db").mkdir()
    store = SqliteStore(tmp_path / "hub.db", TestClock(), Bus())
    with pytest.raises(StoreAwayError):
        await store.open()
    await store.close()


async def test_what_customers_wrote_is_in_no_error(store: SqliteStore) -> None:
    await store.write(add_agent, "a private text")
    with pytest.raises(IntegrityError) as caught:
        await store.write(add_agent, "a private text")
    assert "private" not in str(caught.value)


async def test_the_log_is_carried_into_the_file_while_the_store_is_open(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    (path,) = tmp_path.glob("*.db")  # noqa: ASYNC240  a folder of one file
    before = path.stat().st_size

    def add_many(tx: Tx, turn: int) -> None:
        for number in range(2 * CHANGES_BETWEEN):
            add_agent(tx, f"{turn}-{number}" + "x" * 200)

    await store.write(add_many, 1)
    async with asyncio.timeout(20):
        while path.stat().st_size == before:  # noqa: ASYNC110  nobody tells of a file that grows
            await asyncio.sleep(0.01)
    await store.close()


async def test_a_store_that_never_opened_closes(tmp_path: Path) -> None:
    await SqliteStore(tmp_path / "no" / "hub.db", TestClock(), Bus()).close()
