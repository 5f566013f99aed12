"""The adapter against a real Kannel, beyond what every connection promises (tests/contract)."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cti_client.domain import sms_text
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.telephony.sms.connection import NotTaken, OutboundSms, Refused, SmsConnection, SplitMode, Taken
from cti_client.telephony.sms.registry import make_connection
from tests.helpers.gateway_hub import GatewayHub, serving
from tests.helpers.kannel import Kannel

pytestmark = pytest.mark.kannel

LINE = "5550100"
_numbers = itertools.count(1)


@pytest.fixture
def phone() -> str:
    """A phone that no other test knows."""
    return f"+1555888{next(_numbers):04}"


@pytest.fixture
def hub() -> GatewayHub:
    return GatewayHub()


@pytest.fixture
async def connection(kannel: Kannel, hub: GatewayHub) -> AsyncIterator[SmsConnection]:
    connection = make_connection(kannel.settings())
    async with serving(hub, connection, kannel.hub_port):
        yield connection


@asynccontextmanager
async def started(connection: SmsConnection) -> AsyncIterator[SmsConnection]:
    await connection.start(GatewayHub().store)
    try:
        yield connection
    finally:
        await connection.stop()


def sms(phone: str, text: str, nth: int = 0) -> OutboundSms:
    return OutboundSms(message_id=int(phone[-7:]) * 100 + nth, sender=LINE, recipient=phone, text=text)


async def test_a_submit_is_reported_sent_and_delivered(
    kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    message = sms(phone, "Hello")
    assert isinstance(await connection.submit(message), Taken)
    await hub.until(lambda: len(hub.reports_on(message.message_id)) == 2)
    reports = {report.state: report for report in hub.reports_on(message.message_id)}
    assert set(reports) == {DeliveryState.SENT, DeliveryState.DELIVERED}
    assert reports[DeliveryState.SENT].raw == "8 ACK/"
    assert all(report.at and report.part is None and report.reason is None for report in reports.values())


async def test_reports_wait_for_the_hub(kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str) -> None:
    message = sms(phone, "Hello")
    hub.away = True
    assert isinstance(await connection.submit(message), Taken)
    await hub.until(lambda: hub.turned_away > 0)
    hub.away = False
    await hub.until(lambda: len(hub.reports_on(message.message_id)) == 2)


async def test_parts_of_our_own_are_reported_by_part(
    kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    message = sms(phone, "ж" * 66 + "👍" + "ж" * 60)
    outcome = await connection.submit(message)
    assert isinstance(outcome, Taken)
    assert outcome.parts == 2
    (got,) = await asyncio.to_thread(kannel.phones.wait_for, phone)
    assert got.parts == ("ж" * 66, "👍" + "ж" * 60)
    await hub.until(lambda: len(hub.reports_on(message.message_id)) == 4)
    assert {report.parts for report in hub.reports_on(message.message_id)} == {2}
    assert sorted((report.part or 0, report.state) for report in hub.reports_on(message.message_id)) == [
        (part, state) for part in (0, 1) for state in (DeliveryState.DELIVERED, DeliveryState.SENT)
    ]


async def test_the_longest_text_arrives_whole(
    kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    text = "".join(chr(0x430 + n % 32) for n in range(1_600))
    outcome = await connection.submit(sms(phone, text))
    assert isinstance(outcome, Taken)
    assert outcome.parts == 24
    (got,) = await asyncio.to_thread(kannel.phones.wait_for, phone)
    assert (got.text, len(got.parts)) == (text, 24)


@pytest.mark.parametrize("split", SplitMode)
async def test_the_longest_text_in_emoji_arrives_whole(
    kannel: Kannel, hub: GatewayHub, phone: str, split: SplitMode
) -> None:
    """More parts than `max_messages`, which limits what Kannel splits: each of these is a call of its own."""
    text = "\N{GRINNING FACE}" * 1_600
    expected = sms_text.split(text) if split is SplitMode.CONCATENATE else sms_text.separate(text, 140)
    connection = make_connection(kannel.settings(split=split))
    async with serving(hub, connection, kannel.hub_port):
        outcome = await connection.submit(sms(phone, text))
        assert isinstance(outcome, Taken), outcome
        assert outcome.parts == len(expected) > 30
        texts = await asyncio.to_thread(kannel.phones.wait_for, phone, 1 if len(expected) == 49 else len(expected))
        assert [part for got in texts for part in got.parts] == expected


async def test_line_feeds_reach_the_phone(
    kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    await connection.submit(sms(phone, "Строка 1\nстрока 2\n\nконец"))
    (got,) = await asyncio.to_thread(kannel.phones.wait_for, phone)
    assert got.text == "Строка 1\nстрока 2\n\nконец"


async def test_many_at_once_arrive_once_each(
    kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    texts = [f"text {n}" for n in range(40)]
    outcomes = await asyncio.gather(*(connection.submit(sms(phone, text, n)) for n, text in enumerate(texts)))
    assert all(isinstance(outcome, Taken) for outcome in outcomes)
    await hub.until(lambda: sum(report.state is DeliveryState.DELIVERED for report in hub.reports) >= len(texts))
    assert sorted(got.text for got in kannel.phones.texts_of(phone)) == sorted(texts)


async def test_bytes_from_a_phone_are_told_as_left_out(
    kannel: Kannel, connection: SmsConnection, hub: GatewayHub, phone: str
) -> None:
    kannel.phones.binary(phone, LINE, b"\x00\xff\x01binary")
    got = await hub.text_from(phone)
    assert (got.text, got.omitted) == ("", 1)


async def test_a_wrong_password(kannel: Kannel, phone: str) -> None:
    async with started(make_connection(kannel.settings(password="wrong"))) as connection:
        outcome = await connection.submit(sms(phone, "never"))
        assert isinstance(outcome, NotTaken)
        assert "password" in outcome.detail
        assert "password" in await connection.test()


async def test_a_network_that_is_not_there(kannel: Kannel, phone: str) -> None:
    async with started(make_connection(kannel.settings(smsc="NOWHERE"))) as connection:
        outcome = await connection.submit(sms(phone, "never"))
        assert isinstance(outcome, Refused), outcome
        assert outcome.reason is FailureReason.NO_ROUTING_RULE
