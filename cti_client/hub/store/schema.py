"""The SQLite file's tables: made at once where there are none, upgraded by Alembic where they are older.

Starting is fast because the stored revision is only compared with a constant: Alembic is imported to upgrade and for
nothing else.
"""

import contextlib
import sqlite3
import uuid
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, insert

from cti_client.hub.store.sqlite_engine import BUSY_SECONDS, raw_connection, sqlite_engine
from cti_client.hub.store.tables import hub, metadata


class SchemaTooNewError(Exception):
    """The database was written by a newer version of this program; this one would damage it."""


class NotOurDatabaseError(Exception):
    """The file is a database of another program."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """`revisions` in order; the last one is what `tables.py` describes. `folder` holds Alembic's `env.py`."""

    revisions: tuple[str, ...]
    folder: Path

    @property
    def head(self) -> str:
        """The revision this program needs."""
        return self.revisions[-1]


MIGRATIONS = Migrations(
    ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"), Path(__file__).parent / "migrations"
)


def ensure_schema(path: Path, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the file to the newest revision; make it, readable by its owner alone, where there is none.

    Before an upgrade the file is copied to `NAME.before-REVISION.bak` beside it; an upgrade happens whole or not at
    all. Raises `SchemaTooNewError`, `NotOurDatabaseError`, `sqlite3.Error`. Call it before anything else
    opens the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as raw:
        found = _stored_revision(raw, path)
        if found == migrations.head:
            return
        if found is not None:
            if found not in migrations.revisions:
                raise SchemaTooNewError(
                    f"{path.name} was written by a newer version of this program (its format is {found}, this version "
                    f"knows {migrations.head}). Please update this program."
                )
            _copy(raw, path.with_name(f"{path.name}.before-{migrations.head}.bak"))
    engine = sqlite_engine(path)
    try:
        if found is None:
            _make(engine, path, migrations)
        else:
            _upgrade(engine, migrations)
    finally:
        engine.dispose()


def _stored_revision(raw: sqlite3.Connection, path: Path) -> str | None:
    """None for a file with nothing in it."""
    names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
    if not names:
        return None
    if not {"alembic_version", "hub"} <= names:
        raise NotOurDatabaseError(f"{path.name} is a database of another program.")
    row: tuple[str] | None = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise NotOurDatabaseError(f"{path.name} does not say which format it has.")
    return row[0]


def _make(engine: Engine, path: Path, migrations: Migrations) -> None:
    """All tables, the revision and the hub's name for itself, in one transaction."""
    with engine.connect() as conn:
        raw = raw_connection(conn)
        raw.execute("BEGIN IMMEDIATE")
        if _stored_revision(raw, path) is None:  # else another process was faster
            metadata.create_all(conn, checkfirst=False)
            raw.execute(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
            raw.execute("INSERT INTO alembic_version VALUES (?)", (migrations.head,))
            conn.execute(insert(hub).values(id=1, hub_id=uuid.uuid4().hex))
        raw.execute("COMMIT")


def _copy(raw: sqlite3.Connection, target: Path) -> None:
    """Under another name until it is whole."""
    unfinished = target.with_name(target.name + ".part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(unfinished)) as copy:
        raw.backup(copy)
    unfinished.replace(target)


def _upgrade(engine: Engine, migrations: Migrations) -> None:
    """Run the missing migrations in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.folder).replace("%", "%%"))
    with engine.connect() as conn:
        raw = raw_connection(conn)
        # A migration may have to make a table anew under its old name; within a transaction this cannot be set.
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("BEGIN IMMEDIATE")
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"the upgrade would break {len(broken)} references between rows")
        raw.execute("COMMIT")
