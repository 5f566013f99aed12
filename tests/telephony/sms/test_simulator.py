"""The simulator beyond the contract: its handset API, and every delivery state on demand."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.telephony.sms import simulator
from cti_client.telephony.sms.connection import (
    AskedSms,
    ConnectionSettings,
    NotTaken,
    OutboundSms,
    Refused,
    SubmitOutcome,
    Taken,
    WebhookOutcome,
    WebhookRefusedError,
    WebhookRequest,
)
from cti_client.telephony.sms.simulator import SimulatorConnection
from tests.helpers.gateway_hub import GatewayHub

PHONE = "+15551230001"
LINE = "5550100"
NOON = 1_700_000_000_000


@pytest.fixture
def hub() -> GatewayHub:
    return GatewayHub()


@pytest.fixture
async def connection(hub: GatewayHub) -> AsyncIterator[SimulatorConnection]:
    settings = ConnectionSettings(id="sim", kind="simulator", name="Sim", options={"answer_limit_ms": "200"})
    connection = SimulatorConnection(settings, lambda: NOON)
    await connection.start(hub.store)
    yield connection
    await connection.stop()


def request(method: str, name: str, body: object = None, **query: str) -> WebhookRequest:
    return WebhookRequest(
        method=method,
        path=f"handset/{name}",
        query={key: (value,) for key, value in query.items()},
        headers={},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


async def post(connection: SimulatorConnection, name: str, **body: object) -> WebhookOutcome:
    return await connection.on_webhook(request("POST", name, body))


async def submit(connection: SimulatorConnection, message_id: int = 7, text: str = "Hello") -> SubmitOutcome:
    return await connection.submit(OutboundSms(message_id=message_id, sender=LINE, recipient=PHONE, text=text))


async def test_a_handset_texts_a_line(connection: SimulatorConnection) -> None:
    body = {"from": PHONE, "to": LINE, "text": "Hi\n\0\ud83d", "id": "a-1", "omitted": 2}
    outcome = await connection.on_webhook(request("POST", "texts", body))
    (text,) = outcome.texts
    assert (text.gateway_id, text.sender, text.recipient) == ("a-1", PHONE, LINE)
    assert (text.text, text.omitted) == ("Hi\n\0\ud83d", 2)
    assert json.loads(outcome.reply.body) == {"id": "a-1"}


async def test_texts_without_an_id_get_one_each(connection: SimulatorConnection) -> None:
    body = {"from": PHONE, "to": LINE, "text": ""}
    ids = {(await connection.on_webhook(request("POST", "texts", body))).texts[0].gateway_id for _ in range(3)}
    assert len(ids) == 3
    assert all(ids)


async def test_the_inbox_shows_how_a_text_came(connection: SimulatorConnection) -> None:
    outcome = await submit(connection, text="x" * 200)
    assert isinstance(outcome, Taken)
    assert outcome.parts == 2
    fetched = await connection.on_webhook(request("GET", "inbox", phone=PHONE))
    (shown,) = json.loads(fetched.reply.body)
    assert {key: shown[key] for key in ("from", "to", "text", "parts", "encoding", "at")} == {
        "from": LINE,
        "to": PHONE,
        "text": "x" * 200,
        "parts": 2,
        "encoding": "GSM-7",
        "at": NOON,
    }
    assert [len(part) for part in shown["part_texts"]] == [153, 47]
    (report,) = fetched.reports
    assert (report.message_id, report.state, report.gateway_id) == (7, DeliveryState.DELIVERED, outcome.gateway_id)


async def test_a_waiting_handset_is_answered_when_a_text_arrives(connection: SimulatorConnection) -> None:
    waiting = asyncio.create_task(connection.on_webhook(request("GET", "inbox", phone=PHONE, wait="20")), name="inbox")
    await asyncio.sleep(0)
    await submit(connection)
    assert len(json.loads((await waiting).reply.body)) == 1


async def test_a_waiting_handset_is_answered_at_the_stop(connection: SimulatorConnection) -> None:
    waiting = asyncio.create_task(connection.on_webhook(request("GET", "inbox", phone=PHONE, wait="20")), name="inbox")
    await asyncio.sleep(0)
    await connection.stop()
    assert json.loads((await waiting).reply.body) == []


async def test_a_short_wait_ends_with_nothing(connection: SimulatorConnection) -> None:
    outcome = await connection.on_webhook(request("GET", "inbox", phone=PHONE, wait="0.01"))
    assert (json.loads(outcome.reply.body), outcome.reports) == ([], ())


async def test_a_phone_that_is_off_leaves_the_text_sent_until_it_is_on(connection: SimulatorConnection) -> None:
    await post(connection, "phone", phone=PHONE, on=False)
    assert isinstance(await submit(connection), Taken)
    assert (await connection.on_webhook(request("GET", "inbox", phone=PHONE))).reports == ()
    await post(connection, "phone", phone=PHONE, on=True)
    (report,) = (await connection.on_webhook(request("GET", "inbox", phone=PHONE))).reports
    assert report.state is DeliveryState.DELIVERED


@pytest.mark.parametrize("reason", list(FailureReason))
async def test_a_refused_number(connection: SimulatorConnection, reason: FailureReason) -> None:
    await post(connection, "number", phone=PHONE, treatment="refuse", reason=reason)
    outcome = await submit(connection)
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    await post(connection, "number", phone=PHONE, treatment="take")
    assert isinstance(await submit(connection), Taken)


async def test_a_lost_text_is_reported_through_the_intake(connection: SimulatorConnection, hub: GatewayHub) -> None:
    await post(connection, "number", phone=PHONE, treatment="lose", reason="landline")
    assert isinstance(await submit(connection), Taken)
    await hub.until(lambda: bool(hub.reports))
    (report,) = hub.reports
    assert (report.state, report.reason) == (DeliveryState.UNDELIVERED, FailureReason.LANDLINE)


async def test_reports_wait_for_a_hub_whose_store_is_away(
    connection: SimulatorConnection,
    hub: GatewayHub,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(simulator, "RETRY_REPORTS_AFTER_S", 0.01)
    await post(connection, "number", phone=PHONE, treatment="lose")
    hub.away = True
    with caplog.at_level(logging.WARNING):
        for message_id in (1, 2, 3):
            await submit(connection, message_id, "secret words")
        await hub.until(lambda: hub.turned_away > 1)
    hub.away = False
    await hub.until(lambda: len(hub.reports) == 3)
    assert [report.message_id for report in hub.reports] == [1, 2, 3]
    assert "secret words" not in caplog.text


async def test_a_busy_gateway_says_when_to_come_again(connection: SimulatorConnection) -> None:
    await post(connection, "gateway", state="busy")
    outcome = await submit(connection)
    assert isinstance(outcome, NotTaken)
    assert outcome.retry_after == 5_000


async def test_a_slow_gateway_is_waited_for_within_the_limit(connection: SimulatorConnection) -> None:
    await post(connection, "gateway", state="up", delay_ms=20)
    assert isinstance(await submit(connection), Taken)
    shown = await connection.on_webhook(request("GET", "gateway"))
    assert json.loads(shown.reply.body) == {"state": "up", "delay_ms": 20}


async def test_a_thaw_in_time_is_an_ordinary_answer(connection: SimulatorConnection) -> None:
    await post(connection, "gateway", state="frozen")
    under_way = asyncio.create_task(submit(connection), name="submit")
    await asyncio.sleep(0)
    await post(connection, "gateway", state="up")
    assert isinstance(await under_way, Taken)


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        ("POST", "texts", b"{not json", 400),
        ("POST", "texts", b"[" * 100_000, 400),
        ("POST", "texts", [], 400),
        ("POST", "texts", {"from": PHONE, "to": LINE}, 400),
        ("POST", "texts", {"from": PHONE, "to": LINE, "text": 5}, 400),
        ("POST", "texts", {"from": "", "to": LINE, "text": "x"}, 400),
        ("POST", "texts", {"from": PHONE, "to": LINE, "text": "x", "omitted": -1}, 400),
        ("POST", "texts", {"from": PHONE, "to": LINE, "text": "x", "omitted": True}, 400),
        ("POST", "phone", {"phone": PHONE}, 400),
        ("POST", "phone", {"phone": PHONE, "on": "yes"}, 400),
        ("POST", "number", {"phone": PHONE, "treatment": "eat"}, 400),
        ("POST", "number", {"phone": PHONE, "treatment": "lose", "reason": "moon"}, 400),
        ("POST", "gateway", {"state": "up", "delay_ms": 1e9}, 400),
        ("GET", "inbox", None, 400),
        ("DELETE", "texts", None, 405),
        ("POST", "nothing", {}, 404),
    ],
)
async def test_calls_that_make_no_sense(
    connection: SimulatorConnection, method: str, name: str, body: object, status: int
) -> None:
    with pytest.raises(WebhookRefusedError) as refusal:
        await connection.on_webhook(request(method, name, body))
    assert refusal.value.status == status


@pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "x"}, {"wait": "1e3"}, {"after": "٣"}])
async def test_an_inbox_asked_for_oddly(connection: SimulatorConnection, query: dict[str, str]) -> None:
    with pytest.raises(WebhookRefusedError) as refusal:
        await connection.on_webhook(request("GET", "inbox", phone=PHONE, **query))
    assert refusal.value.status == 400


async def test_it_starts_once(connection: SimulatorConnection, hub: GatewayHub) -> None:
    with pytest.raises(RuntimeError):
        await connection.start(hub.store)


async def test_asked_it_says_what_became_of_texts(connection: SimulatorConnection) -> None:
    """D3: as a gateway does whose reports were lost."""
    await submit(connection, 7)
    await post(connection, "phone", phone=PHONE, on=False)
    await submit(connection, 8)
    about = [AskedSms(message_id=number, attempt=1, recipient=PHONE) for number in (7, 8, 9)]
    assert [(one.message_id, one.state) for one in await connection.ask(about)] == [
        (7, DeliveryState.SENT),
        (8, DeliveryState.SENT),
    ]
    await post(connection, "phone", phone=PHONE, on=True)
    fetched = await connection.on_webhook(request("GET", "inbox", phone=PHONE))
    last = json.loads(fetched.reply.body)[0]["n"]
    await connection.on_webhook(request("GET", "inbox", phone=PHONE, after=str(last)))
    answers = await connection.ask(about)
    assert [(one.message_id, one.state) for one in answers] == [(7, DeliveryState.DELIVERED), (8, DeliveryState.SENT)]
    assert await connection.ask([AskedSms(message_id=7, attempt=2, recipient=PHONE)]) == ()
    assert await connection.ask([AskedSms(message_id=7, attempt=1, recipient="+15559999999")]) == ()


async def test_a_broken_gateway_cannot_be_asked(connection: SimulatorConnection) -> None:
    await post(connection, "gateway", state="broken")
    with pytest.raises(ConnectionError):
        await connection.ask([AskedSms(message_id=7, attempt=1, recipient=PHONE)])
