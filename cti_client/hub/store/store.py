"""The store's face to the rest of the hub: transactions as plain functions.

A transaction is one synchronous function `fn(tx, ...)`; a query is `fn(conn, ...)`. Both run the same on SQLite and
PostgreSQL. A function may run again from the start (a serialisation failure), so it must touch nothing but `tx`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.store.news import News

P = ParamSpec("P")
R = TypeVar("R")
Query = TypeVar("Query", bound=Callable[..., Any])


@dataclass(slots=True)
class Tx:
    """One running transaction.

    `now` is its time. `news` collects what changed; the store writes the agents' records as the last step before
    the commit and hints to the bus after it. `wakes` names what to wake after the commit (`"outbox"`, `"offers"`).
    """

    conn: Connection
    now: Millis
    news: News = field(default_factory=News)
    wakes: set[str] = field(default_factory=set)


def one_statement(query: Query) -> Query:
    """Marks a query that is one statement always: it sees one moment without a transaction around it.

    On PostgreSQL that is one round trip instead of three.
    """
    query.is_one_statement = True  # type: ignore[attr-defined]
    return query


class StoreAwayError(Exception):
    """The database does not answer; nothing was committed as far as is known."""


class Store(Protocol):
    """Runs transactions and queries."""

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Commit `fn`'s changes, then return its result. An exception of `fn` rolls back just its own changes."""

    async def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query in one consistent read transaction."""

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""


class OwnedStore(Store, Protocol):
    """A store in the hands of its owner, who opens and closes it."""

    async def open(self) -> None:
        """Connect, and make or upgrade the tables.

        Raises `SchemaTooNewError` and `NotOurDatabaseError` (see `schema.py`), `StoreAwayError`.
        """
