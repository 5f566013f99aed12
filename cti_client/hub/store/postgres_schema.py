"""PostgreSQL's tables: made and upgraded by Alembic, by one hub at a time, while older hubs go on serving.

Migrations first add and only in a later version take away, so that two versions of the hub run side by side.
"""

import asyncio
import uuid

from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from cti_client.hub.store.postgres_errors import Verdict, in_short, verdict
from cti_client.hub.store.postgres_lanes import open_connection
from cti_client.hub.store.postgres_options import PostgresOptions
from cti_client.hub.store.schema import MIGRATIONS, Migrations, NotOurDatabaseError, SchemaTooNewError
from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.store.tables import hub, metadata

UPGRADE_LOCK = 0x6374_6975_7067
"""The advisory lock that an upgrading hub holds ("ctiupg")."""

_LOCK_NOT_AVAILABLE = "55P03"
_LOCK_TIMEOUT = "3s"
_MOST_TRIES = 10
_UPGRADE_SECONDS = 3_600.0


async def ensure_schema(options: PostgresOptions, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the database to the newest revision; make the tables where there are none.

    An upgrade happens whole or not at all. It waits for another hub's, and never keeps those who serve waiting for
    long: where a table is busy, or the two wait for each other, it steps back and tries again. Raises
    `SchemaTooNewError`, `NotOurDatabaseError`, `StoreAwayError`.
    """
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: open_connection(options, statement_seconds=_UPGRADE_SECONDS),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        for tried in range(1, _MOST_TRIES + 1):
            try:
                async with engine.begin() as conn:
                    await conn.run_sync(_ensure, migrations, options.name)
                return
            except Exception as error:
                if verdict(error) is Verdict.OURS:
                    raise
                busy = getattr(getattr(error, "orig", None), "sqlstate", "") == _LOCK_NOT_AVAILABLE
                if not (busy or verdict(error) is Verdict.AGAIN) or tried == _MOST_TRIES:
                    raise StoreAwayError(f"The database does not answer: {in_short(error)}") from error
            await _pause(tried)
    finally:
        await engine.dispose()


async def _pause(tried: int) -> None:
    await asyncio.sleep(tried / 10)


def _ensure(conn: Connection, migrations: Migrations, name: str) -> None:
    if _found(conn, migrations, name) == migrations.head:
        return
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
    if _found(conn, migrations, name) == migrations.head:  # another hub was faster
        return
    conn.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
    _upgrade(conn, migrations)
    if conn.scalar(select(hub.c.id)) is None:
        conn.execute(insert(hub).values(id=1, hub_id=uuid.uuid4().hex))


def _found(conn: Connection, migrations: Migrations, name: str) -> str | None:
    """The stored revision; None where there is nothing of ours."""
    names = set(inspect(conn).get_table_names())
    if "alembic_version" not in names:
        if names & metadata.tables.keys():
            raise NotOurDatabaseError(f"The database {name} has tables of another program.")
        return None
    if "hub" not in names:
        raise NotOurDatabaseError(f"The database {name} is another program's.")
    found = conn.scalar(text("SELECT version_num FROM alembic_version"))
    if found is None:
        raise NotOurDatabaseError(f"The database {name} does not say which format it has.")
    if found not in migrations.revisions:
        raise SchemaTooNewError(
            f"The database {name} was upgraded by a newer version of this program (its format is {found}, this version "
            f"knows {migrations.head}). Please update this program."
        )
    return str(found)


def _upgrade(conn: Connection, migrations: Migrations) -> None:
    """Run the missing migrations in the transaction that is under way."""
    from alembic import command  # only to upgrade: a start compares two words
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.folder).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
