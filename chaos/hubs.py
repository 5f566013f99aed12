"""The hubs as processes of their own: `cti-client hub --config FILE`, killed and started again."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from chaos.gateway import ANSWER_SECONDS, KEY, PASSWORD, USER
from chaos.tokens import LINE
from cti_client.hub.command import UNABLE

START_SECONDS = 120.0
GRACE_SECONDS = 20
OFFER_SECONDS = 8
CHATS_PER_AGENT = 4

_TERMINATE_SECONDS = 20.0
_SUPERVISOR_SECONDS = 0.5


if sys.platform == "win32":
    _SUDDEN = signal.SIGTERM  # ends a process there without a word to it
else:
    _SUDDEN = signal.SIGKILL


class UnableError(Exception):
    """A hub ended because its database was away when it started: its supervisor starts it again."""


def settings(database: str, port: int, public_url: str, sendsms: str, agents: Sequence[tuple[str, str]]) -> str:
    """The settings file of one hub. JSON's strings are TOML's."""
    text = json.dumps
    parts = [
        f"[hub]\ndatabase = {text(database)}\nhost = '127.0.0.1'\nport = {port}\npublic_url = {text(public_url)}\n"
        f"grace_seconds = {GRACE_SECONDS}\nchats_per_agent = {CHATS_PER_AGENT}\n",
        f"[[connections]]\nid = 'kannel'\nkind = 'kannel'\nname = 'Kannel'\nsecret = {text(KEY)}\n"
        f"[connections.options]\nurl = {text(sendsms)}\nusername = {text(USER)}\npassword = {text(PASSWORD)}\n"
        f"answer_seconds = '{ANSWER_SECONDS}'\n",
        f"[[lines]]\naddress = {text(LINE)}\nname = 'Chaos'\nconnection = 'kannel'\noffer_seconds = {OFFER_SECONDS}\n",
        *(f"[[agents]]\nname = {text(name)}\ntoken = {text(token)}\n" for name, token in agents),
    ]
    return "\n".join(parts)


class HubServer:
    """One hub; its port stays the same. Its log goes to a file."""

    def __init__(self, number: int, config: Path, port: int, log: Path) -> None:
        self.number = number
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._meant_to_end = False

    @property
    def runs(self) -> bool:
        """It was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def ended_by_itself(self) -> int | None:
        """The exit status of a hub that nobody ended."""
        if self._process is None or self._meant_to_end:
            return None
        return self._process.returncode

    async def start(self) -> None:
        """Begin to start; `ready` waits."""
        self._meant_to_end = False
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cti_client", "hub", "--config", str(self._config), stdout=log, stderr=log
            )

    async def serve(self) -> None:
        """Start and return once it is ready. Where its database is away it ends, and is started again."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                await self.start()
                try:
                    await self.ready()
                except UnableError:
                    await asyncio.sleep(_SUPERVISOR_SECONDS)
                else:
                    return

    async def ready(self) -> None:
        """Returns once it says so itself. Raises `UnableError` where it could not start, `TimeoutError`."""
        async with aiohttp.ClientSession() as http, asyncio.timeout(START_SECONDS):
            while True:
                try:
                    async with http.get(f"{self.url}/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                status = self.ended_by_itself
                if status == UNABLE:
                    raise UnableError(self.number)
                if status is not None:
                    raise RuntimeError(f"hub {self.number} ended while it started, with {status}; see {self.log}")
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """As a crash of its machine would."""
        await self._end(_SUDDEN)

    async def leave(self) -> None:
        """As an upgrade would."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        self._meant_to_end = True
        if process is None or process.returncode is not None:
            return
        process.send_signal(how)
        try:
            async with asyncio.timeout(_TERMINATE_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def complaints(self) -> Counter[str]:
        """Error lines of its log, without the time, and how often."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return Counter(
            line.partition(" ")[2][:200]
            for line in lines
            if " ERROR " in line or " CRITICAL " in line or line.startswith("Traceback")
        )
