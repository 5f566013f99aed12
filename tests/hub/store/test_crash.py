"""A hub that is killed while it commits has lost nothing that it had acknowledged, and left nothing half done."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.helpers.hub_store import open_store

ROOT = Path(__file__).parents[3]


def write_and_kill(path: Path, acknowledged_at_least: int) -> list[int]:
    """What the child had acknowledged when it was killed."""
    command = [sys.executable, "-m", "tests.hub.store.committing_child", str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout as answers:
        acknowledged = [int(answers.readline()) for _ in range(acknowledged_at_least)]
        child.kill()
        return acknowledged + [int(line) for line in answers if line.endswith("\n")]


@pytest.mark.parametrize("acknowledged_at_least", [1, 60, 301])
async def test_killed_while_committing(tmp_path: Path, acknowledged_at_least: int) -> None:
    path = tmp_path / "hub.db"
    acknowledged = await asyncio.to_thread(write_and_kill, path, acknowledged_at_least)
    store = await open_store(tmp_path)
    try:
        rows = await store.read(
            lambda conn: [tuple(row) for row in conn.execute(text("SELECT gateway_id, sender FROM stray_text"))]
        )
    finally:
        await store.close()
    stored = {int(number) for number, _ in rows}
    assert set(acknowledged) <= stored
    assert sorted(rows) == sorted((str(number), half) for number in stored for half in "ab"), "whole or not at all"
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
