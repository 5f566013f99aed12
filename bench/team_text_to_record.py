"""From a text's POST to the offer's record at a desktop: a hub on SQLite, a hub on PostgreSQL, and the floor of each.

All of them are processes, with one desktop; the hub is `cti-client hub`. Rates as they come in a team.
"""

import asyncio
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.figures import Figure, percentile
from bench.floor import FloorProcess
from bench.team_database import Database, running_database
from bench.team_rig import Sent, TeamHub, add_agents, desks, in_store, running, texts

RATES = (20, 50, 100)
SECONDS = 5
ROUNDS = 3
"""Of each rate, floors and hubs in turns. Of so few texts a p99 is the worst one or two: its median over the rounds is
told, so that what happened to one round on the machine does not stand for all."""


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


async def of_hub(hub: TeamHub, token: str, rate: int, first: int) -> tuple[Sent, float]:
    """One desktop; and the hub's processor milliseconds a text. Numbers from `first` on."""
    async with desks() as listener:
        await listener.connect(hub.url, [token])
        before = hub.processor_seconds()
        sent = await texts([hub.post], "hub", [listener], rate, SECONDS, first)
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
                least, ours, least_sqlite, ours_sqlite = _Rounds(), _Rounds(), _Rounds(), _Rounds()
                server_cost = []
                for number in range(ROUNDS):
                    first = (rate * 10 + number) * 1_000
                    least.add(await of_floor(base, rate, first))
                    least_sqlite.add(await of_floor(sqlite_base, rate, first))
                    server_before = server.processor_seconds()
                    sent, cost = await of_hub(on_postgres, token, rate, first)
                    server_cost.append((server.processor_seconds() - server_before) * 1000 / sent.many)
                    ours.add(sent, cost)
                    ours_sqlite.add(*await of_hub(on_sqlite, token, rate, first))
                figures += _rows(f"PostgreSQL, {rate}/s", least, ours)
                figures += _rows(f"SQLite, {rate}/s", least_sqlite, ours_sqlite)
                figures += [
                    Figure(f"processor a text, hub on PostgreSQL, {rate}/s", median(ours.cost), "ms"),
                    Figure(f"processor a text, PostgreSQL itself, {rate}/s", median(server_cost), "ms"),
                    Figure(f"processor a text, hub on SQLite, {rate}/s", median(ours_sqlite.cost), "ms"),
                ]
    finally:
        sqlite_floor.stop()
    return figures


@dataclass
class _Rounds:
    """One way at one rate: the percentiles of each round, and the hub's processor milliseconds a text."""

    middle: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)

    def add(self, sent: Sent, cost: float = 0.0) -> None:
        self.middle.append(percentile(sent.ms, 0.5))
        self.late.append(percentile(sent.ms, 0.99))
        self.cost.append(cost)


def _rows(name: str, least: _Rounds, ours: _Rounds) -> list[Figure]:
    ratio = median(ours.late) / median(least.late)
    return [
        Figure(f"text to record, floor, {name}, p50", median(least.middle), "ms"),
        Figure(f"text to record, floor, {name}, p99", median(least.late), "ms"),
        Figure(f"text to record, {name}, p50", median(ours.middle), "ms"),
        Figure(f"text to record, {name}, p99", median(ours.late), "ms"),
        Figure(f"text to record, {name}, p99 over the floor's", ratio, "x", "at most 2x", ratio <= 2),
    ]
