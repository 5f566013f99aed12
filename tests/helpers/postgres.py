"""A real PostgreSQL server, one for a test run, with databases that are clean in a millisecond.

Skipped with a reason where it is not installed, required where `CI` is set. It keeps nothing: `fsync` is off.
"""

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from sqlalchemy import Connection

from cti_client.hub.store.postgres_lanes import READ_WRITE, Lane, Lanes
from cti_client.hub.store.postgres_options import postgres_options
from cti_client.hub.store.postgres_schema import ensure_schema
from tests.helpers.kannel import free_ports

R = TypeVar("R")

ROLE = "hub"
"""Whose databases they are: no superuser."""

_ADMIN = "postgres"
_ROOM = 4 * 2**30
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "error",
}


class Portal:
    """An event loop in a thread of its own, for whoever is not in one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="portal", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, R]) -> R:
        """Run it there and wait for its answer."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def end(self) -> None:
        """Stop the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class PostgresServer:
    """One server on a free loopback port with a data folder of its own. `start` and `stop` it.

    `settings`: the server's own, where it is not to be fast and forgetful as tests want it.
    """

    def __init__(self, programs: Path, settings: Mapping[str, str] | None = None) -> None:
        self._settings = _SETTINGS if settings is None else {"listen_addresses": "127.0.0.1", **settings}
        self.port = free_ports(1)[0]
        self.portal = Portal()
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="cti-postgres-", dir=_memory()))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._names = (f"db{number}" for number in itertools.count(1))
        self._admin: asyncpg.Connection | None = None

    def start(self) -> None:
        """Make the data folder where there is none and start. Raises where it fails."""
        if not self._data.exists():
            self._data.mkdir(mode=0o700)
            if _as_root():
                shutil.chown(self._data, "postgres", "postgres")
            self._run("initdb", "-U", _ADMIN, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
            self.start()
            self.portal.call(self._prepare())
            return
        settings = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        self._run(
            "pg_ctl", "-w", "-t", "60", "-l", str(self._data / "log"), "-o", f"-p {self.port} -k '' {settings}", "start"
        )

    def restart(self, how: str = "immediate") -> None:
        """End it as a crash does (or as `pg_ctl -m` says) and start it again."""
        self.halt(how)
        self.start()

    def halt(self, how: str = "immediate") -> None:
        """End the server; its data stays."""
        self.portal.call(self._let_go())
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def stop(self) -> None:
        """End the server for good; everything goes."""
        if (self._data / "postmaster.pid").exists():
            self.halt()
        self.portal.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of one database, as a hub is given it."""
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{database}"

    def empty_database(self) -> str:
        """The address of a new database without tables."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0")
        return self.url(name)

    def database(self) -> str:
        """The address of a new database with the tables and nothing in them."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE tables STRATEGY file_copy")
        return self.url(name)

    def copy(self, url: str) -> str:
        """The address of a copy of a database to which nobody is connected, as a restore from a backup makes it."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {url.rpartition('/')[2]} STRATEGY file_copy")
        return self.url(name)

    def execute(self, sql: str) -> None:
        """Run a statement as the administrator."""
        self.portal.call(self._execute(sql))

    async def _execute(self, sql: str) -> None:
        await (await self._administrator()).execute(sql)

    async def _let_go(self) -> None:
        if self._admin is not None:
            self._admin.terminate()
        self._admin = None

    async def _administrator(self) -> asyncpg.Connection:
        if self._admin is None or self._admin.is_closed():
            self._admin = await self.connect("postgres")
        return self._admin

    async def connect(self, database: str) -> asyncpg.Connection:
        """The administrator's connection to a database."""
        return await asyncpg.connect(host="127.0.0.1", port=self.port, user=_ADMIN, database=database, ssl=False)

    async def _prepare(self) -> None:
        await self._execute(f"CREATE ROLE {ROLE} LOGIN")
        await self._execute(f"CREATE DATABASE tables OWNER {ROLE} TEMPLATE template0")
        await ensure_schema(postgres_options(self.url("tables")))

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        if _as_root():
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != 0:
            log = self._data / "log"
            more = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}{more}")


class SharedDatabase:
    """One database that tests use one after the other, emptied before each. `close` it."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.database()
        self._admin: asyncpg.Connection | None = None
        self._how = ""

    def empty(self) -> None:
        """Delete all rows and begin the ids anew. Whoever is still in a transaction from a test before is cut off."""
        self._server.portal.call(self._empty())

    def close(self) -> None:
        """Let go of it."""
        if self._admin is not None:
            self._server.portal.call(self._admin.close())

    async def _empty(self) -> None:
        if self._admin is None or self._admin.is_closed():  # never used, or the server was started again
            self._admin = await self._server.connect(self.url.rpartition("/")[2])
        if not self._how:
            self._how = await self._how_to_empty(self._admin)
        await self._admin.execute(self._how)

    async def _how_to_empty(self, admin: asyncpg.Connection) -> str:
        names = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        deletes = [f'DELETE FROM "{row[0]}"' for row in names if row[0] not in ("alembic_version", "hub")]
        others = "datname = current_database() AND state LIKE 'idle in transaction%'"
        cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        restarts = "SELECT setval(seqrelid, 1, false) FROM pg_sequence"
        usual = "UPDATE hub SET chats_per_agent = DEFAULT"
        return "; ".join(("SET session_replication_role = replica", cut, *deletes, usual, restarts))


class PostgresDatabase:
    """Transactions for tests outside an event loop, on a connection like the store's. `close` it."""

    def __init__(self, server: PostgresServer) -> None:
        self._portal = server.portal
        self._shared = SharedDatabase(server)
        self._lanes = self._portal.call(self._open())

    def empty(self) -> None:
        """As new."""
        self._shared.empty()

    def transact(self, fn: Callable[[Connection], R]) -> R:
        """Run `fn` in one transaction; what it raises rolls back."""
        return self._portal.call(self._transact(fn))

    def close(self) -> None:
        """Let go of the connections."""
        self._portal.call(self._lanes.close())
        self._shared.close()

    async def _open(self) -> Lanes:
        return Lanes(postgres_options(self._shared.url), _no_greeting)

    async def _transact(self, fn: Callable[[Connection], R]) -> R:
        async with self._lanes.lane() as lane:
            return await lane.carry(READ_WRITE, fn)


async def _no_greeting(_lane: Lane) -> None:
    """Tests know their database."""


def postgres_programs() -> Path | None:
    """The folder of the newest installed server's programs; None without one."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else []
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        folders += sorted((one / "bin" for one in debian.iterdir()), key=lambda one: -float(one.parent.name))
    return next((one for one in folders if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def need_postgres() -> Path:
    """Skip the test where PostgreSQL is not installed; fail it where `CI` is set."""
    programs = postgres_programs()
    if programs is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed (initdb and pg_ctl not found)")
    assert programs is not None, "CI needs PostgreSQL; initdb and pg_ctl not found"
    return programs


@pytest.fixture(scope="session")
def shared_postgres(postgres: PostgresServer) -> Iterator[SharedDatabase]:
    """For stores of tests: `empty` it first."""
    database = SharedDatabase(postgres)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_database(postgres: PostgresServer) -> Iterator[PostgresDatabase]:
    """For services outside an event loop: `empty` it first."""
    database = PostgresDatabase(postgres)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The one PostgreSQL server of the test run."""
    server = PostgresServer(need_postgres())
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _memory() -> Path | None:
    """A file system in memory with room for all databases of a run, where there is one."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > _ROOM
    return folder if roomy else None


def _as_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
