"""Kannel's face, with the phones behind it.

Inward it calls a hub again and again until it is answered 2xx, as Kannel does. Outward it serves `sendsms`, counts what
reaches phones, and reports on it. What it does wrong is what real gateways do: it is slow, it loses the answer to what
it took, it has no room for a while, it hands the same text on twice.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from aiohttp import web

from chaos.ledger import Ledger
from chaos.sabotage import Sabotage, Saboteur
from chaos.tokens import LINE, token_of
from cti_client.desk.tasks import TaskOwner

KEY = "chaos-gateway-key"
USER, PASSWORD = "chaos", "chaos-password"
ANSWER_SECONDS = 3
"""How long the hubs wait for an answer to a submit."""

_TRY_SECONDS = 10.0
_RETRY_SECONDS = 1.0
_SLOW_SECONDS = (0.5, 2 * ANSWER_SECONDS)


@dataclass(slots=True)
class Weather:
    """How often, of each submit, something goes wrong now."""

    loses_answer: float = 0.0
    is_slow: float = 0.0
    has_no_room: float = 0.0


class Gateway:
    """Owns its server, its calls and their tasks from `start` to `close`.

    `twice` is the share of texts that it hands on a second time, half of them to two hubs at once.
    """

    def __init__(
        self,
        ledger: Ledger,
        chance: random.Random,
        saboteur: Saboteur,
        on_failure: Callable[[str, BaseException], None],
        *,
        twice: float,
    ) -> None:
        self.weather = Weather()
        self.front = ""
        """Where hubs are reached, set before the first text."""
        self.hubs: Sequence[str] = ()
        """Their own addresses, past the front."""
        self._ledger = ledger
        self._chance = chance
        self._saboteur = saboteur
        self._twice = twice
        self._tasks = TaskOwner("gateway", on_failure)
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def calls(self) -> int:
        """How many texts and reports no hub has taken yet."""
        return len(self._tasks)

    async def start(self) -> str:
        """The address of sendsms."""
        app = web.Application()
        app.router.add_get("/cgi-bin/sendsms", self._sendsms)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=_TRY_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/cgi-bin/sendsms"

    async def close(self) -> None:
        """End all calls."""
        await self._tasks.close()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def text(self, token: str, address: str, words: str) -> None:
        """A phone sends this; it goes on until a hub has it."""
        self._ledger.text_sent(token, address, time.monotonic())
        if self._saboteur.strikes(Sabotage.DROP_TEXT):
            self._ledger.text_acknowledged(token)
            return
        text = f"{token} {words}"
        if self._chance.random() >= self._twice:
            self._hand_on(token, address, text, self.front)
        elif self._chance.random() < 0.5:
            self._ledger.counts["texts handed to two hubs at once"] += 1
            for hub in self._chance.sample(list(self.hubs), 2):
                self._hand_on(token, address, text, hub)
        else:
            self._ledger.counts["texts handed on again later"] += 1
            self._hand_on(token, address, text, self.front)
            self._tasks.start(self._later(token, address, text), "text again")
        if self._saboteur.strikes(Sabotage.DOUBLE_TEXT):
            self._hand_on(token, address, text, self.front, gateway_id=f"{token}-again")

    async def _later(self, token: str, address: str, text: str) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 5.0))
        self._hand_on(token, address, text, self.front)

    def _hand_on(self, token: str, address: str, text: str, hub: str, gateway_id: str = "") -> None:
        query = (
            f"key={KEY}&from={quote(address, safe='')}&to={quote(LINE, safe='')}&coding=0&charset=UTF-8"
            f"&id={gateway_id or token}"
        )
        self._tasks.start(self._text(token, f"{hub}/gateway/kannel/inbound?{query}", text.encode()), "text")

    async def _text(self, token: str, url: str, body: bytes) -> None:
        await self._call(url, body)
        self._ledger.text_acknowledged(token)

    async def _call(self, url: str, body: bytes) -> None:
        """Until 2xx."""
        assert self._http is not None
        while True:
            try:
                async with self._http.post(url, data=body) as answer:
                    if answer.status < 300:
                        return
                    self._ledger.counts[f"gateway's calls answered {answer.status}"] += 1
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self._ledger.counts[f"gateway's calls ended by {type(error).__name__}"] += 1
            await asyncio.sleep(_RETRY_SECONDS)

    async def _sendsms(self, request: web.Request) -> web.Response:
        query = request.query
        if not query.get("to"):  # the hub asks whether Kannel is there
            return web.Response(status=400, text="Missing receiver number, rejected")
        roll = self._chance.random()
        weather = self.weather
        if roll < weather.has_no_room:
            self._ledger.counts["submits refused for lack of room"] += 1
            return web.Response(status=503, text="Temporal failure, try again later.")
        token = token_of(query["text"])
        if self._saboteur.strikes(Sabotage.DROP_REPLY):
            return web.Response(status=202, text="0: Accepted for delivery")
        for _ in range(2 if self._saboteur.strikes(Sabotage.DOUBLE_REPLY) else 1):
            self._ledger.reply_reached(token, query["to"])
        roll = self._chance.random()
        if roll < weather.loses_answer:
            self._ledger.counts["submits taken, answer lost"] += 1
            if self._chance.random() < 0.5:
                self._tasks.start(self._report(query["dlr-url"], late=True), "report")
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        self._tasks.start(self._report(query["dlr-url"], late=False), "report")
        if roll < weather.loses_answer + weather.is_slow:
            self._ledger.counts["submits answered slowly"] += 1
            await asyncio.sleep(self._chance.uniform(*_SLOW_SECONDS))
        return web.Response(status=202, text="0: Accepted for delivery")

    async def _report(self, url: str, *, late: bool) -> None:
        """Now and then there is none, as in real life."""
        if not late and self._chance.random() < 0.05:
            return
        await asyncio.sleep(self._chance.uniform(5.0, 15.0) if late else self._chance.uniform(0.0, 2.0))
        status = "1" if self._chance.random() < 0.95 else "2"
        for escape, value in {"%d": status, "%A": "", "%F": "f1", "%T": str(int(time.time()))}.items():
            url = url.replace(escape, value)
        await self._call(url, b"")
