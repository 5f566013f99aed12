"""From starting the process to a painted window, and to the window with its history loaded; memory then."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from bench.seed import seed_cases
from cti_client.demo.settings import simulated
from cti_client.hub.bus import Bus
from cti_client.hub.config import AgentConfig
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.paths import Paths, paths_in
from cti_client.telephony.sms.registry import system_clock

RUNS = 7
CASES = 50


async def prepare(paths: Paths) -> None:
    """A hub with fifty customers' earlier cases of the agent `Bench`."""
    paths.make()
    store = SqliteStore(paths.hub_database, system_clock, Bus())
    await store.open()
    config = replace(simulated(paths), agents=(AgentConfig(name="Bench", token="set anew at each start"),))
    await store.write(apply_configuration, config)
    await store.write(seed_cases, CASES)
    await store.close()


def one_start(folder: Path) -> dict[str, float]:
    """One start in a process of its own, with compiled modules as an installed program has them."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.monotonic()
    command = [sys.executable, "-m", "bench.start_driver", str(folder), str(began)]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, timeout=60)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


async def measure() -> list[Figure]:
    """Medians of several starts; the first one, with cold caches, is left out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await prepare(paths_in(folder))
        one_start(folder)
        runs = [one_start(folder) for _ in range(RUNS)]
    keys = ("first", "loaded", "memory", "rest", "cpu")
    first, loaded, memory, rest, cpu = (statistics.median(run[key] for run in runs) for key in keys)
    return [
        Figure("start to first painted window", first, "s"),
        Figure("start to painted window with history", loaded, "s", "at most 0.65 s", loaded <= 0.65),
        Figure("processor time until then", cpu, "s"),
        Figure("memory then, desktop and hub", memory, "MiB", "at most 160 MiB", memory <= 160),
        Figure("memory three seconds later", rest, "MiB", "at most 160 MiB", rest <= 160),
    ]


if __name__ == "__main__":
    print(*(figure.row() for figure in asyncio.run(measure())), sep="\n")
