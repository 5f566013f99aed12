"""What every connection promises (telephony/sms/connection.py), proved on each gateway there is."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.telephony.sms.connection import NotTaken, OutboundSms, SmsConnection, SplitMode, Taken, Unclear
from tests.helpers.gateway_hub import GatewayHub, serving
from tests.helpers.gateways import Gateway

LINE = "5550100"
_numbers = itertools.count(1)


@pytest.fixture
def phone() -> str:
    """A phone that no other test knows."""
    return f"+1555777{next(_numbers):04}"


@pytest.fixture
def hub() -> GatewayHub:
    return GatewayHub()


@pytest.fixture
async def connection(gateway: Gateway, hub: GatewayHub) -> AsyncIterator[SmsConnection]:
    connection = gateway.connection()
    async with serving(hub, connection, gateway.hub_port):
        yield connection


def sms(phone: str, text: str) -> OutboundSms:
    return OutboundSms(message_id=int(phone[-4:]) * 10, sender=LINE, recipient=phone, text=text)


async def settled(hub: GatewayHub, message_id: int, state: DeliveryState, count: int = 1) -> None:
    """Wait until that many reports say so."""
    await hub.until(lambda: [report.state for report in hub.reports_on(message_id)].count(state) >= count)


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize(
    "text", ["Hello", "two  spaces, {braces} and 100% [more] & ~€", "Grüße, 你好, Привет", "👍🏽 flag 🇺🇦"]
)
async def test_a_text_comes_in_as_it_was_sent(gateway: Gateway, hub: GatewayHub, phone: str, text: str) -> None:
    await gateway.text(phone, LINE, text)
    got = await hub.text_from(phone)
    assert (got.recipient, got.text, got.omitted) == (LINE, text, 0)
    assert got.gateway_id


@pytest.mark.usefixtures("connection")
async def test_the_same_words_twice_are_two_texts(gateway: Gateway, hub: GatewayHub, phone: str) -> None:
    await gateway.text(phone, LINE, "Yes")
    await gateway.text(phone, LINE, "Yes")
    await hub.until(lambda: [text.text for text in hub.texts if text.sender == phone] == ["Yes", "Yes"])


@pytest.mark.usefixtures("connection")
async def test_a_text_waits_for_the_hub(gateway: Gateway, hub: GatewayHub, phone: str) -> None:
    hub.away = True
    async with asyncio.TaskGroup() as phones:
        phones.create_task(gateway.text(phone, LINE, "Are you there?"), name="phone")
        await hub.until(lambda: hub.turned_away > 0)
        assert not hub.texts
        hub.away = False
        assert (await hub.text_from(phone)).text == "Are you there?"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("Hello", 1, id="short"),
        pytest.param("[€] {~} \\ ^ |", 1, id="extension"),
        pytest.param("x" * 160, 1, id="full"),
        pytest.param("x" * 152 + "€" + "y" * 200, 3, id="escape on the seam"),
        pytest.param("Привет, как дела?", 1, id="short UCS-2"),
        pytest.param("ж" * 70, 1, id="full UCS-2"),
        pytest.param("ж" * 71, 2, id="long UCS-2"),
    ],
)
async def test_a_text_reaches_the_phone(
    gateway: Gateway, connection: SmsConnection, hub: GatewayHub, phone: str, text: str, parts: int
) -> None:
    outcome = await connection.submit(sms(phone, text))
    assert isinstance(outcome, Taken), outcome
    assert outcome.parts == parts
    (got,) = await gateway.got(phone)
    assert (got.sender, got.text, len(got.parts)) == (LINE, text, parts)
    await settled(hub, int(phone[-4:]) * 10, DeliveryState.DELIVERED)


async def test_no_part_ends_inside_a_character(
    gateway: Gateway, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    family = "👨‍👩‍👧‍👦"
    text = "ж" * 66 + "👍" + "ж" * 60 + family + "e\u0301" * 30
    outcome = await connection.submit(sms(phone, text))
    (got,) = await gateway.got(phone)
    assert isinstance(outcome, Taken)
    assert got.text == text
    assert outcome.parts == len(got.parts)
    for part in got.parts:
        assert len(part.encode("utf-16-be")) <= 134  # raises on half a pair
        assert not part.startswith(("\u0301", "\u200d"))
    assert any(family in part for part in got.parts)
    await settled(hub, int(phone[-4:]) * 10, DeliveryState.DELIVERED, count=1)


async def test_an_old_network_gets_separate_messages(gateway: Gateway, hub: GatewayHub, phone: str) -> None:
    connection = gateway.connection(SplitMode.SEPARATE)
    text = "word " * 70 + "end"
    async with serving(hub, connection, gateway.hub_port):
        outcome = await connection.submit(sms(phone, text))
        assert isinstance(outcome, Taken)
        assert outcome.parts == 3
        got = await gateway.got(phone, 3)
        assert [len(one.parts) for one in got] == [1, 1, 1]
        assert all(len(one.text) <= 140 for one in got)
        assert " ".join(one.text.strip() for one in got) == text
        await settled(hub, int(phone[-4:]) * 10, DeliveryState.DELIVERED, count=3)
        delivered = [r for r in hub.reports_on(int(phone[-4:]) * 10) if r.state is DeliveryState.DELIVERED]
        assert {report.part for report in delivered} == {0, 1, 2}


async def test_a_frozen_gateway_leaves_it_unclear_and_sends_it_later(
    gateway: Gateway, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    async with gateway.frozen():
        outcome = await connection.submit(sms(phone, "Did you get this?"))
        assert isinstance(outcome, Unclear), outcome
    (got,) = await gateway.got(phone)
    assert got.text == "Did you get this?"
    await settled(hub, int(phone[-4:]) * 10, DeliveryState.DELIVERED)


async def test_a_gateway_out_of_reach_has_not_taken_it(gateway: Gateway, connection: SmsConnection, phone: str) -> None:
    async with gateway.lost(connection) as lost:
        outcome = await lost.submit(sms(phone, "never"))
        assert isinstance(outcome, NotTaken), outcome
        assert await lost.test()
    assert await connection.test() == ""
    assert isinstance(await connection.submit(sms(phone, "now")), Taken)
    assert [text.text for text in await gateway.got(phone)] == ["now"]


async def test_nothing_is_submitted_before_the_start_and_after_the_stop(gateway: Gateway, phone: str) -> None:
    hub, connection = GatewayHub(), gateway.connection()
    assert isinstance(await connection.submit(sms(phone, "early")), NotTaken)
    async with serving(hub, connection, gateway.hub_port):
        pass
    await connection.stop()
    assert isinstance(await connection.submit(sms(phone, "late")), NotTaken)


async def test_a_submit_under_way_at_the_stop_is_unclear(
    gateway: Gateway, connection: SmsConnection, phone: str
) -> None:
    async with gateway.frozen():
        under_way = asyncio.create_task(connection.submit(sms(phone, "half said")), name="submit")
        await asyncio.sleep(0)
        await connection.stop()
        assert isinstance(await under_way, Unclear)
        await connection.start(GatewayHub().store)


@pytest.mark.parametrize("path", ["", "inbound", "report/1", "handset/texts", "handset/inbox", "../etc"])
async def test_a_caller_without_the_secret_is_refused(
    gateway: Gateway, connection: SmsConnection, hub: GatewayHub, path: str
) -> None:
    query = "from=%2B1555&to=5550100&id=1&text=x&status=1&phone=1&key=wrong"
    url = f"http://127.0.0.1:{gateway.hub_port}/gateway/{connection.settings.id}/{path}?{query}"
    for method in ("GET", "POST"):
        async with aiohttp.ClientSession() as session, session.request(method, url, data=b"{}") as answer:
            assert answer.status in (403, 404)
    assert not hub.texts
    assert not hub.reports
