"""Both engines, for tests that hold on either."""

import inspect
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import pytest
from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.bus import Bus
from cti_client.hub.store.postgres import PostgresStore
from cti_client.hub.store.postgres_options import postgres_options
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import OwnedStore, Store, Tx
from tests.helpers.hub_store import TestClock
from tests.helpers.memory_database import MemoryDatabase
from tests.helpers.postgres import PostgresDatabase, SharedDatabase
from tests.helpers.service_hub import Database

P = ParamSpec("P")
R = TypeVar("R")

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each engine in turn, for transactions outside an event loop."""
    if request.param == "sqlite":
        memory = MemoryDatabase()
        yield memory
        memory.close()
    else:
        shared: PostgresDatabase = request.getfixturevalue("postgres_database")
        shared.empty()
        yield shared


def in_transaction(test: Callable[..., None]) -> Callable[..., None]:
    """A test with a connection `conn` to an empty database: the whole of it is one transaction, on each engine."""
    signature = inspect.signature(test)
    asked = [one.replace(name="database") if name == "conn" else one for name, one in signature.parameters.items()]

    def run(*, database: Database, **more: Any) -> None:
        database.transact(lambda conn: test(conn, **more))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    run.__signature__ = signature.replace(parameters=asked)  # type: ignore[attr-defined]  # pytest asks for it
    return run


class MakeStore(Protocol):
    """Opens a store on this test's database; several may be open at once. They are closed with the test."""

    async def __call__(self, clock: Callable[[], Millis] | None = None, bus: Bus | None = None) -> OwnedStore:
        """The open store."""


@pytest.fixture(params=ENGINES)
async def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MakeStore]:
    """Stores on an empty database of each engine in turn; SQLite's is fast instead of durable."""
    shared: SharedDatabase | None = None
    if request.param == "postgresql":
        shared = request.getfixturevalue("shared_postgres")
        shared.empty()
    async with AsyncExitStack() as closing:

        async def make(clock: Callable[[], Millis] | None = None, bus: Bus | None = None) -> OwnedStore:
            clock = TestClock() if clock is None else clock
            bus = Bus() if bus is None else bus
            store: OwnedStore
            if shared is None:
                store = SqliteStore(tmp_path / "hub.db", clock, bus, synchronous="OFF")
            else:
                store = PostgresStore(postgres_options(shared.url), clock, bus)
            closing.push_async_callback(store.close)
            await store.open()
            return store

        yield make


class TakingTurns:
    """Several stores over one database, as a load balancer sees them: each call goes to the next."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._next = itertools.cycle(stores)

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await next(self._next).write(fn, *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await next(self._next).read(fn, *args, **kwargs)

    async def close(self) -> None:
        """They are closed by whoever opened them."""


@pytest.fixture
async def store(make_store: MakeStore) -> OwnedStore:
    """One store on an empty database of each engine in turn."""
    return await make_store()
