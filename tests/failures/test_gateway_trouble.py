"""D3, D4, D5: a hub over a real Kannel in trouble, and over one gateway that hangs beside one that does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.hub.bootstrap import Hub
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.services import outbox
from cti_client.telephony.sms.connection import SplitMode
from cti_client.telephony.sms.registry import make_connection
from cti_client.wire import api, records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.kannel import KEY, Kannel, need_kannel
from tests.helpers.running_hub import LINE, TOKEN, Desktop, RunningHub, running_hub
from tests.hub.test_bootstrap import open_chat, send, state_of

OTHER_LINE = "+15550199"


@pytest.fixture
def own_kannel(tmp_path: Path) -> Iterator[Kannel]:
    """One that a test may break."""
    need_kannel()
    (tmp_path / "kannel").mkdir()
    gateway = Kannel(tmp_path / "kannel", may_be_killed=True)
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()


@dataclass
class Team:
    """A hub over Kannel, and Anna's desktop."""

    kannel: Kannel
    hub: RunningHub
    anna: Desktop
    texts: int = 0

    async def chat_with(self, customer: str) -> api.Accepted:
        self.kannel.phones.text(customer, LINE, "Hello")
        await self.anna.until(lambda desk: any(offer.address == customer for offer in desk.all_of(records.Offer)))
        (offer,) = [one for one in self.anna.all_of(records.Offer) if one.address == customer]
        accept = api.Accept(number=offer.number)
        return await self.hub.call("POST", f"/offers/{offer.id}/accept", accept, api.Accepted)

    async def send(self, chat: api.Accepted, text: str) -> int:
        self.texts += 1
        client_id = f"11111111-1111-4111-8111-{self.texts:012}"
        return (await send(self.hub, chat, self.anna, text, client_id)).id

    async def until(self, message_id: int, state: DeliveryState) -> records.Message:
        await self.anna.until(lambda desk: state_of(desk, message_id) is state)
        return next(one for one in self.anna.all_of(records.Message) if one.id == message_id)

    async def report(self, message_id: int, query: str) -> int:
        url = f"{self.hub.url}/gateway/kannel1/report/{message_id}?{query}"
        async with self.hub.http.get(url) as answer:
            return answer.status


@asynccontextmanager
async def over(kannel: Kannel, folder: Path, **options: str) -> AsyncIterator[Team]:
    gateway = ConnectionConfig(
        settings=kannel.settings(split=SplitMode.CONCATENATE, **{"answer_seconds": "1", **options}), test_seconds=0
    )
    config = HubConfig(
        database=folder / "hub.db",
        port=kannel.hub_port,
        connections=(gateway,),
        lines=(LineConfig(address=LINE, name="Support", connection=gateway.settings.id, offer_seconds=600),),
        agents=(AgentConfig(name="Anna", token=TOKEN),),
    )
    hub = Hub(config, make_connection)
    url = await hub.start()
    try:
        async with aiohttp.ClientSession() as http:
            running = RunningHub(hub=hub, url=url, config=config, gateways={}, http=http)
            async with running.desktop() as anna:
                yield Team(kannel, running, anna)
    finally:
        await hub.stop()


@pytest.mark.kannel
async def test_a_phone_that_is_away_and_comes_back(tmp_path: Path, own_kannel: Kannel) -> None:
    customer = "+15557771001"
    async with over(own_kannel, tmp_path) as team:
        chat = await team.chat_with(customer)
        own_kannel.hang_up()
        message_id = await team.send(chat, "Are you there?")
        await team.until(message_id, DeliveryState.SENT)
        own_kannel.call_in()
        await team.until(message_id, DeliveryState.DELIVERED)
        (got,) = await asyncio.to_thread(own_kannel.phones.wait_for, customer)
        assert got.text == "Are you there?"


