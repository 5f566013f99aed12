"""No detail of an outcome quotes the password, the key or the text, whatever answers at the gateway's address."""

import asyncio
from dataclasses import fields
from urllib.parse import quote

import pytest

from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    InboundMode,
    NotTaken,
    OutboundSms,
    SubmitOutcome,
    Taken,
    Unclear,
    WebhookOutcome,
)
from cti_client.telephony.sms.http_exchange import HttpExchange, UnreachedError
from cti_client.telephony.sms.kannel import KannelConnection
from cti_client.telephony.sms.settings import SettingsError
from tests.helpers.kannel import free_ports
from tests.helpers.odd_server import Behaviour, OddServer, garbage, half, hanging_up, odd_server, resetting, silent

PASSWORD, KEY, TEXT = "PASSWORD1", "REPORTKEY1", "private words"
SMS = OutboundSms(message_id=7, sender="5550100", recipient="+15551230001", text=TEXT)
PRIVATE = (PASSWORD, KEY, TEXT, quote(TEXT), TEXT.split()[0], SMS.recipient, SMS.recipient[1:])


async def outcome_at(url: str) -> SubmitOutcome:
    login = {"url": url, "username": "chat", "password": PASSWORD, "answer_seconds": "1"}
    connection = KannelConnection(
        ConnectionSettings(id="k", kind="kannel", name="K", public_url="http://127.0.0.1:1", secret=KEY, options=login)
    )
    assert connection.inbound is InboundMode.WEBHOOK
    await connection.start(_no_intake)
    try:
        return await connection.submit(SMS)
    finally:
        await connection.stop()


async def _no_intake(outcome: WebhookOutcome) -> None:
    raise AssertionError(outcome)


def told(outcome: SubmitOutcome) -> str:
    return " ".join(str(getattr(outcome, one.name)) for one in fields(outcome))


def discreet(outcome: SubmitOutcome) -> bool:
    return not [one for one in PRIVATE if one in told(outcome)]


def quoting(status: int, seen: list[OddServer], *, head: str = "", decoded: bool = False) -> Behaviour:
    """Answer with the request, as the error pages of proxies do."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = seen[0].requests[-1].split()[1].decode()
        body = TEXT if decoded else asked
        answer = f"HTTP/1.1 {status} X\r\n{head.format(asked=asked)}Content-Length: {len(body)}\r\n\r\n{body}"
        writer.write(answer.encode())
        await writer.drain()

    return behave


async def quoted_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak no HTTP, in words of the request."""
    writer.write(f"500 password={PASSWORD} text={TEXT}\r\n".encode())
    await writer.drain()


@pytest.mark.parametrize("behaviour", [garbage, quoted_head, half, hanging_up, resetting, silent])
async def test_a_server_that_gives_no_answer(behaviour: Behaviour) -> None:
    async with odd_server(behaviour) as server:
        outcome = await outcome_at(server.url)
    assert isinstance(outcome, Unclear)
    assert discreet(outcome), outcome
    assert outcome.detail


@pytest.mark.parametrize("decoded", [False, True])
@pytest.mark.parametrize("status", [200, 202, 302, 400, 401, 403, 404, 500, 503])
async def test_a_server_that_quotes_the_request(status: int, decoded: bool) -> None:
    seen: list[OddServer] = []
    async with odd_server(quoting(status, seen, head="Location: {asked}\r\n", decoded=decoded)) as server:
        seen.append(server)
        outcome = await outcome_at(server.url)
        assert len(server.requests) == 1
    assert discreet(outcome), outcome
    assert isinstance(outcome, Taken) == (status == 202)


async def test_nobody_listens() -> None:
    (port,) = free_ports(1)
    outcome = await outcome_at(f"http://127.0.0.1:{port}/cgi-bin/sendsms")
    assert isinstance(outcome, NotTaken)
    assert f"127.0.0.1:{port}" in outcome.detail
    assert discreet(outcome), outcome


@pytest.mark.parametrize(
    "address",
    ["http:///x", "ftp://127.0.0.1/x", "http://127.0.0.1:99999/x", "http://[::/x", "http://no-such.invalid/x"],
)
async def test_an_address_that_cannot_be_asked(address: str) -> None:
    exchange = HttpExchange(answer_s=1)
    try:
        with pytest.raises(UnreachedError) as caught:
            await exchange.get(f"{address}?password={PASSWORD}&text={quote(TEXT)}")
    finally:
        await exchange.close()
    assert str(caught.value)
    assert not [one for one in PRIVATE if one in str(caught.value)]


async def test_a_host_that_no_name_service_takes_is_a_wrong_setting() -> None:
    """Else each text to it would be given up as `unknown`, by an error nobody expects."""
    with pytest.raises(SettingsError, match=r"options\.url"):
        await outcome_at(f"http://{'a' * 70}.example/cgi-bin/sendsms")
