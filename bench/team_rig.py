"""What the measurements of a team's hub stand on: hubs as an operator runs them, many desktops, steady texts."""

import asyncio
import json
import re
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import psutil  # type: ignore[import-untyped]  # it comes without types
from sqlalchemy import text

from bench.text_to_record import run_sender
from cti_client.hub.services.agents import let_sign_in
from cti_client.hub.store.open import make_bus, make_store
from cti_client.hub.store.store import Tx
from cti_client.hub.token_hash import hash_token
from cti_client.telephony.sms.registry import system_clock

P = ParamSpec("P")
R = TypeVar("R")

LINE = "+18005550100"
PATIENCE_S = 120.0
_WARM_RATE, _WARM_SECONDS, _WARM_NUMBERS = 30, 4, 5_000_000
LISTENS = re.compile(rb"hub listens at (\S+)")
_SETTINGS = """
[hub]
database = "{database}"
port = {port}
chats_per_agent = {chats}
[limits]
sockets = 5000
[[connections]]
id = "simulator"
kind = "simulator"
test_seconds = 0
[[lines]]
address = "+18005550100"
name = "Bench"
connection = "simulator"
offer_seconds = 3600
"""


class TeamHub:
    """`cti-client hub` in a process of its own, started as often as needed."""

    program: Sequence[str] = (sys.executable, "-m", "cti_client")

    def __init__(self, folder: Path, database: str, *, name: str = "hub", chats: int = 0, settings: str = "") -> None:
        self._settings = folder / f"{name}.toml"
        self._text = settings or _SETTINGS
        self._database, self._chats, self._port = database, chats, 0
        self._process: Process | None = None
        self._log: asyncio.Task[None] | None = None
        self.url = ""

    @property
    def post(self) -> str:
        """Where texts come in."""
        return f"{self.url}/gateway/simulator/handset/texts"

    async def start(self) -> str:
        """Returns its address once it serves; a later start keeps the port."""
        text = self._text.format(database=self._database, port=self._port, chats=self._chats)
        self._settings.write_text(text, encoding="utf-8")
        command = (*self.program, "hub", "--config", str(self._settings))
        self._process = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
        assert self._process.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            while (found := LISTENS.search(line := await self._process.stderr.readline())) is None:
                if not line:
                    raise RuntimeError("the hub did not start")
        self.url = found[1].decode()
        self._port = int(self.url.rpartition(":")[2])
        self._log = asyncio.create_task(_pass_on(self._process.stderr), name="log of the hub")
        return self.url

    async def stop(self, *, kill: bool = False) -> None:
        """In order, or as a crash does."""
        if self._process is None or self._log is None:
            return
        if self._process.returncode is None:
            (self._process.kill if kill else self._process.terminate)()
        await self._process.wait()
        await self._log

    def memory(self) -> int:
        """Bytes that are its own."""
        return int(self._ps().memory_full_info().uss)

    def processor_seconds(self) -> float:
        """So far."""
        return float(sum(self._ps().cpu_times()[:2]))

    def _ps(self) -> Any:
        assert self._process is not None
        return psutil.Process(self._process.pid)


async def _pass_on(lines: asyncio.StreamReader) -> None:
    """Warnings are ours to see."""
    async for line in lines:
        if b" INFO " not in line:
            print(line.decode().rstrip(), file=sys.stderr)


@asynccontextmanager
async def running(*hubs: TeamHub) -> AsyncIterator[None]:
    """They run meanwhile."""
    try:
        for hub in hubs:
            await hub.start()
        yield
    finally:
        for hub in hubs:
            await hub.stop()


class Desks:
    """Many desktops in a process of their own."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def connect(self, url: str, tokens: Sequence[str]) -> float:
        """Seconds until all of them were live."""
        return float(await self._ask(do="connect", url=url, tokens=list(tokens)))

    async def arrived(self) -> dict[str, float]:
        """Which addresses came since this was asked last, and when (monotonic seconds)."""
        found: dict[str, float] = await self._ask(do="arrived")
        return found

    async def lost(self) -> None:
        """Returns once all sockets have ended."""
        await self._ask(do="lost")

    async def _ask(self, **command: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        answer = await self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the desktops' process has ended")
        return json.loads(answer)


@asynccontextmanager
async def desks() -> AsyncIterator[Desks]:
    """A process of desktops, none of them connected yet."""
    command = (sys.executable, "-m", "bench.team_desks")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 26)
    assert process.stdin is not None
    try:
        yield Desks(process)
    finally:
        process.stdin.close()
        await process.wait()


async def in_store(database: str, work: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """One transaction, with the tables made where they are not there."""
    bus = make_bus(database)
    store = make_store(database, system_clock, bus)
    await store.open()
    try:
        return await store.write(work, *args, **kwargs)
    finally:
        await store.close()


def add_agents(tx: Tx, many: int) -> list[str]:
    """Their tokens. They are not the settings file's."""
    tokens = [f"token of bench agent {number}" for number in range(many)]
    for number, token in enumerate(tokens):
        let_sign_in(tx, f"Agent {number:04d}", hash_token(token), configured=False)
    return tokens


def note_sizes(tx: Tx) -> None:
    """Let the server see how full its tables are, which it does by itself a minute later."""
    tx.conn.execute(text("ANALYZE"))


@dataclass(frozen=True, slots=True)
class Sent:
    """How long each text took, in milliseconds, without those of the first second. `many`: texts sent, those as well."""

    ms: list[float]
    many: int


async def texts(
    posts: Sequence[str], kind: str, listeners: Sequence[Desks], rate: int, seconds: int, first: int
) -> Sent:
    """Texts of new customers at a steady rate, evenly to all of `posts`; until they are at the desktops.

    Some hundred others go before them: every connection to a PostgreSQL plans each statement anew a few times.
    """
    before = await _texts(posts, kind, listeners, _WARM_RATE, _WARM_SECONDS, first + _WARM_NUMBERS)
    sent = await _texts(posts, kind, listeners, rate, seconds, first)
    return Sent(sent.ms, before.many + sent.many)


async def _texts(
    posts: Sequence[str], kind: str, listeners: Sequence[Desks], rate: int, seconds: int, first: int
) -> Sent:
    count = rate * seconds
    for one in listeners:
        await one.arrived()
    share = count // len(posts)
    sent: dict[str, float] = {}
    senders = (
        run_sender(post, kind, rate / len(posts), share, first + place * share) for place, post in enumerate(posts)
    )
    for found in await asyncio.gather(*senders):
        sent |= found
    came: dict[str, float] = {}
    end = time.monotonic() + PATIENCE_S
    while len(came) < len(sent):
        for one in listeners:
            came |= await one.arrived()
        if time.monotonic() > end:
            raise RuntimeError(f"{len(sent) - len(came)} of {len(sent)} texts did not arrive")
        await asyncio.sleep(0.05)
    warm = min(sent.values()) + 1.0
    return Sent([(came[one] - at) * 1000 for one, at in sent.items() if at >= warm], len(sent))
