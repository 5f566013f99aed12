"""PostgreSQL's promises of its own: transactions side by side, given up and begun anew, lost connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from cti_client.hub.bus import Bus, Hint
from cti_client.hub.store.open import make_store
from cti_client.hub.store.postgres import MOST_TRIES, PostgresStore
from cti_client.hub.store.postgres_lanes import Lane, OutcomeUnknownError
from cti_client.hub.store.postgres_options import PostgresOptions, postgres_options
from cti_client.hub.store.store import StoreAwayError, Tx
from cti_client.hub.store.tables import agent, line
from cti_client.hub.store.upsert import insert_or_nothing, insert_row
from tests.helpers.hub_store import TestClock
from tests.helpers.postgres import PostgresServer, SharedDatabase


@pytest.fixture
def url(shared_postgres: SharedDatabase) -> str:
    shared_postgres.empty()
    return shared_postgres.url


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(postgres_options(url), TestClock(), Bus())
    await store.open()
    yield store
    await store.close()


class RefusalError(Exception):
    """What a rule raises."""


def add_agent(tx: Tx, name: str) -> int:
    return insert_row(tx.conn, agent, {"name": name})


def agent_names(conn: Connection) -> list[str]:
    return list(conn.scalars(select(agent.c.name).order_by(agent.c.name)))


def own_pid(conn: Connection) -> int:
    return int(conn.scalar(text("SELECT pg_backend_pid()")) or 0)


class Meeting:
    """Holds transactions in the middle until all are there."""

    def __init__(self, count: int) -> None:
        self._barrier = asyncio.Barrier(count)

    def wait(self, conn: Connection) -> None:
        driver = conn.connection.dbapi_connection
        assert driver is not None
        driver.run_async(lambda _: asyncio.wait_for(self._barrier.wait(), 20))


async def test_transactions_run_side_by_side(store: PostgresStore) -> None:
    meeting = Meeting(2)

    def add_together(tx: Tx, name: str) -> int:
        number = add_agent(tx, name)
        meeting.wait(tx.conn)
        return number

    numbers = await asyncio.gather(store.write(add_together, "Anna"), store.write(add_together, "Ben"))
    assert len(set(numbers)) == 2
    assert await store.read(agent_names) == ["Anna", "Ben"]


async def test_a_refusal_rolls_back_its_own_changes_alone(store: PostgresStore) -> None:
    def refuse(tx: Tx) -> None:
        add_agent(tx, "Ben")
        raise RefusalError

    with pytest.raises(RefusalError):
        await store.write(refuse)
    await store.write(add_agent, "Anna")
    assert await store.read(agent_names) == ["Anna"]


async def test_an_inner_savepoint_rolls_back_alone(store: PostgresStore) -> None:
    def outer(tx: Tx) -> None:
        add_agent(tx, "Anna")
        with suppress(RefusalError), tx.conn.begin_nested():
            add_agent(tx, "Ben")
            raise RefusalError
        add_agent(tx, "Cleo")

    await store.write(outer)
    assert await store.read(agent_names) == ["Anna", "Cleo"]


async def test_a_function_that_hides_the_database_s_error_is_not_taken_for_committed(store: PostgresStore) -> None:
    def careless(tx: Tx) -> None:
        add_agent(tx, "Anna")
        with suppress(IntegrityError):
            add_agent(tx, "Anna")

    with pytest.raises(StoreAwayError, match="rolled the transaction back"):
        await store.write(careless)
    assert await store.read(agent_names) == []


async def test_two_that_wait_for_each_other_both_end(store: PostgresStore) -> None:
    """A ring of row locks: the server gives one up, and it begins anew, with news of its own try alone."""
    anna, ben = [await store.write(add_agent, name) for name in ("Anna", "Ben")]
    meeting = Meeting(2)
    tries: list[int] = []

    def rename(tx: Tx, first: int, second: int) -> None:
        met = not tries.count(first)
        tries.append(first)
        assert not tx.wakes
        tx.wakes.add("outbox")
        tx.conn.execute(update(agent).where(agent.c.id == first).values(presence_reason="x"))
        if met:
            meeting.wait(tx.conn)
        tx.conn.execute(update(agent).where(agent.c.id == second).values(idle_since=agent.c.idle_since + 1))

    await asyncio.gather(store.write(rename, anna, ben), store.write(rename, ben, anna))
    assert len(tries) == 3
    assert await store.read(lambda conn: list(conn.scalars(select(agent.c.idle_since)))) == [1, 1]


async def test_one_that_is_given_up_time_and_again_ends(store: PostgresStore) -> None:
    tries = []

    def never(tx: Tx) -> None:
        tries.append(tx)
        tx.conn.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    with pytest.raises(StoreAwayError, match=f"{MOST_TRIES} times"):
        await store.write(never)
    assert len(tries) == MOST_TRIES


async def test_a_connection_lost_before_the_commit_is_replaced(store: PostgresStore, postgres: PostgresServer) -> None:
    pids: list[int] = []

    def lose_the_first(tx: Tx) -> None:
        pids.append(own_pid(tx.conn))
        add_agent(tx, "Anna")
        if len(pids) == 1:
            tx.conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pids[0]})

    await store.write(lose_the_first)
    assert len(set(pids)) == 2
    assert await store.read(agent_names) == ["Anna"]


async def test_a_lost_answer_to_a_commit_is_never_asked_for_again(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is there, the answer is not: the same function run again would have done it twice."""
    runs: list[int] = []
    lanes: list[Lane] = []
    commit = Lane._commit

    async def commit_and_lose(lane: Lane) -> None:
        lanes.append(lane)
        await lane._raw.execute("COMMIT")
        lane._raw.terminate()
        await commit(lane)

    def add(tx: Tx) -> None:
        runs.append(add_agent(tx, f"Anna {len(runs)}"))

    monkeypatch.setattr(Lane, "_commit", commit_and_lose)
    with pytest.raises(OutcomeUnknownError):
        await store.write(add)
    monkeypatch.undo()
    assert len(runs) == len(lanes) == 1
    assert await store.read(agent_names) == ["Anna 0"]


