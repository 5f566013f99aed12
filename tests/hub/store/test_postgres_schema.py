"""PostgreSQL's tables: what migrations make, upgrades from every earlier revision, several hubs at once."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text

from cti_client.hub.bus import Bus
from cti_client.hub.store import postgres_schema
from cti_client.hub.store.open import make_store
from cti_client.hub.store.postgres_lanes import make_engine
from cti_client.hub.store.postgres_options import postgres_options
from cti_client.hub.store.postgres_schema import ensure_schema
from cti_client.hub.store.schema import MIGRATIONS, NotOurDatabaseError, SchemaTooNewError
from cti_client.hub.store.store import StoreAwayError, Tx
from cti_client.hub.store.tables import hub, line, metadata
from tests.helpers.filled_tables import contents, fill, shape, unlike_an_expansion
from tests.helpers.hub_store import TestClock
from tests.helpers.next_version import NEXT, next_version
from tests.helpers.postgres import PostgresServer

R = TypeVar("R")

WAITS = (
    "SELECT count(*) FROM pg_locks, pg_database WHERE oid = database AND datname = current_database() AND NOT granted"
)


async def on(url: str, fn: Callable[[Connection], R]) -> R:
    """Run `fn` in one transaction of a connection of its own."""
    engine = make_engine(postgres_options(url)).execution_options(isolation_level="READ COMMITTED")
    try:
        async with engine.begin() as conn:
            return await conn.run_sync(fn)
    finally:
        await engine.dispose()


def upgrade_to(revision: str) -> Callable[[Connection], None]:
    def upgrade(conn: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS.folder))
        config.attributes["connection"] = conn
        command.upgrade(config, revision)

    return upgrade


def version(conn: Connection) -> str:
    return conn.scalar(text("SELECT version_num FROM alembic_version")) or ""


def lines(conn: Connection) -> list[str]:
    return list(conn.scalars(select(line.c.address)))


async def test_migrations_make_what_tables_py_says(postgres: PostgresServer) -> None:
    def differences(conn: Connection) -> list[Any]:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await on(postgres.database(), differences) == []


async def test_partial_indexes_have_the_conditions_of_sqlites(postgres: PostgresServer) -> None:
    """Alembic does not compare them. PostgreSQL tells conditions in its own words, so both are read by it."""
    wanted = {
        str(index.name): (table.name, str(index.dialect_options["sqlite"]["where"]))
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert len(wanted) >= 4

    def read(conn: Connection) -> dict[str, str]:
        indexes = "SELECT indexrelid::regclass::text, pg_get_expr(indpred, indrelid) FROM pg_index"
        return {row[0]: row[1] for row in conn.execute(text(f"{indexes} WHERE indpred IS NOT NULL"))}

    def conditions(conn: Connection) -> tuple[dict[str, str], dict[str, str]]:
        made = read(conn)
        for name, (table, condition) in wanted.items():
            conn.execute(text(f"CREATE INDEX wanted_{name} ON {table} (id) WHERE {condition}"))
        both = read(conn)
        return made, {name: both[f"wanted_{name}"] for name in wanted}

    made, expected = await on(postgres.database(), conditions)
    assert made == expected


@pytest.mark.parametrize("revision", MIGRATIONS.revisions[:-1])
async def test_an_upgrade_from_every_earlier_revision_keeps_the_rows_of_all_tables(
    postgres: PostgresServer, revision: str
) -> None:
    url = postgres.empty_database()
    await on(url, upgrade_to(revision))
    await on(url, fill)
    before = await on(url, contents)
    assert all(before.values())
    await ensure_schema(postgres_options(url))
    assert await on(url, version) == MIGRATIONS.head
    columns = {name: list(rows[0]) for name, rows in before.items()}
    assert await on(url, lambda conn: contents(conn, columns)) == before


@pytest.mark.parametrize("revision", MIGRATIONS.revisions[:-1])
async def test_a_hub_of_every_earlier_revision_can_go_on_with_the_newest_tables(
    postgres: PostgresServer, revision: str
) -> None:
    """Whatever it reads is there as before, and what it writes, without the new columns, breaks no new rule."""
    url = postgres.empty_database()
    await on(url, upgrade_to(revision))
    older = await on(url, shape)
    await on(url, upgrade_to("head"))
    assert await on(url, lambda conn: unlike_an_expansion(conn, older)) == []


async def test_a_change_that_an_older_hub_could_not_live_with_is_found(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.database()
    older = await on(url, shape)
    more = """
    op.execute("ALTER TABLE agent ADD COLUMN badge text NOT NULL")
    op.execute("ALTER TABLE contact ADD CONSTRAINT uq_names UNIQUE (name)")
    op.execute("ALTER TABLE phone DROP COLUMN type")
    op.execute("ALTER TABLE message ALTER COLUMN reason SET NOT NULL")
    op.execute("ALTER TABLE thread ADD CHECK (repliable)")
