"""The hub as a process of its own, and the gateway on its other side, which outlives it and counts."""

import asyncio
import multiprocessing
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import aiohttp
import psutil  # type: ignore[import-untyped]  # it ships no types
from aiohttp import web

from tests.helpers import killing_hub
from tests.helpers.killing import KILLED
from tests.helpers.killing_hub import KEY, LINE

CUSTOMER = "+15551230001"
PATIENCE_S = 30.0
LATER_MS = 10 * 60_000
"""A hub that comes back this much later finds every lease of the dead one passed."""


@dataclass
class Gateway:
    """Kannel's face, counting what it sends to phones, and repeating its own calls until they are answered 2xx."""

    hub: str
    http: aiohttp.ClientSession
    url: str = ""
    to_phones: Counter[str] = field(default_factory=Counter)
    report_urls: list[str] = field(default_factory=list)

    async def sendsms(self, request: web.Request) -> web.Response:
        self.to_phones[request.query["text"]] += 1
        self.report_urls.append(request.query["dlr-url"])
        return web.Response(status=202, text="0: Accepted for delivery")

    async def call(self, url: str, body: bytes) -> None:
        """One call, again and again until the hub has it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    async with self.http.post(url, data=body) as answer:
                        if answer.status < 300:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)  # Kannel's http-queue-delay

    async def text_in(self, text: str, gateway_id: str) -> None:
        query = f"key={KEY}&from=%2B{CUSTOMER[1:]}&to=%2B{LINE[1:]}&coding=0&charset=UTF-8&id={gateway_id}"
        await self.call(f"{self.hub}/gateway/k/inbound?{query}", text.encode())

    async def report_delivered(self) -> None:
        url = self.report_urls[-1]
        for escape, value in {"%d": "1", "%A": "", "%F": "f1", "%T": "1700000000"}.items():
            url = url.replace(escape, value)
        await self.call(url, b"")


class HubProcess:
    """The hub's process, started as often as needed on the same database and port.

    It is forked, where that can be, from one that has imported everything: that takes ten times as long as starting.
    """

    def __init__(self, database: Path | str, port: int, gateway: Gateway) -> None:
        self._database, self._port, self._gateway = database, port, gateway
        self.url = f"http://127.0.0.1:{port}"
        if sys.platform == "win32":
            self._forks = multiprocessing.get_context("spawn")
        else:
            self._forks = multiprocessing.get_context("forkserver")
            self._forks.set_forkserver_preload(["pytest", "tests.helpers.killing_hub"])
        self._process: BaseProcess | None = None

    async def start(self, kill: str = "", ahead: int = 0) -> None:
        """Returns once it serves. `kill` and `ahead` (ms) as `killing_hub` has them."""
        ready, done = self._forks.Pipe(duplex=False)
        arguments = (self._database, self._port, self._gateway.url, ahead, kill, done)
        self._process = self._forks.Process(target=killing_hub.run, args=arguments, daemon=True)
        self._process.start()
        done.close()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.to_thread(ready.recv)
        ready.close()

    async def died(self) -> None:
        """Returns once it has killed itself."""
        assert self._process is not None
        await asyncio.to_thread(self._process.join, PATIENCE_S)
        assert self._process.exitcode == KILLED, "the hub did not come by the commit at which it was to die"

    def freeze(self) -> None:
        """Stop it in its tracks."""
        self._known().suspend()

    def thaw(self) -> None:
        """Let it go on where it was."""
        self._known().resume()

    async def stop(self) -> None:
        """Kill it, if it lives."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join, PATIENCE_S)

    def _known(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)


@asynccontextmanager
async def gateway_of(hub_port: int, port: int) -> AsyncIterator[Gateway]:
    """The gateway of the hub that is, or will be, at `hub_port`."""
    async with aiohttp.ClientSession() as http:
        gateway = Gateway(f"http://127.0.0.1:{hub_port}", http)
        gateway.url = f"http://127.0.0.1:{port}/cgi-bin/sendsms"
        app = web.Application()
        app.router.add_get("/cgi-bin/sendsms", gateway.sendsms)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield gateway
        finally:
            await runner.cleanup()
