"""`cti-client hub` as an operator runs it: a process with a settings file, ended by signals."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
LISTENS = "hub listens at "


class HubCommand:
    """Start it on a settings file, as often as needed. `lines` is its log, as JSON."""

    def __init__(self, config: Path, **environment: str) -> None:
        self.config = config
        self.lines: list[dict[str, Any]] = []
        self.url = ""
        self._environment = {**os.environ, **environment}
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()

    async def start(self) -> str:
        """Returns its address once it serves."""
        seen = len(self.lines)
        await self.begin()
        line = await self.until(LISTENS, seen)
        self.url = line.removeprefix(LISTENS)
        return self.url

    async def begin(self) -> None:
        """Start the process and no more."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cti_client", "hub", "--config", self.config, "--log", "json",
            stderr=PIPE, env=self._environment,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read(self._process), name="log of the hub")

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def until(self, words: str, seen: int = 0) -> str:
        """The first line of the log, from number `seen` on, that begins so."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [line["message"] for line in self.lines[seen:] if line["message"].startswith(words)]
            assert found or self._reading is None or not self._reading.done(), f"it ended: {self.lines}"
            return bool(found)

        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(there)
        return found[0]

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        assert self._process is not None
        assert self._reading is not None
        async with asyncio.timeout(PATIENCE_S):
            await self._reading
            return await self._process.wait()

    async def kill(self) -> None:
        """End it without asking, if it lives."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self.ended()

    async def _read(self, process: Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.lines.append(json.loads(line))
            async with self._news:
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def hub_command(config: Path, **environment: str) -> AsyncIterator[HubCommand]:
    """Not started yet; killed at the end where it still runs."""
    command = HubCommand(config, **environment)
    try:
        yield command
    finally:
        await command.kill()
