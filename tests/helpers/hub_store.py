"""A store on a fresh file, with the rows most hub tests need: one connection, one line, agents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert

from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.hub.bus import Bus
from cti_client.hub.store import tables
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import Tx
from cti_client.hub.store.upsert import insert_row

CONNECTION_ID = "sim"
LINE_ADDRESS = "+15550100"
LINE_NAME = "Support"
NOON: Millis = 1_760_000_000_000


@dataclass
class TestClock:
    """A clock that stands until it is moved. Call it for the time."""

    __test__ = False  # no test, whatever pytest makes of its name

    now: Millis = NOON

    def __call__(self) -> Millis:
        return self.now

    def advance(self, ms: Millis) -> None:
        """Move it on."""
        self.now += ms


async def open_store(folder: Path, clock: TestClock | None = None, bus: Bus | None = None) -> SqliteStore:
    """An open store with its tables and nothing in them, fast instead of durable. The caller closes it."""
    store = SqliteStore(
        folder / "hub.db",
        TestClock() if clock is None else clock,
        Bus() if bus is None else bus,
        synchronous="OFF",
    )
    await store.open()
    return store


@asynccontextmanager
async def opened_store(
    folder: Path, clock: TestClock | None = None, bus: Bus | None = None
) -> AsyncIterator[SqliteStore]:
    """The same, closed at the end."""
    store = await open_store(folder, clock, bus)
    try:
        yield store
    finally:
        await store.close()


def seed_connection(tx: Tx, connection_id: str = CONNECTION_ID, *, kind: str = "simulator") -> str:
    """A connection to a gateway."""
    tx.conn.execute(insert(tables.connection), {"id": connection_id, "kind": kind, "name": connection_id})
    return connection_id


def seed_line(
    tx: Tx,
    address: str = LINE_ADDRESS,
    name: str = LINE_NAME,
    connection_id: str | None = CONNECTION_ID,
    **options: object,
) -> int:
    """A line; its id. `options` are further columns."""
    values = {"address": address, "name": name, "connection_id": connection_id, **options}
    return insert_row(tx.conn, tables.line, values)


def seed_agent(tx: Tx, name: str = "Anna", presence: Presence = Presence.AVAILABLE) -> int:
    """An agent with an empty stream; its id."""
    agent_id = insert_row(tx.conn, tables.agent, {"name": name, "presence": presence, "idle_since": tx.now})
    tx.conn.execute(insert(tables.stream), {"agent_id": agent_id, "seq": 0})
    return agent_id


@dataclass(frozen=True)
class Seeded:
    """Ids of what `seed_hub` made."""

    connection_id: str
    line_id: int
    agent_id: int


def seed_hub(tx: Tx, presence: Presence = Presence.AVAILABLE) -> Seeded:
    """The connection `sim`, the line `+15550100` "Support" on it, and the agent Anna."""
    connection_id = seed_connection(tx)
    return Seeded(connection_id, seed_line(tx), seed_agent(tx, presence=presence))
