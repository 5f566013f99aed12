"""Two hub processes over one PostgreSQL against one: the same agents, the same texts, in one run.

On a machine with two processor cores the second hub shares them with the first, the database, the desktops and the
phones: what can be seen here is what standing side by side costs, not what a second machine would bring.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, percentile
from bench.team_database import Database, running_database
from bench.team_rig import TeamHub, add_agents, desks, in_store, note_sizes, running, texts

AGENTS = 300
RATES = (20, 50)
SECONDS = 6
SETTLE_SECONDS = 4.0


async def measure() -> list[Figure]:
    """Delays with one hub and with two, rate by rate."""
    figures: list[Figure] = []
    with running_database() as server, tempfile.TemporaryDirectory() as folder:
        one = await _with(server, Path(folder), ("one",))
        two = await _with(server, Path(folder), ("first", "second"))
    for rate in RATES:
        for words, ms in (("one hub", one[rate]), ("two hubs", two[rate])):
            figures += [
                Figure(f"text to offer, {words}, {AGENTS} agents, {rate}/s, p50", percentile(ms, 0.5), "ms"),
                Figure(f"text to offer, {words}, {AGENTS} agents, {rate}/s, p99", percentile(ms, 0.99), "ms"),
            ]
    return figures


async def _with(server: Database, folder: Path, names: Sequence[str]) -> dict[int, list[float]]:
    """Milliseconds at each rate. Each hub has its share of the agents and of the texts."""
    address = server.new("_".join(names))
    tokens = await in_store(address, add_agents, AGENTS)
    hubs = [TeamHub(folder, address, name=name) for name in names]
    async with desks() as everyone, running(*hubs):
        share = AGENTS // len(hubs)
        for place, hub in enumerate(hubs):
            await everyone.connect(hub.url, tokens[place * share : (place + 1) * share])
        await in_store(address, note_sizes)
        await asyncio.sleep(SETTLE_SECONDS)
        posts = [hub.post for hub in hubs]
        return {
            rate: (await texts(posts, "hub", [everyone], rate, SECONDS, turn * 100_000)).ms
            for turn, rate in enumerate(RATES)
        }
