"""Which engine and which bus go with a hub's `database` setting: a file is SQLite, an address is PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

from cti_client.domain import Millis
from cti_client.hub.bus import Bus
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import OwnedStore

POSTGRESQL_SCHEMES = ("postgresql://", "postgres://")


def is_postgresql(database: str | Path) -> bool:
    """Whether this names a PostgreSQL database (`postgresql://USER@HOST:PORT/NAME`), and not a file."""
    return isinstance(database, str) and database.startswith(POSTGRESQL_SCHEMES)


def make_bus(database: str | Path) -> Bus:
    """The bus over all hubs of this database; the caller opens and closes it, on the hub's loop."""
    if is_postgresql(database):
        raise NotImplementedError("PostgreSQL comes with the next change")
    return Bus()


def make_store(database: str | Path, clock: Callable[[], Millis], bus: Bus) -> OwnedStore:
    """The store on this database; the caller opens and closes it, on the hub's loop. `bus` is the same database's."""
    if is_postgresql(database):
        raise NotImplementedError("PostgreSQL comes with the next change")
    return SqliteStore(Path(database), clock, bus)
