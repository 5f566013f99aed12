"""Five hundred and two thousand connected agents on one hub process over PostgreSQL.

Memory an agent; how long until all are live again after a crash of the hub; text to offer with all of them connected,
beside the floor with its one socket. Agents are Available and nobody answers, so requests pile up as in a busy minute.
All desktops begin from a snapshot, and all come back at the same moment: the worst that can be (real ones wait
a random while). The desktops share the two processor cores with the hub and the database.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench.figures import Figure, percentile
from bench.team_database import Database, running_database
from bench.team_rig import Desks, TeamHub, add_agents, desks, in_store, note_sizes, running, texts
from bench.team_text_to_record import floor_postgres, of_floor

MANY = (500, 2_000)
RATES = (10, 50)
SECONDS = 8
SETTLE_SECONDS = 6.0
"""Presences and topics of so many who came at once have gone round by then."""
KIB_AN_AGENT = 40
AGENTS_A_PROCESS = 1_000


@asynccontextmanager
async def crowd(many: int) -> AsyncIterator[list[Desks]]:
    """Enough processes of desktops."""
    async with AsyncExitStack() as stack:
        processes = -(-many // AGENTS_A_PROCESS)
        yield [await stack.enter_async_context(desks()) for _ in range(processes)]


async def connect(crowd_of: Sequence[Desks], url: str, tokens: Sequence[str]) -> float:
    """Seconds until the last is live."""
    share = -(-len(tokens) // len(crowd_of))
    parts = [tokens[place * share : (place + 1) * share] for place in range(len(crowd_of))]
    return max(await asyncio.gather(*(one.connect(url, part) for one, part in zip(crowd_of, parts, strict=True))))


async def measure() -> list[Figure]:
    """Figures for each size of the crowd."""
    figures: list[Figure] = []
    with running_database() as server, tempfile.TemporaryDirectory() as folder:
        async with floor_postgres(server.new("floor")) as base:
            for many in MANY:
                figures += await _of(server, Path(folder), base, many)
    return figures


async def _of(server: Database, folder: Path, base: str, many: int) -> list[Figure]:
    address = server.new(f"hub{many}")
    tokens = await in_store(address, add_agents, many)
    hub = TeamHub(folder, address, name=f"hub{many}")
    async with crowd(many) as everyone, running(hub):
        await connect(everyone, hub.url, tokens[:1])  # what the first desktop makes the hub load
        await asyncio.sleep(SETTLE_SECONDS)
        before, began = hub.memory(), hub.processor_seconds()
        entry = await connect(everyone, hub.url, tokens)
        entry_cost = hub.processor_seconds() - began
        await in_store(address, note_sizes)
        await asyncio.sleep(SETTLE_SECONDS)
        kib = (hub.memory() - before) / 1024 / (many - 1)
        began = hub.processor_seconds()
        await asyncio.sleep(SETTLE_SECONDS)
        idle = (hub.processor_seconds() - began) / SETTLE_SECONDS * 100
        name = f"{many} agents"
        figures = [
            Figure(f"memory an agent, {name}", kib, "KiB", f"at most {KIB_AN_AGENT} KiB", kib <= KIB_AN_AGENT),
            Figure(f"all live at first, {name}", entry, "s"),
            Figure(f"the hub's processor for that, {name}", entry_cost, "s"),
            Figure(f"the hub's processor while nothing happens, {name}", idle, "% of a core"),
        ]
        await hub.stop(kill=True)
        await asyncio.gather(*(one.lost() for one in everyone))
        again = asyncio.create_task(connect(everyone, await hub.start(), tokens))
        figures.append(Figure(f"all live again after a crash, from the open door, {name}", await again, "s"))
        await asyncio.sleep(SETTLE_SECONDS)
        for turn, rate in enumerate(RATES):
            first = many * 1_000 + turn * 100_000
            least = await of_floor(base, rate, first)
            began = hub.processor_seconds()
            ours = await texts([hub.post], "hub", everyone, rate, SECONDS, first)
            cost = (hub.processor_seconds() - began) * 1000 / ours.many
            ratio = percentile(ours.ms, 0.99) / percentile(least.ms, 0.99)
            goal, met = ("at most 2x", ratio <= 2) if rate == max(RATES) else ("", None)
            figures += [
                Figure(f"text to offer, floor beside {name}, {rate}/s, p99", percentile(least.ms, 0.99), "ms"),
                Figure(f"text to offer, {name}, {rate}/s, p50", percentile(ours.ms, 0.5), "ms"),
                Figure(f"text to offer, {name}, {rate}/s, p99", percentile(ours.ms, 0.99), "ms"),
                Figure(f"text to offer, {name}, {rate}/s, p99 over the floor's", ratio, "x", goal, met),
                Figure(f"the hub's processor a text, {name}, {rate}/s", cost, "ms"),
            ]
    return figures