@pytest.mark.kannel
async def test_a_gateway_that_is_killed_and_comes_back(
    tmp_path: Path, own_kannel: Kannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BACK_OFF", (1_000,))
    customer = "+15557771002"
    async with over(own_kannel, tmp_path) as team:
        chat = await team.chat_with(customer)
        own_kannel.kill()
        own_kannel.hang_up()
        message_id = await team.send(chat, "We are back in a moment")
        await team.anna.until(lambda desk: _waits(desk, message_id))
        own_kannel.start_box("bearerbox", own_kannel.ports.admin)
        own_kannel.start_box("smsbox", own_kannel.ports.send)
        own_kannel.call_in()
        await team.until(message_id, DeliveryState.DELIVERED)
        assert [got.text for got in own_kannel.phones.texts_of(customer)] == ["We are back in a moment"]


def _waits(desk: Desktop, message_id: int) -> bool:
    """It is told that the gateway did not take it, and when it is tried again."""
    return any(
        one.state is DeliveryState.QUEUED and one.retry_at is not None and bool(one.reason_text)
        for one in desk.all_of(records.Message)
        if one.id == message_id
    )


@pytest.mark.kannel
@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        ("status=2&answer=id:1%20stat:EXPIRED", DeliveryState.UNDELIVERED, FailureReason.EXPIRED),
        ("status=2&answer=id:1%20stat:UNDELIV", DeliveryState.UNDELIVERED, FailureReason.CARRIER_REFUSED),
        ("status=16&answer=NACK/0x0000000b", DeliveryState.FAILED, FailureReason.BAD_NUMBER),
    ],
)
async def test_a_phone_that_refuses_and_who_may_say_so(
    tmp_path: Path, own_kannel: Kannel, said: str, state: DeliveryState, reason: FailureReason
) -> None:
    async with over(own_kannel, tmp_path) as team:
        chat = await team.chat_with("+15557771003")
        own_kannel.hang_up()
        message_id = await team.send(chat, "Hello")
        await team.until(message_id, DeliveryState.SENT)
        for key in ("", "key=wrong&", f"key={KEY}x&", f"key={KEY.upper()}&"):
            assert await team.report(message_id, f"{key}attempt=1&{said}") == 403
        assert await team.report(message_id, f"key={KEY}&attempt=1&{said}") == 200
        failed = await team.until(message_id, state)
        assert failed.reason is reason
        assert failed.reason_text
        history = await team.hub.call("GET", f"/messages/{message_id}/history", None, api.MessageHistory)
        assert [one.state for one in history.reports if one.state is not DeliveryState.SENT] == [state]
        own_kannel.call_in()


@pytest.mark.kannel
@pytest.mark.parametrize(
    ("options", "reason"),
    [({"smsc": "NOWHERE"}, FailureReason.NO_ROUTING_RULE), ({"password": "wrong"}, None)],
)
async def test_a_gateway_that_does_not_take_it(
    tmp_path: Path, own_kannel: Kannel, options: dict[str, str], reason: FailureReason | None
) -> None:
    async with over(own_kannel, tmp_path, **options) as team:
        chat = await team.chat_with("+15557771004")
        message_id = await team.send(chat, "Hello")
        if reason is None:
            await team.anna.until(lambda desk: _waits(desk, message_id))
        else:
            assert (await team.until(message_id, DeliveryState.FAILED)).reason is reason


async def test_a_gateway_that_hangs_holds_up_no_other(tmp_path: Path) -> None:
    """Its texts are under way as many as may be; the other's all arrive meanwhile, one after the other."""
    hung, fine = FakeConnection("hung"), FakeConnection("fine")
    for_ever = asyncio.Event()

    async def never(sms: object) -> object:
        await for_ever.wait()
        raise AssertionError(sms)

    hung.answer = never  # type: ignore[assignment]  # it never answers
    lines = tuple(
        LineConfig(address=address, name=name, connection=name, quiet_hours=False)
        for address, name in ((LINE, "hung"), (OTHER_LINE, "fine"))
    )
    async with running_hub(tmp_path, hung, fine, lines=lines, chats_per_agent=100) as hub, hub.desktop() as anna:
        submits = hub.config.limits.submits
        for number in range(submits + 5):
            chat = await open_chat(hub, anna, f"+1555333{number:04}")
            await send(hub, chat, anna, "Hello", f"22222222-1111-4111-8111-{number:012}")
        await hung.until(lambda: len(hung.submitted) == submits)
        hub.sent_in = 1_000
        await hub.text_in("Hi", "+15554440001", line=OTHER_LINE)
        await anna.until(lambda desk: any(one.address == "+15554440001" for one in desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        chat = await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
        for number in range(30):
            await send(hub, chat, anna, f"Text {number}", f"33333333-1111-4111-8111-{number:012}")
        await fine.until(lambda: len(fine.submitted) == 30)
        assert [one.text for one in fine.submitted] == [f"Text {number}" for number in range(30)]
        assert len(hung.submitted) == submits, "nothing beyond what it was given hangs there"
        hub.hub.hurry()