"""
    await ensure_schema(postgres_options(url), next_version(tmp_path, more))
    faults = await on(url, lambda conn: unlike_an_expansion(conn, older))
    assert sorted(fault.split()[0].rstrip(":") for fault in faults) == [
        "agent.badge",
        "contact",
        "message.reason",
        "phone.type",
        "thread",
    ]


async def test_many_hubs_that_start_at_once_make_the_tables_once(postgres: PostgresServer) -> None:
    url = postgres.empty_database()
    await asyncio.gather(*(ensure_schema(postgres_options(url)) for _ in range(6)))
    assert await on(url, version) == MIGRATIONS.head
    assert len(await on(url, lambda conn: conn.execute(select(hub)).all())) == 1


async def test_an_older_hub_serves_on_while_and_after_a_newer_one_upgrades(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.database()
    older = make_store(url, TestClock(), Bus())
    await older.open()

    def add(tx: Tx, address: str) -> str:
        tx.conn.execute(insert(line).values(address=address, name="x"))
        return str(tx.conn.execute(select(line).where(line.c.address == address)).one().name)

    stop = asyncio.Event()

    async def serve() -> int:
        number = 0
        while not stop.is_set():
            number += 1
            assert await older.write(add, f"+1555{number:07}") == "x"
        return number

    serving = asyncio.create_task(serve())
    newer = next_version(tmp_path)
    await ensure_schema(postgres_options(url), newer)
    assert await on(url, version) == NEXT
    assert await older.write(add, "+1999") == "x"
    stop.set()
    count = await serving
    assert len(await older.read(lines)) == count + 1
    await older.close()
    with pytest.raises(SchemaTooNewError, match="upgraded by a newer version"):
        await make_store(url, TestClock(), Bus()).open()


@asynccontextmanager
async def locked(url: str, table: str) -> Any:
    """A transaction of somebody else's that holds the table."""
    conn = await asyncpg.connect(url)
    try:
        async with conn.transaction():
            await conn.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
            yield
    finally:
        await conn.close()


async def test_an_upgrade_steps_back_from_a_busy_table_and_tries_again(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database()
    stepped_back = asyncio.Event()
    go_on = asyncio.Event()

    async def pause(_tried: int) -> None:
        stepped_back.set()
        await go_on.wait()

    monkeypatch.setattr(postgres_schema, "_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(postgres_schema, "_pause", pause)
    async with locked(url, "line"):
        upgrade = asyncio.create_task(ensure_schema(postgres_options(url), next_version(tmp_path)))
        await stepped_back.wait()
        assert await on(url, version) == MIGRATIONS.head
        assert await on(url, lines) == [], "nobody stands behind an upgrade that waits"
    go_on.set()
    await upgrade
    assert await on(url, version) == NEXT


async def test_an_upgrade_that_is_given_up_for_another_transaction_s_sake_tries_again(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Those who serve take tables in orders of their own, so the two may wait for each other."""
    url = postgres.database()
    name = url.rpartition("/")[2]
    postgres.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '2s'")
    newer = next_version(tmp_path, 'op.execute("ALTER TABLE message ADD COLUMN later text")')
    serving, watching = await postgres.connect(name), await postgres.connect(name)
    upgrade = None
    try:
        await serving.execute("SET deadlock_timeout = '1h'")  # it is the upgrade that is given up
        async with serving.transaction():
            await serving.execute("LOCK TABLE message IN ACCESS SHARE MODE")
            upgrade = asyncio.create_task(ensure_schema(postgres_options(url), newer))
            while not await watching.fetchval(WAITS):
                assert not upgrade.done()
            await serving.execute("LOCK TABLE line IN ACCESS SHARE MODE")
        await upgrade
    finally:
        await serving.close()
        await watching.close()
        if upgrade is not None:
            await asyncio.gather(upgrade, return_exceptions=True)
    assert await on(url, version) == NEXT


async def test_a_failing_upgrade_changes_nothing_and_can_be_repeated(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.database()
    with pytest.raises(Exception, match="no_such_function"):
        await ensure_schema(
            postgres_options(url), next_version(tmp_path / "broken", 'op.execute("SELECT no_such_function()")')
        )
    assert await on(url, version) == MIGRATIONS.head
    assert await on(url, lambda conn: conn.scalar(text("SELECT to_regclass('pool')"))) is None
    await ensure_schema(postgres_options(url), next_version(tmp_path / "mended"))
    assert await on(url, version) == NEXT


async def test_a_newer_database_is_refused_and_left_alone(postgres: PostgresServer) -> None:
    url = postgres.database()
    await on(url, lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '7777'")))
    with pytest.raises(SchemaTooNewError, match="its format is 7777"):
        await ensure_schema(postgres_options(url))
    assert await on(url, version) == "7777"


@pytest.mark.parametrize(
    "theirs",
    [
        "CREATE TABLE line (id integer)",
        "CREATE TABLE alembic_version (version_num text)",
        "CREATE TABLE alembic_version (version_num text); CREATE TABLE hub (id integer)",
    ],
)
async def test_another_program_s_database_is_refused(postgres: PostgresServer, theirs: str) -> None:
    url = postgres.empty_database()
    for statement in theirs.split(";"):
        await on(url, lambda conn, one=statement: conn.execute(text(one)))  # type: ignore[misc]  # bound in the loop
    with pytest.raises(NotOurDatabaseError):
        await ensure_schema(postgres_options(url))


async def test_a_table_that_stays_busy_is_the_store_being_away(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_pause(_tried: int) -> None:
        return

    url = postgres.database()
    monkeypatch.setattr(postgres_schema, "_LOCK_TIMEOUT", "5ms")
    monkeypatch.setattr(postgres_schema, "_pause", no_pause)
    async with locked(url, "line"):
        with pytest.raises(StoreAwayError):
            await ensure_schema(postgres_options(url), next_version(tmp_path))
