"""Unsent texts and drafts on disk, readable only with the person's key.

A small SQLite file; a call returns once its change would survive a power cut. Everything belongs to an *owner*: one
person on one hub. Rows that another key has sealed are left alone: the key may come back.

cryptography is imported with the first file, which is in its own thread: the window is on the screen before it.
"""

import contextlib
import logging
import os
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cti_client.domain import Millis
from cti_client.wire.api import Problem

log = logging.getLogger(__name__)

_SCHEMA = 1
_TABLES = """
CREATE TABLE pending (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE TABLE draft (
  owner TEXT NOT NULL,
  thread_id INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (owner, thread_id)
) WITHOUT ROWID;
"""


class StoredSend(msgspec.Struct, frozen=True, kw_only=True):
    """One unsent text.

    `attempted`: the hub may already hold it. `confirmed_at`: when the person last said yes to sending it late.
    `in_quiet_hours`: they said yes to the hour where the customer is (B9).
    `problem`: why the hub refused it. `customer`: who it is for, in words.
    """

    client_id: str
    interaction_id: int
    thread_id: int
    text: str
    composed_at: Millis
    attempted: bool = False
    confirmed_at: Millis | None = None
    problem: Problem | None = None
    customer: str = ""
    in_quiet_hours: bool = False


class NewerFileError(Exception):
    """The file was written by a newer version of this program."""

    def __init__(self) -> None:
        super().__init__("they were written by a newer version of this program.")


class PendingFile:
    """Calls block, belong to one thread, and raise `sqlite3.Error`."""

    def __init__(self, path: Path, keys: Sequence[bytes]) -> None:
        """Opens or makes the file. A damaged one is put aside. Raises `NewerFileError`, `OSError`, `sqlite3.Error`."""
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet

        self._box = MultiFernet([Fernet(key) for key in keys])
        self._unreadable = (InvalidToken, UnicodeDecodeError, msgspec.DecodeError)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # locked, full, no right: the file itself is sound
            log.warning("the file of unsent texts is damaged; it is put aside")
            _put_aside(path)
            self._db = _open(path)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def load(self, owner: str) -> tuple[list[StoredSend], int]:
        """All unsent texts of this owner in the order of sending, and how many more this key cannot read."""
        rows = self._db.execute("SELECT sealed FROM pending WHERE owner = ? ORDER BY place", (owner,)).fetchall()
        sends = []
        for (sealed,) in rows:
            with contextlib.suppress(*self._unreadable):
                sends.append(msgspec.json.decode(self._box.decrypt(sealed), type=StoredSend))
        return sends, len(rows) - len(sends)

    def add(self, owner: str, send: StoredSend) -> None:
        """Keep a new text; the draft it was made from goes in the same moment."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO pending (client_id, owner, sealed) VALUES (?, ?, ?)",
                (send.client_id, owner, self._seal(send)),
            )
            self._db.execute("DELETE FROM draft WHERE owner = ? AND thread_id = ?", (owner, send.thread_id))

    def change(self, send: StoredSend) -> None:
        """Keep it as it is now, at its place; nothing happens where it is gone."""
        self._db.execute("UPDATE pending SET sealed = ? WHERE client_id = ?", (self._seal(send), send.client_id))

    def remove(self, client_id: str) -> None:
        """It needs no keeping any more."""
        self._db.execute("DELETE FROM pending WHERE client_id = ?", (client_id,))

    def save_draft(self, owner: str, thread_id: int, text: str) -> None:
        """Keep what stands in the reply box; an empty text removes it."""
        if not text:
            self._db.execute("DELETE FROM draft WHERE owner = ? AND thread_id = ?", (owner, thread_id))
            return
        self._db.execute(
            "INSERT INTO draft (owner, thread_id, sealed) VALUES (?, ?, ?)"
            " ON CONFLICT (owner, thread_id) DO UPDATE SET sealed = excluded.sealed",
            (owner, thread_id, self._box.encrypt(text.encode())),
        )

    def load_draft(self, owner: str, thread_id: int) -> str:
        """What stood in the reply box; empty where nothing readable is kept."""
        row = self._db.execute(
            "SELECT sealed FROM draft WHERE owner = ? AND thread_id = ?", (owner, thread_id)
        ).fetchone()
        if row is None:
            return ""
        try:
            return self._box.decrypt(row[0]).decode()
        except self._unreadable:
            return ""

    def _seal(self, send: StoredSend) -> bytes:
        return self._box.encrypt(msgspec.json.encode(send))


def _open(path: Path) -> sqlite3.Connection:
    os.close(
        os.open(path, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR)
    )  # SQLite gives its side files this mode
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > _SCHEMA:
            raise NewerFileError
        if version == 0:
            db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_SCHEMA}; COMMIT;")
    except BaseException:
        db.close()
        raise
    return db


def _put_aside(path: Path) -> None:
    for number in range(1, 1_000):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists():
            path.replace(aside)
            break
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
