"""Unsent texts on disk: kept, sealed, apart by owner."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cti_client.desk.pending_file import NewerFileError, PendingFile, StoredSend
from cti_client.wire.api import Problem

KEY, OTHER_KEY = Fernet.generate_key(), Fernet.generate_key()
ANNA, BO = "hub-1:7", "hub-1:8"


def text(client_id: str, words: str = "Hello", thread_id: int = 1) -> StoredSend:
    return StoredSend(client_id=client_id, interaction_id=12, thread_id=thread_id, text=words, composed_at=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


def test_what_is_kept_is_there_after_opening_again_in_order_and_as_last_changed(path: Path) -> None:
    file = PendingFile(path, [KEY])
    sends = [text(f"id-{number}", f"text {number} 🙂") for number in range(5)]
    for send in sends:
        file.add(ANNA, send)
    changed = StoredSend(
        client_id="id-0",
        interaction_id=12,
        thread_id=1,
        text="text 0 🙂",
        composed_at=1,
        attempted=True,
        confirmed_at=9,
        problem=Problem(code="opted_out", text="No."),
    )
    file.change(changed)
    file.remove("id-3")
    file.close()

    assert PendingFile(path, [KEY]).load(ANNA) == ([changed, sends[1], sends[2], sends[4]], 0)


def test_one_owner_never_sees_anothers(path: Path) -> None:
    file = PendingFile(path, [KEY])
    file.add(ANNA, text("a"))
    file.save_draft(ANNA, 1, "dear customer")

    assert file.load(BO) == ([], 0)
    assert file.load("hub-2:7") == ([], 0)
    assert file.load_draft(BO, 1) == ""
    assert file.load_draft(ANNA, 1) == "dear customer"


def test_keeping_a_text_ends_its_draft_and_no_other(path: Path) -> None:
    file = PendingFile(path, [KEY])
    for owner, thread_id in ((ANNA, 1), (ANNA, 2), (BO, 1)):
        file.save_draft(owner, thread_id, "draft")

    file.add(ANNA, text("a", thread_id=1))

    kept = [file.load_draft(owner, thread_id) for owner, thread_id in ((ANNA, 1), (ANNA, 2), (BO, 1))]
    assert kept == ["", "draft", "draft"]


def test_a_draft_is_replaced_and_an_empty_one_removed(path: Path) -> None:
    file = PendingFile(path, [KEY])
    file.save_draft(ANNA, 1, "first")
    file.save_draft(ANNA, 1, "second")
    assert file.load_draft(ANNA, 1) == "second"
    file.save_draft(ANNA, 1, "")
    assert file.load_draft(ANNA, 1) == ""


def test_no_text_can_be_read_in_the_files(path: Path) -> None:
    file = PendingFile(path, [KEY])
    file.add(ANNA, text("a", "my secret parcel"))
    file.save_draft(ANNA, 2, "my secret draft")

    raw = b"".join(one.read_bytes() for one in path.parent.iterdir())
    assert b"secret" not in raw
    assert raw  # there is something to look at


@pytest.mark.skipif(os.name != "posix", reason="other systems keep the person's folder to themselves")
def test_the_files_are_their_owners_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        file = PendingFile(path, [KEY])
        file.add(ANNA, text("a"))
        modes = {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == {0o600}


def test_what_another_key_has_sealed_is_counted_and_comes_back_with_it(path: Path) -> None:
    file = PendingFile(path, [KEY])
    file.add(ANNA, text("a"))
    file.save_draft(ANNA, 3, "draft")
    file.close()

    locked = PendingFile(path, [OTHER_KEY])
    locked.add(ANNA, text("b"))
    assert locked.load(ANNA) == ([text("b")], 1)
    assert locked.load_draft(ANNA, 3) == ""
    locked.close()

    assert PendingFile(path, [KEY, OTHER_KEY]).load(ANNA) == ([text("a"), text("b")], 0)


def test_a_damaged_file_is_put_aside(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 100)

    PendingFile(path, [KEY]).add(ANNA, text("a"))

    assert path.with_name("desk.db.damaged-1").read_bytes().startswith(b"this is not")
    assert PendingFile(path, [KEY]).load(ANNA) == ([text("a")], 0)


def test_a_newer_file_is_left_alone(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(NewerFileError):
        PendingFile(path, [KEY])
    assert not list(path.parent.glob("*.damaged*"))


def test_the_same_text_is_not_kept_twice(path: Path) -> None:
    file = PendingFile(path, [KEY])
    file.save_draft(ANNA, 1, "draft")
    file.add(ANNA, text("a", thread_id=2))

    with pytest.raises(sqlite3.IntegrityError):
        file.add(ANNA, text("a", thread_id=1))
    assert file.load_draft(ANNA, 1) == "draft"
    assert file.load(ANNA) == ([text("a", thread_id=2)], 0)
