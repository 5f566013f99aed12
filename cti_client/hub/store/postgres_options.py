"""The address of a team's database, and what can be said in it besides what PostgreSQL itself knows."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

_OURS = ("pool_size", "prepared_statements")


class DatabaseAddressError(ValueError):
    """The address of the database cannot be used; the words say why, and never show the password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOptions:
    """How to reach the database."""

    dsn: str = field(repr=False)
    """As libpq knows it: user, password, host, port, database, `sslmode` and so on."""
    name: str = ""
    """Host and database, for the log."""
    pool_size: int = 10
    """Connections of one hub at most, besides one for hints."""
    prepared_statements: bool = True
    """Off behind a pool that hands each transaction another connection and knows no prepared statements."""
    connect_seconds: float = 5.0
    statement_seconds: float = 15.0
    """A statement that takes longer is given up by the server."""
    lock_seconds: float = 10.0
    """So is one that waits longer for a row which another transaction holds."""
    answer_seconds: float = 20.0
    """A server that says nothing for so long is away."""
    wait_seconds: float = 30.0
    """How long a transaction waits for a free connection."""


def postgres_options(address: str) -> PostgresOptions:
    """Of `postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full&pool_size=20&prepared_statements=off`.

    Raises `DatabaseAddressError`.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DatabaseAddressError(f"The address of the database cannot be read: {error}.") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise DatabaseAddressError("The address of the database does not begin with postgresql://")
    query = parse_qsl(parts.query, keep_blank_values=True)
    own = {key: value for key, value in query if key in _OURS}
    rest = urlencode([(key, value) for key, value in query if key not in _OURS], safe="/")
    name = parts.path.lstrip("/")
    if not name:
        raise DatabaseAddressError("The address of the database names no database: postgresql://USER@HOST/NAME")
    return PostgresOptions(
        dsn=f"postgresql://{parts.netloc}{parts.path}{f'?{rest}' if rest else ''}",
        name=f"{host or 'local socket'}{f':{port}' if port else ''}/{name}",
        pool_size=_number(own.get("pool_size", "10")),
        prepared_statements=_truth(own.get("prepared_statements", "on")),
    )


def _number(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 1_000):
        raise DatabaseAddressError(f"pool_size={raw}: a whole number from 1 to 1000 is wanted")
    return int(raw)


def _truth(raw: str) -> bool:
    if raw not in ("on", "off"):
        raise DatabaseAddressError(f"prepared_statements={raw}: on or off is wanted")
    return raw == "on"
