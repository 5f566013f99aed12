"""When a team's hub looks for garbage.

With two thousand desktops a full collection stops everything for a fifth of a second, and Python starts one whenever
enough objects are new, mostly while texts come in. What a hub holds is almost all alive, so it looks once a minute.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

EVERY_SECONDS = 60.0

_NEVER = 2**30


@contextmanager
def no_full_collections() -> Iterator[None]:
    """Inside, Python looks through young objects alone by itself. What is there already is never looked at again."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(before[0], before[1], _NEVER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def collect_regularly(seconds: float = EVERY_SECONDS) -> None:
    """Look through everything now and then, until cancelled."""
    while True:
        await asyncio.sleep(seconds)
        gc.collect()