async def test_a_server_that_is_away_and_comes_back(postgres: PostgresServer) -> None:
    """Everybody who asks meanwhile is told at once; afterwards nobody notices."""
    store = make_store(postgres.database(), TestClock(), Bus())
    await store.open()
    try:
        await asyncio.gather(*(store.write(add_agent, f"Agent {number}") for number in range(20)))
        await asyncio.to_thread(postgres.halt)
        try:
            for answer in await asyncio.gather(
                store.write(add_agent, "Anna"), store.read(agent_names), return_exceptions=True
            ):
                assert isinstance(answer, StoreAwayError)
        finally:
            await asyncio.to_thread(postgres.start)
        await asyncio.gather(*(store.write(add_agent, f"Later {number}") for number in range(20)))
        assert len(await store.read(agent_names)) == 40
    finally:
        await store.close()


async def test_a_server_that_restarted_between_two_transactions_is_not_noticed(postgres: PostgresServer) -> None:
    store = make_store(postgres.database(), TestClock(), Bus())
    await store.open()
    try:
        await store.write(add_agent, "Anna")
        await asyncio.to_thread(postgres.restart)
        assert await store.read(agent_names) == ["Anna"]
    finally:
        await store.close()


async def test_no_server_at_all(postgres: PostgresServer) -> None:
    nowhere = PostgresOptions(dsn="postgresql://hub@127.0.0.1:1/none", name="none")
    store = PostgresStore(nowhere, TestClock(), Bus())
    with pytest.raises(StoreAwayError):
        await store.open()
    await store.close()


async def test_no_such_database(postgres: PostgresServer) -> None:
    store = make_store(postgres.url("nobody_made_it"), TestClock(), Bus())
    with pytest.raises(StoreAwayError):
        await store.open()
    await store.close()


async def test_a_statement_that_takes_too_long_is_the_store_being_away(url: str) -> None:
    options = postgres_options(url)
    store = PostgresStore(
        PostgresOptions(dsn=options.dsn, name=options.name, statement_seconds=0.05), TestClock(), Bus()
    )
    await store.open()
    try:
        with pytest.raises(StoreAwayError):
            await store.read(lambda conn: conn.scalar(text("SELECT pg_sleep(20)")))
        assert await store.read(agent_names) == []
    finally:
        await store.close()


async def test_all_connections_in_use_is_the_store_being_away(url: str) -> None:
    options = postgres_options(url)
    narrow = PostgresOptions(dsn=options.dsn, name=options.name, pool_size=1, wait_seconds=0.05)
    store = PostgresStore(narrow, TestClock(), Bus())
    await store.open()
    held, leave = asyncio.Event(), asyncio.Event()

    def hold(conn: Connection) -> None:
        driver = conn.connection.dbapi_connection
        assert driver is not None
        held.set()
        driver.run_async(lambda _: leave.wait())

    holding = asyncio.create_task(store.read(hold))
    try:
        await held.wait()
        with pytest.raises(StoreAwayError, match="too busy"):
            await store.read(agent_names)
        leave.set()
        await holding
        assert await store.read(agent_names) == []
    finally:
        leave.set()
        await store.close()


