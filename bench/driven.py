"""Desktops to measure: each in a process of its own, on the offscreen platform, with real widgets.

A driver is a module with `async def drive(desktop: Desktop, *arguments: str) -> dict[str, Any]`; `drive` here runs it in
a process (`python -m bench.driven MODULE FOLDER`) on a desktop whose hub has the database prepared, and gives what it
found. `OFFER_SECONDS` of the module: how long requests ring.
"""

import asyncio
import importlib
import json
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from cti_client.demo.settings import simulated
from cti_client.paths import Paths, paths_in
from cti_client.system import quick_start

AGENT = "Bench"
LIMIT_SECONDS = 300.0
SETTLE_SECONDS = 2.0
"""What a start leaves for later (keyring, modules of the first case) is done after that; people are not faster."""


async def prepare(paths: Paths, *seeds: tuple[Any, ...]) -> None:
    """A hub's database with one agent; each of `seeds` is a transaction and its arguments."""
    from cti_client.hub.bus import Bus
    from cti_client.hub.config import AgentConfig
    from cti_client.hub.services.configure import apply_configuration
    from cti_client.hub.store.sqlite import SqliteStore
    from cti_client.telephony.sms.registry import system_clock

    paths.make()
    store = SqliteStore(paths.hub_database, system_clock, Bus())
    await store.open()
    config = replace(simulated(paths), agents=(AgentConfig(name=AGENT, token="set anew at each start"),))
    await store.write(apply_configuration, config)
    for work, *arguments in seeds:
        await store.write(work, *arguments)
    await store.close()


async def drive(module: str, folder: Path, *arguments: object) -> dict[str, Any]:
    """Run the driver; what it returned. Raises `RuntimeError` where it failed; its errors stand on stderr."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, "-m", "bench.driven", module, str(folder), *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"{module} failed")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def main() -> int:
    """The process's side."""
    quick_start.begin()
    from PySide6.QtWidgets import QApplication

    from bench.eyes import hub_is_live
    from cti_client.bootstrap import Desktop, run_in_qt, running
    from cti_client.hub.own_hub import OwnHub

    module, paths, arguments = sys.argv[1], paths_in(Path(sys.argv[2])), sys.argv[3:]
    driver = importlib.import_module(module)

    settings = partial(simulated, paths, offer_seconds=getattr(driver, "OFFER_SECONDS", 3600))

    async def work(app: QApplication) -> int:
        async with running(Desktop(app, paths, OwnHub(settings, AGENT), theme="light", quiet=True)) as desktop:
            await hub_is_live(desktop)
            await asyncio.sleep(SETTLE_SECONDS)
            found = await driver.drive(desktop, *arguments)
        print(json.dumps(found))
        return 0

    return run_in_qt(work)


if __name__ == "__main__":
    sys.exit(main())
