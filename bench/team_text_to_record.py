"""From a text's POST to the offer's record at a desktop: a hub on SQLite, a hub on PostgreSQL, and the floor of each.

All of them are processes, with one desktop; the hub is `cti-client hub`. Rates as they come in a team.
"""

import asyncio
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.figures import Figure, percentile
from bench.floor import FloorProcess
from bench.team_database import Database, running_database
from bench.team_rig import Sent, TeamHub, add_agents, desks, in_store, running, texts

RATES = (20, 50, 100)
SECONDS = 6


@asynccontextmanager
async def floor_postgres(address: str) -> AsyncIterator[str]:
    """`host:port` of the floor on this empty database."""
    command = (sys.executable, "-m", "bench.floor_postgres", address)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.stdin.close()
        await process.wait()


async def of_floor(base: str, rate: int, first: int) -> Sent:
    """One bare socket; numbers from `first` on."""
    async with desks() as listener:
        await listener.connect(f"ws://{base}/socket", [""])
        return await texts([f"http://{base}/text"], "floor", [listener], rate, SECONDS, first)


async def of_hub(hub: TeamHub, token: str, rate: int) -> tuple[Sent, float]:
    """One desktop; and the hub's processor milliseconds a text."""
    async with desks() as listener:
        await listener.connect(hub.url, [token])
        before = hub.processor_seconds()
        sent = await texts([hub.post], "hub", [listener], rate, SECONDS, rate * 10_000)
        return sent, (hub.processor_seconds() - before) * 1000 / sent.many


async def measure() -> list[Figure]:
    """Delays and ratios, rate by rate, all four beside each other."""
    with running_database() as server, tempfile.TemporaryDirectory() as folder:
        return await _measure(server, Path(folder))


async def _measure(server: Database, folder: Path) -> list[Figure]:
    address, file = server.new("hub"), str(folder / "hub.db")
    (token,) = await in_store(address, add_agents, 1)
    await in_store(file, add_agents, 1)
    on_postgres, on_sqlite = TeamHub(folder, address, name="p", chats=100_000), TeamHub(folder, file, name="s")
    sqlite_floor = FloorProcess(folder)
    figures: list[Figure] = []
    try:
        sqlite_base = f"127.0.0.1:{sqlite_floor.start()}"
        async with floor_postgres(server.new("floor")) as base, running(on_postgres, on_sqlite):
            for rate in RATES:
                least = await of_floor(base, rate, rate * 10_000)
                least_sqlite = await of_floor(sqlite_base, rate, rate * 10_000)
                server_before = server.processor_seconds()
                ours, cost = await of_hub(on_postgres, token, rate)
                server_cost = (server.processor_seconds() - server_before) * 1000 / ours.many
                ours_sqlite, cost_sqlite = await of_hub(on_sqlite, token, rate)
                figures += _rows(f"PostgreSQL, {rate}/s", least, ours)
                figures += _rows(f"SQLite, {rate}/s", least_sqlite, ours_sqlite)
                figures += [
                    Figure(f"processor a text, hub on PostgreSQL, {rate}/s", cost, "ms"),
                    Figure(f"processor a text, PostgreSQL itself, {rate}/s", server_cost, "ms"),
                    Figure(f"processor a text, hub on SQLite, {rate}/s", cost_sqlite, "ms"),
                ]
    finally:
        sqlite_floor.stop()
    return figures


def _rows(name: str, least: Sent, ours: Sent) -> list[Figure]:
    ratio = percentile(ours.ms, 0.99) / percentile(least.ms, 0.99)
    return [
        Figure(f"text to record, floor, {name}, p50", percentile(least.ms, 0.5), "ms"),
        Figure(f"text to record, floor, {name}, p99", percentile(least.ms, 0.99), "ms"),
        Figure(f"text to record, {name}, p50", percentile(ours.ms, 0.5), "ms"),
        Figure(f"text to record, {name}, p99", percentile(ours.ms, 0.99), "ms"),
        Figure(f"text to record, {name}, p99 over the floor's", ratio, "x", "at most 2x", ratio <= 2),
    ]
