"""Which engine goes with which setting, and addresses that cannot be used."""

import subprocess
import sys
from pathlib import Path

import pytest

from cti_client.hub.bus import Bus
from cti_client.hub.postgres_bus import PostgresBus
from cti_client.hub.store.open import is_postgresql, make_bus, make_store
from cti_client.hub.store.postgres import PostgresStore
from cti_client.hub.store.postgres_options import DatabaseAddressError, postgres_options
from cti_client.hub.store.sqlite import SqliteStore
from tests.helpers.hub_store import TestClock

ROOT = Path(__file__).parents[3]
ADDRESS = "postgresql://hub:secret@db.example:5433/chat?sslmode=verify-full&pool_size=20&prepared_statements=off"


async def test_a_file_is_sqlite_and_an_address_is_postgresql(tmp_path: Path) -> None:
    assert type(make_bus(tmp_path / "hub.db")) is Bus
    assert isinstance(make_store(tmp_path / "hub.db", TestClock(), Bus()), SqliteStore)
    assert isinstance(make_store(str(tmp_path / "hub.db"), TestClock(), Bus()), SqliteStore)
    assert isinstance(make_bus(ADDRESS), PostgresBus)
    assert isinstance(make_store(ADDRESS, TestClock(), Bus()), PostgresStore)
    assert is_postgresql("postgres://hub@db/chat")


def test_options_of_ours_are_taken_out_and_the_others_left_to_libpq() -> None:
    options = postgres_options(ADDRESS)
    assert options.dsn == "postgresql://hub:secret@db.example:5433/chat?sslmode=verify-full"
    assert (options.pool_size, options.prepared_statements) == (20, False)
    assert options.name == "db.example:5433/chat"
    assert "secret" not in repr(options)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://db.example", "names no database"),
        ("postgresql://db.example/", "names no database"),
        ("postgresql://db.example:port/chat", "cannot be read"),
        ("mysql://db.example/chat", "does not begin"),
        ("postgresql://hub:secret@db/chat?pool_size=none", "pool_size=none"),
        ("postgresql://hub:secret@db/chat?pool_size=0", "pool_size=0"),
        ("postgresql://hub:secret@db/chat?prepared_statements=no", "on or off"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(address: str, words: str) -> None:
    with pytest.raises(DatabaseAddressError, match=words) as caught:
        postgres_options(address)
    assert "secret" not in str(caught.value)


def test_a_socket_folder() -> None:
    options = postgres_options("postgresql:///chat?host=/var/run/postgresql")
    assert options.dsn == "postgresql:///chat?host=/var/run/postgresql"
    assert options.name == "local socket/chat"


def test_a_desktop_s_own_hub_imports_nothing_of_postgresql(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "import cti_client.hub.bootstrap\n"
        "from cti_client.hub.store.open import make_bus, make_store\n"
        f"file = pathlib.Path({str(tmp_path / 'hub.db')!r})\n"
        "store = make_store(file, lambda: 0, make_bus(file))\n"
        "async def open_and_close():\n"
        "    await store.open()\n"
        "    await store.close()\n"
        "asyncio.run(open_and_close())\n"
        "unwanted = ('asyncpg', 'greenlet', 'sqlalchemy.dialects.postgresql')\n"
        "assert not [name for name in sys.modules if name.startswith(unwanted)], sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
