"""A team's hubs as an operator runs them: `cti-client hub` and `cti-client admin` over one PostgreSQL."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import ClassVar
from urllib.error import URLError
from urllib.request import urlopen

from tests.helpers.kannel import CONNECTION, KEY, PASSWORD, USER, Kannel, free_ports

LINE = "+15550100"
HOTLINE = "+15550199"
PATIENCE_S = 30.0


class TeamHub:
    """One hub in a process of its own, started as often as needed."""

    def __init__(self, name: str, settings: Path, port: int) -> None:
        self.name, self.port, self.settings = name, port, settings
        self.log = settings.with_suffix(".log")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it says that it is ready."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command("hub", "--config", str(self.settings)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(self._is_ready):
                assert self._process.returncode is None, self.log.read_text(encoding="utf-8")
                await asyncio.sleep(0.05)  # between two questions

    async def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End it as an operator does; its exit status is 0."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
            assert await asyncio.wait_for(self._process.wait(), PATIENCE_S) == 0, self.log.read_text(encoding="utf-8")

    async def end(self) -> None:
        """Whatever happened, it is gone."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    def mistakes(self) -> list[str]:
        """What its log says of faults of ours."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [line for line in lines if "ERROR" in line or "CRITICAL" in line or "Traceback" in line]

    def _is_ready(self) -> bool:
        with suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5) as answer:
            return int(answer.status) == 200
        return False


class TeamHubs:
    """Two hubs over one database; the gateway and the desktops reach them by doors of the test's.

    `tokens`: those of the agents in the settings. Requests on the hotline lapse after a second.
    """

    tokens: ClassVar[Mapping[str, str]] = {"Anna": "token-of-anna-in-tests", "Ben": "token-of-ben-in-tests-too"}

    def __init__(self, folder: Path, database: str, kannel: Kannel, *, grace_seconds: float) -> None:
        ports = free_ports(2)
        common = {"database": database, "public_url": kannel.hub_url, "grace_seconds": grace_seconds}
        self.a, self.b = (
            TeamHub(
                name,
                write_settings(folder / f"hub-{name}.toml", common | {"port": port}, kannel, self.tokens),
                port,
            )
            for name, port in zip("ab", ports, strict=True)
        )

    async def add_agent(self, name: str) -> str:
        """The new agent's token."""
        process = await asyncio.create_subprocess_exec(
            *command("admin", "--config", str(self.a.settings), "add-agent", name),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, complaint = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        assert process.returncode == 0, complaint.decode()
        return out.decode().split()[-1]

    @asynccontextmanager
    async def up(self) -> AsyncIterator["TeamHubs"]:
        """Both run; at the end both leave in order, without a fault in their logs."""
        hubs = (self.a, self.b)
        try:
            await asyncio.gather(*(hub.start() for hub in hubs))
            yield self
            await asyncio.gather(*(hub.stop() for hub in hubs))
        finally:
            for hub in hubs:
                await hub.end()
        assert [hub.mistakes() for hub in hubs] == [[], []]


def command(*arguments: str) -> Sequence[str]:
    """`cti-client` with these arguments."""
    return (sys.executable, "-m", "cti_client", *arguments)


def write_settings(file: Path, hub: Mapping[str, object], kannel: Kannel, agents: Mapping[str, str]) -> Path:
    """The settings of one hub, with two lines over this Kannel and these agents with their tokens."""
    gateway = {"id": CONNECTION, "kind": "kannel", "name": "Kannel", "secret": KEY, "test_seconds": 0}
    options = {"url": kannel.url, "username": USER, "password": PASSWORD, "answer_seconds": "5"}
    sections = [("[hub]", hub), ("[[connections]]", gateway), ("[connections.options]", options)]
    for address, name, seconds in ((LINE, "Support", 600), (HOTLINE, "Hotline", 1)):
        line = {"address": address, "name": name, "connection": CONNECTION, "offer_seconds": seconds}
        line["quiet_hours"] = False  # these tests run by the real clock, at any hour
        sections.append(("[[lines]]", line))
    sections += [("[[agents]]", {"name": name, "token": token}) for name, token in agents.items()]
    text = "\n".join(
        "\n".join((head, *(f"{key} = {json.dumps(value)}" for key, value in of.items()))) for head, of in sections
    )
    file.write_text(text + os.linesep, encoding="utf-8")
    return file
