"""A hub that is killed while it commits has lost nothing that it had acknowledged, and left nothing half done."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from cti_client.hub.bus import Bus
from cti_client.hub.store.open import make_store
from cti_client.hub.store.store import OwnedStore, StoreAwayError, Tx
from cti_client.hub.store.tables import stray_text
from tests.helpers.hub_store import TestClock, open_store
from tests.helpers.postgres import PostgresServer

ROOT = Path(__file__).parents[3]


def write_and_kill(database: str, acknowledged_at_least: int) -> list[int]:
    """What the child had acknowledged when it was killed."""
    command = [sys.executable, "-m", "tests.hub.store.committing_child", database]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout as answers:
        acknowledged = [int(answers.readline()) for _ in range(acknowledged_at_least)]
        child.kill()
        return acknowledged + [int(line) for line in answers if line.endswith("\n")]


async def check(store: OwnedStore, acknowledged: list[int]) -> None:
    rows = await store.read(
        lambda conn: [tuple(row) for row in conn.execute(text("SELECT gateway_id, sender FROM stray_text"))]
    )
    stored = {int(number) for number, _ in rows}
    assert set(acknowledged) <= stored
    assert sorted(rows) == sorted((str(number), half) for number in stored for half in "ab"), "whole or not at all"


@pytest.mark.parametrize("acknowledged_at_least", [1, 60, 301])
async def test_killed_while_committing_to_sqlite(tmp_path: Path, acknowledged_at_least: int) -> None:
    path = tmp_path / "hub.db"
    acknowledged = await asyncio.to_thread(write_and_kill, str(path), acknowledged_at_least)
    store = await open_store(tmp_path)
    try:
        await check(store, acknowledged)
    finally:
        await store.close()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_killed_while_committing_to_postgresql(postgres: PostgresServer) -> None:
    url = postgres.database()
    acknowledged = await asyncio.to_thread(write_and_kill, url, 60)
    store = make_store(url, TestClock(), Bus())
    await store.open()
    try:
        await check(store, acknowledged)
    finally:
        await store.close()


async def test_a_server_that_crashes_has_lost_nothing_that_was_acknowledged(postgres: PostgresServer) -> None:
    """Writers go on asking all the while, as gateways and desktops do; what they were refused is not judged."""
    store = make_store(postgres.database(), TestClock(), Bus())
    await store.open()
    acknowledged: list[int] = []
    enough = asyncio.Event()
    over = asyncio.Event()

    async def write_on(first: int) -> None:
        number = first
        while not over.is_set():
            with suppress(StoreAwayError):
                await store.write(add, number)
                acknowledged.append(number)
            if len(acknowledged) > 40:
                enough.set()
            await asyncio.sleep(0)
            number += 8

    writers = [asyncio.create_task(write_on(first)) for first in range(8)]
    try:
        await enough.wait()
        await asyncio.to_thread(postgres.restart)
        count = len(acknowledged)
        while len(acknowledged) < count + 8:  # noqa: ASYNC110  that they write again is no event
            await asyncio.sleep(0)
        over.set()
        await asyncio.gather(*writers)
        await check(store, acknowledged)
    finally:
        over.set()
        await asyncio.gather(*writers, return_exceptions=True)
        await store.close()


def add(tx: Tx, number: int) -> None:
    """Two rows that belong together."""
    row = {"connection_id": "sim", "recipient": "", "text": "x", "at": tx.now, "why": ""}
    for half in ("a", "b"):
        tx.conn.execute(insert(stray_text).values(gateway_id=str(number), sender=half, **row))
