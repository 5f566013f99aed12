"""A program for `test_crash.py`: writes without end and prints each number once its write was acknowledged."""

import asyncio
import sys
import time

from sqlalchemy import insert

from cti_client.hub.bus import Bus
from cti_client.hub.store.open import make_store
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import stray_text


def add(tx: Tx, number: int) -> None:
    """Two rows that belong together."""
    row = {"connection_id": "sim", "recipient": "", "text": "x" * 200, "at": tx.now, "why": ""}
    for half in ("a", "b"):
        tx.conn.execute(insert(stray_text).values(gateway_id=str(number), sender=half, **row))


async def main() -> None:
    store = make_store(sys.argv[1], lambda: time.time_ns() // 1_000_000, Bus())
    await store.open()

    async def write_on(first: int) -> None:
        number = first
        while True:
            await store.write(add, number)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            number += 8

    await asyncio.gather(*(write_on(first) for first in range(8)))


asyncio.run(main())
