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
    """The bus over all hubs of this database; the caller opens and closes it, on the hub's loop.

    Raises `DatabaseAddressError` where the address cannot be read.
    """
    if is_postgresql(database):
        from cti_client.hub.postgres_bus import PostgresBus  # a desktop's own hub never pays for it
        from cti_client.hub.store.postgres_options import postgres_options

        return PostgresBus(postgres_options(str(database)))
    return Bus()


def make_store(database: str | Path, clock: Callable[[], Millis], bus: Bus) -> OwnedStore:
    """The store on this database; the caller opens and closes it, on the hub's loop. `bus` is the same database's.

    Raises `DatabaseAddressError` where the address cannot be read.
    """
    if is_postgresql(database):
        from cti_client.hub.store.postgres import PostgresStore  # a desktop's own hub never pays for it
        from cti_client.hub.store.postgres_options import postgres_options

        return PostgresStore(postgres_options(str(database)), clock, bus)
    return SqliteStore(Path(database), clock, bus)
