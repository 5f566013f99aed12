"""What an error of PostgreSQL or its driver means for a transaction, and that error without a customer's words."""

from enum import Enum, auto
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError

_AGAIN = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
    }
)
_GONE = frozenset(
    {
        "08003",  # connection_does_not_exist
        "08006",  # connection_failure
        "25P03",  # idle_in_transaction_session_timeout
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P05",  # idle_session_timeout
        "0A000",  # feature_not_supported: a prepared plan that an upgrade beside us has made stale
        "26000",  # invalid_sql_statement_name: a prepared statement that a pool in between does not know
    }
)
_AWAY = frozenset(
    {
        "25006",  # read_only_sql_transaction: a standby
        "55000",  # object_not_in_prerequisite_state: recovery is in progress
        "55P03",  # lock_not_available
        "57014",  # query_canceled: statement_timeout
        "57P03",  # cannot_connect_now: starting up
        "3D000",  # invalid_catalog_name: there is no such database (a restore is under way)
    }
)
_AWAY_CLASSES = ("08", "28", "53", "58", "XX")
"""Connection, authorisation, out of disk or connections, input and output, damage."""


class Verdict(Enum):
    """What to do about an error."""

    AGAIN = auto()
    """The database gave the transaction up for another one's sake: begin it anew."""
    GONE = auto()
    """The connection is of no further use."""
    AWAY = auto()
    """The database cannot do it now."""
    OURS = auto()
    """Not the database's fault: a rule, or our own mistake."""


def verdict(error: BaseException) -> Verdict:
    """Of an error that a transaction's function, the driver or SQLAlchemy raised."""
    cause = driver_error(error)
    code: str = getattr(cause, "sqlstate", None) or ""
    if code in _AGAIN:
        return Verdict.AGAIN
    if code in _GONE or isinstance(cause, ConnectionError | EOFError):
        return Verdict.GONE
    if isinstance(cause, asyncpg.InterfaceError) and "closed" in str(cause):
        return Verdict.GONE
    if isinstance(cause, asyncpg.InternalClientError):  # the server's farewell came between two statements
        return Verdict.GONE
    if code in _AWAY or code.startswith(_AWAY_CLASSES) or isinstance(cause, OSError | TimeoutError):
        return Verdict.AWAY
    return Verdict.OURS


def driver_error(error: BaseException) -> BaseException:
    """The driver's error behind SQLAlchemy's, or the error itself."""
    if isinstance(error, DBAPIError):
        behind: Any = error.orig
        cause: BaseException = getattr(behind, "driver_exception", None) or behind.__cause__ or behind
        return cause
    return error


def in_short(error: BaseException) -> str:
    """The error for a log: its kind and the server's main message, which quotes no values; never its details."""
    cause = driver_error(error)
    message = cause.args[0] if isinstance(cause, asyncpg.PostgresError) and cause.args else ""
    code = getattr(cause, "sqlstate", None)
    return " ".join(part for part in (type(cause).__name__, f"({code})" if code else "", str(message)) if part)


class ServerError(Exception):
    """A refusal: the server's main message and `sqlstate`, without the details, which quote rows.

    The driver's own refusal of a value quotes that value, so it is only named.
    """

    def __init__(self, error: Exception) -> None:
        of_server = isinstance(error, asyncpg.PostgresError) and error.args
        super().__init__(str(error.args[0]) if of_server else type(error).__name__)
        self.sqlstate: str | None = getattr(error, "sqlstate", None)


class IntegrityError(ServerError):
    """A broken rule of the database. SQLAlchemy goes by this class's name."""


def as_sqlalchemys(error: Exception, sql: str) -> DBAPIError:
    """The driver's error as the one that SQLAlchemy would raise, but without values."""
    broken_rule = isinstance(error, asyncpg.IntegrityConstraintViolationError)
    refusal = IntegrityError(error) if broken_rule else ServerError(error)
    made: Any = DBAPIError.instance(sql, None, refusal, ServerError, hide_parameters=True)
    assert isinstance(made, DBAPIError)
    return made
