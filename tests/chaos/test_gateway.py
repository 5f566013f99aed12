"""The gateway's side: texts until a hub has them, replies counted where they arrive, wrongs that are to be found."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from chaos import gateway as gateway_module
from chaos.gateway import Gateway, Weather
from chaos.ledger import Ledger
from chaos.sabotage import Sabotage, Saboteur
from cti_client.telephony.sms.http_exchange import HttpExchange, UnansweredError

CUSTOMER = "+12125560001"
PATIENCE_S = 20.0


class Sure(random.Random):
    """Every chance comes true, or none does."""

    def __init__(self, value: float) -> None:
        super().__init__(1)
        self._value = value

    def random(self) -> float:
        return self._value


class Hub:
    """Answers calls as it is told, 200 after that."""

    def __init__(self, *answers: int) -> None:
        self._answers = list(answers)
        self.ids: list[str] = []
        self.reports: list[str] = []
        self.url = ""

    async def inbound(self, request: web.Request) -> web.Response:
        self.ids.append(request.query["id"])
        return web.Response(status=self._answers.pop(0) if self._answers else 200)

    async def report(self, request: web.Request) -> web.Response:
        self.reports.append(request.query["status"])
        return web.Response()


@asynccontextmanager
async def running(hub: Hub, sabotage: Sabotage | None = None) -> AsyncIterator[tuple[Gateway, Ledger, str]]:
    failures: list[str] = []
    ledger = Ledger()
    saboteur = Saboteur(sabotage, Sure(0.0))
    gateway = Gateway(ledger, Sure(0.5), saboteur, lambda name, error: failures.append(f"{name}: {error!r}"), twice=0.0)
    app = web.Application()
    app.router.add_post("/gateway/kannel/inbound", hub.inbound)
    app.router.add_post("/report", hub.report)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub.url = gateway.front = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with asyncio.timeout(PATIENCE_S):
        try:
            yield gateway, ledger, await gateway.start()
        finally:
            await gateway.close()
            await runner.cleanup()
    assert failures == []


async def no_calls(gateway: Gateway) -> None:
    while gateway.calls:  # noqa: ASYNC110  it counts, and tells nobody
        await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(gateway_module, "_SLOW_SECONDS", (0.0, 0.0))


def sendsms(token: str, hub: Hub) -> dict[str, str]:
    return {"to": CUSTOMER, "text": f"{token} hello", "dlr-url": f"{hub.url}/report?status=%d"}


async def test_a_text_comes_again_under_its_id_until_a_hub_has_it() -> None:
    hub = Hub(503, 500)
    async with running(hub) as (gateway, ledger, _):
        gateway.text("T1", CUSTOMER, "hello")
        await no_calls(gateway)
        assert hub.ids == ["T1", "T1", "T1"]
        assert ledger.texts["T1"].acknowledged


async def test_a_reply_counts_where_it_arrives_and_is_reported_on() -> None:
    hub = Hub()
    async with running(hub) as (gateway, ledger, url), aiohttp.ClientSession() as http:
        ledger.reply_written("R1-1", CUSTOMER, 1)
        async with http.get(url, params=sendsms("R1-1", hub)) as answer:
            assert answer.status == 202
        assert ledger.replies["R1-1"].reached == [CUSTOMER]
        await no_calls(gateway)
        assert hub.reports == ["1"]


async def test_where_its_answer_is_lost_the_reply_has_arrived_all_the_same() -> None:
    hub = Hub()
    async with running(hub) as (gateway, ledger, url):
        gateway.weather = Weather(loses_answer=1.0)
        ledger.reply_written("R1-1", CUSTOMER, 1)
        exchange = HttpExchange(PATIENCE_S)
        try:
            with pytest.raises(UnansweredError):
                await exchange.get(f"{url}?{urlencode(sendsms('R1-1', hub))}")
        finally:
            await exchange.close()
        assert ledger.replies["R1-1"].reached == [CUSTOMER]


async def test_without_room_nothing_arrives() -> None:
    hub = Hub()
    async with running(hub) as (gateway, ledger, url), aiohttp.ClientSession() as http:
        gateway.weather = Weather(has_no_room=1.0)
        ledger.reply_written("R1-1", CUSTOMER, 1)
        async with http.get(url, params=sendsms("R1-1", hub)) as answer:
            assert answer.status == 503
        assert ledger.replies["R1-1"].reached == []


async def test_a_dropped_text_is_found() -> None:
    hub = Hub()
    async with running(hub, Sabotage.DROP_TEXT) as (gateway, ledger, _):
        gateway.text("T1", CUSTOMER, "hello")
        await no_calls(gateway)
        assert hub.ids == []
        assert len(ledger.judge(1.0).lost) == 1


async def test_a_doubled_text_reaches_the_hub_as_two() -> None:
    hub = Hub()
    async with running(hub, Sabotage.DOUBLE_TEXT) as (gateway, _, _):
        gateway.text("T1", CUSTOMER, "hello")
        await no_calls(gateway)
        assert sorted(hub.ids) == ["T1", "T1-again"]


@pytest.mark.parametrize(("sabotage", "counts"), [(Sabotage.DROP_REPLY, (1, 0)), (Sabotage.DOUBLE_REPLY, (0, 1))])
async def test_a_dropped_and_a_doubled_reply_are_found(sabotage: Sabotage, counts: tuple[int, int]) -> None:
    hub = Hub()
    async with running(hub, sabotage) as (gateway, ledger, url), aiohttp.ClientSession() as http:
        ledger.reply_written("R1-1", CUSTOMER, 1)
        ledger.reply_taken("R1-1")
        async with http.get(url, params=sendsms("R1-1", hub)) as answer:
            assert answer.status == 202
        await no_calls(gateway)
        verdict = ledger.judge(1.0)
        assert (len(verdict.lost), len(verdict.doubled)) == counts