async def test_however_many_queries_wait_there_is_a_lane_for_a_text(url: str) -> None:
    """All desktops come back at once and read their snapshots."""
    options = postgres_options(url)
    store = PostgresStore(PostgresOptions(dsn=options.dsn, name=options.name, pool_size=4), TestClock(), Bus())
    await store.open()
    leave = asyncio.Event()
    held = 0

    def hold(conn: Connection) -> None:
        nonlocal held
        held += 1
        driver = conn.connection.dbapi_connection
        assert driver is not None
        driver.run_async(lambda _: leave.wait())

    holding = [asyncio.create_task(store.read(hold)) for _ in range(20)]
    try:
        await asyncio.gather(*(store.write(add_agent, f"Agent {number}") for number in range(10)))
        assert held <= 3
        leave.set()
        await asyncio.gather(*holding)
        assert len(await store.read(agent_names)) == 10
    finally:
        leave.set()
        await asyncio.gather(*holding)
        await store.close()


async def test_a_query_reads_one_moment(store: PostgresStore) -> None:
    await store.write(add_agent, "Anna")

    def twice(conn: Connection) -> tuple[list[str], list[str]]:
        before = agent_names(conn)
        driver = conn.connection.dbapi_connection
        assert driver is not None
        driver.run_async(lambda _: store.write(add_agent, "Ben"))
        return before, agent_names(conn)

    assert await store.read(twice) == (["Anna"], ["Anna"])
    assert await store.read(agent_names) == ["Anna", "Ben"]


async def test_a_query_cannot_write(store: PostgresStore) -> None:
    with pytest.raises(StoreAwayError):
        await store.read(lambda conn: conn.execute(insert(agent).values(name="Anna")))
    assert await store.read(agent_names) == []


async def test_a_cancelled_caller_breaks_nothing(store: PostgresStore) -> None:
    begun, leave = asyncio.Event(), asyncio.Event()

    def slow(tx: Tx) -> None:
        driver = tx.conn.connection.dbapi_connection
        assert driver is not None
        begun.set()
        driver.run_async(lambda _: leave.wait())
        add_agent(tx, "Anna")

    given_up = asyncio.create_task(store.write(slow))
    await begun.wait()
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    assert given_up.cancelled()
    leave.set()
    await store.close()
    again = PostgresStore(store._options, TestClock(), Bus())
    await again.open()
    assert await again.read(agent_names) == ["Anna"], "what was begun is carried out"
    await again.close()


async def test_hints_follow_the_commit_and_failures_hint_nothing(url: str) -> None:
    bus = Bus()
    hints: list[Hint] = []
    store = PostgresStore(postgres_options(url), TestClock(), bus)
    await store.open()
    unsubscribe = bus.on_hint(hints.append)

    def wake(tx: Tx, name: str, *, refuse: bool = False) -> None:
        tx.wakes.add(name)
        tx.news.topic("waiting")
        if refuse:
            raise RefusalError

    try:
        with pytest.raises(RefusalError):
            await store.write(wake, "outbox", refuse=True)
        await store.write(wake, "offers")
        await asyncio.sleep(0)
        assert hints == [Hint(topics=frozenset({"waiting"}), wakes=frozenset({"offers"}))]
    finally:
        unsubscribe()
        await store.close()


async def test_a_closed_store_says_so(store: PostgresStore) -> None:
    await store.close()
    with pytest.raises(StoreAwayError):
        await store.write(add_agent, "late")
    with pytest.raises(StoreAwayError):
        await store.read(agent_names)


@pytest.mark.parametrize("short_way", [True, False])
async def test_what_customers_wrote_is_in_no_error(store: PostgresStore, short_way: bool) -> None:
    def add(tx: Tx) -> None:
        if short_way:
            add_agent(tx, "a private text")
        else:
            tx.conn.execute(insert(agent).values(name="a private text"))

    await store.write(add)
    with pytest.raises(IntegrityError) as caught:
        await store.write(add)
    assert "private" not in str(caught.value)


async def test_without_prepared_statements(url: str) -> None:
    """Behind a pool that gives each transaction another connection."""
    store = make_store(f"{url}?prepared_statements=off&pool_size=2", TestClock(), Bus())
    await store.open()
    try:
        await asyncio.gather(*(store.write(add_agent, f"Agent {number}") for number in range(10)))

        def prepared(conn: Connection) -> int:
            agent_names(conn)
            return conn.scalar(text("SELECT count(*) FROM pg_prepared_statements")) or 0

        assert await store.read(prepared) <= 1, "the one that asks"
    finally:
        await store.close()


async def test_statements_are_prepared_once(store: PostgresStore) -> None:
    def names_of_mine(conn: Connection) -> set[str]:
        insert_or_nothing(conn, line, {"address": "+1", "name": "x"})
        asked = text("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO line%'")
        return set(conn.scalars(asked))

    first = await store.write(lambda tx: names_of_mine(tx.conn))
    second = await store.write(lambda tx: names_of_mine(tx.conn))
    assert first == second
    assert len(first) == 1
