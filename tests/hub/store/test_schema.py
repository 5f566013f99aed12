"""Making, comparing and upgrading the file."""

import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cti_client.hub.store.schema import (
    MIGRATIONS,
    Migrations,
    NotOurDatabaseError,
    SchemaTooNewError,
    ensure_schema,
)
from cti_client.hub.store.sqlite_engine import sqlite_engine
from cti_client.hub.store.tables import metadata
from tests.helpers.filled_tables import contents, fill
from tests.helpers.next_version import NEXT, next_version

ROOT = Path(__file__).parents[3]


def all_definitions(path: Path) -> dict[str, str]:
    """What is in the file, by name, with spaces evened out."""
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r" ?([(),]) ?", r"\1", " ".join(sql.split())) for name, sql in rows}


def parts(definition: str) -> list[str]:
    """Columns and constraints, whose order is of no account, and what follows the bracket."""
    body, _, tail = definition.rpartition(")")
    return [*sorted(body.split(",")), tail]


def migrated(path: Path, revision: str = "head") -> None:
    """An empty file, brought to a revision by Alembic alone."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.folder))
    engine = sqlite_engine(path)
    with engine.connect() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
    engine.dispose()


def test_migrations_make_what_tables_py_says(tmp_path: Path) -> None:
    migrated(tmp_path / "hub.db")
    engine = sqlite_engine(tmp_path / "hub.db")
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrations_make_the_same_file_as_a_fresh_start(tmp_path: Path) -> None:
    """Also what Alembic does not compare: conditions of partial indexes, WITHOUT ROWID, names of constraints."""
    migrated(tmp_path / "migrated.db")
    ensure_schema(tmp_path / "fresh.db")
    fresh = all_definitions(tmp_path / "fresh.db")
    made = all_definitions(tmp_path / "migrated.db")
    assert made.keys() == fresh.keys()
    for name, definition in fresh.items():
        assert parts(made[name]) == parts(definition), name


def test_the_constant_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.folder))
    script = ScriptDirectory.from_config(config)
    assert [revision.revision for revision in script.walk_revisions()] == list(reversed(MIGRATIONS.revisions))


def test_a_fresh_file(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "hub.db"
    ensure_schema(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(MIGRATIONS.head,)]
        ((hub_id,),) = raw.execute("SELECT hub_id FROM hub").fetchall()
    assert re.fullmatch("[0-9a-f]{32}", hub_id)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_hub_has_its_own_id_and_keeps_it(tmp_path: Path) -> None:
    ids = []
    for name in ("one.db", "two.db", "one.db"):
        ensure_schema(tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as raw:
            ids.append(raw.execute("SELECT hub_id FROM hub").fetchone())
    assert ids[0] == ids[2] != ids[1]


def test_alembic_is_not_imported_to_start(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from cti_client.hub.store.schema import ensure_schema\n"
        f"for _ in range(2): ensure_schema(pathlib.Path({str(tmp_path / 'hub.db')!r}))\n"
        "assert not [name for name in sys.modules if name.startswith('alembic')]\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)


@pytest.mark.parametrize("revision", MIGRATIONS.revisions[:-1])
def test_an_upgrade_from_every_earlier_revision_keeps_the_rows_of_all_tables(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "hub.db"
    migrated(path, revision)
    engine = sqlite_engine(path)
    with engine.begin() as conn:
        fill(conn)
    with engine.connect() as conn:
        before = contents(conn)
    engine.dispose()
    assert all(before.values())
    ensure_schema(path)
    columns = {name: list(rows[0]) for name, rows in before.items()}
    engine = sqlite_engine(path)
    with engine.connect() as conn:
        assert contents(conn, columns) == before
        assert conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [MIGRATIONS.head]
    engine.dispose()


def test_an_upgrade_keeps_a_copy_and_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    ensure_schema(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("INSERT INTO line (address, name) VALUES ('+15550100', 'Support')")
    newer = next_version(tmp_path)
    ensure_schema(path, newer)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEXT,)]
        assert raw.execute("SELECT address, team FROM line").fetchall() == [("+15550100", "support")]
        assert raw.execute("SELECT count(*) FROM pool").fetchone() == (0,)
    with closing(sqlite3.connect(tmp_path / f"hub.db.before-{NEXT}.bak")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(MIGRATIONS.head,)]
        assert copy.execute("SELECT address FROM line").fetchall() == [("+15550100",)]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "fault",
    [
        'op.execute("SELECT no_such_function()")',
        "op.execute(\"INSERT INTO phone (contact_id, address) VALUES (99, 'nobody')\")",
    ],
    ids=["a statement fails", "a reference would dangle"],
)
def test_a_failing_upgrade_changes_nothing_and_can_be_repeated(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "hub.db"
    ensure_schema(path)
    before = all_definitions(path)
    with pytest.raises(Exception, match=r"no such function|references"):
        ensure_schema(path, next_version(tmp_path / "broken", more=fault))
    assert all_definitions(path) == before
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(MIGRATIONS.head,)]
        assert raw.execute("SELECT count(*) FROM phone").fetchone() == (0,)
    ensure_schema(path, next_version(tmp_path / "mended"))
    assert "pool" in all_definitions(path)


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    ensure_schema(path, Migrations((*MIGRATIONS.revisions, "next"), MIGRATIONS.folder))
    before = path.read_bytes()
    with pytest.raises(SchemaTooNewError, match=r"hub\.db was written by a newer version"):
        ensure_schema(path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.bak"))


def test_another_program_s_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE songs (id INTEGER)")
    with pytest.raises(NotOurDatabaseError):
        ensure_schema(path)
    assert all_definitions(path) == {"songs": "CREATE TABLE songs(id INTEGER)"}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_text("a letter to a friend" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        ensure_schema(path)
    assert path.read_text().startswith("a letter")
