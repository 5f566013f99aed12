"""What Kannel's calls mean, beyond what the fake network can be made to send."""

import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    WebhookOutcome,
    WebhookRefusedError,
    WebhookRequest,
)
from cti_client.telephony.sms.kannel import KannelConnection
from cti_client.telephony.sms.kannel_calls import decode_text

KEY = "key-1"


@pytest.fixture
def connection() -> KannelConnection:
    return KannelConnection(
        ConnectionSettings(
            id="k",
            kind="kannel",
            name="K",
            public_url="http://127.0.0.1:1",
            secret=KEY,
            options={"url": "http://127.0.0.1:1/cgi-bin/sendsms", "username": "u", "password": "p"},
        )
    )


async def call(
    connection: KannelConnection, path: str, raw_query: str, body: bytes = b"", method: str = "GET"
) -> WebhookOutcome:
    return await connection.on_webhook(
        WebhookRequest(method=method, path=path, query={}, headers={}, body=body, raw_query=raw_query)
    )


@pytest.mark.parametrize(
    ("content", "coding", "charset", "text"),
    [
        ("Grüße €".encode(), "0", "UTF-8", "Grüße €"),
        ("Grüße €".encode(), "", "", "Grüße €"),
        ("“Grüße” €".encode("cp1252"), "0", "WINDOWS-1252", "“Grüße” €"),
        ("Grüße".encode("latin-1"), "0", "ISO-8859-1", "Grüße"),
        ("你好 👍".encode("utf-16-be"), "2", "UTF-16BE", "你好 👍"),
        ("你好 👍".encode("utf-16-be"), "2", "", "你好 👍"),
        ("你好".encode(), "2", "UTF-8", "你好"),
        ("你好".encode("utf-16-be") + b"\x4f", "2", "UTF-16BE", "你好\ufffd"),
        (b"\xd8\x3d", "2", "UTF-16BE", "\ud83d"),
        (b"caf\xe9", "0", "UTF-8", "caf\ufffd"),
        (b"plain", "0", "NO-SUCH-CHARSET", "plain"),
        (b"plain", "0", "hex\0", "plain"),
        (b"706c61696e", "0", "hex", "706c61696e"),
        (b"", "0", "UTF-8", ""),
    ],
)
def test_text_is_read_by_its_charset(content: bytes, coding: str, charset: str, text: str) -> None:
    assert decode_text(content, coding, charset) == text


async def test_a_text_in_the_query_keeps_its_bytes(connection: KannelConnection) -> None:
    query = f"key={KEY}&from=%2B15551230001&to=5550100&id=a-1&coding=2&charset=UTF-16BE&at=1700000000"
    outcome = await call(connection, "inbound", f"{query}&text=%D8%3D%DC%4D%00+%00%21")
    (text,) = outcome.texts
    assert (text.sender, text.recipient, text.text) == ("+15551230001", "5550100", "👍 !")
    assert (text.gateway_id, text.sent_at) == ("a-1", 1_700_000_000_000)
    assert (outcome.reply.status, outcome.reply.body) == (200, b"")


async def test_a_posted_text_is_the_body(connection: KannelConnection) -> None:
    query = f"key={KEY}&from=FRIENDS&to=5550100&id=a-2&coding=0&charset=UTF-8&at=x"
    (text,) = (await call(connection, "inbound", query, b"a  b\nc", "POST")).texts
    assert (text.sender, text.text, text.sent_at, text.omitted) == ("FRIENDS", "a  b\nc", None, 0)


async def test_bytes_that_are_no_text_are_left_out_and_said_so(connection: KannelConnection) -> None:
    query = f"key={KEY}&from=1&to=2&id=3&coding=1&charset=8-BIT"
    (text,) = (await call(connection, "inbound", query, b"\x06\x05\x04", "POST")).texts
    assert (text.text, text.omitted) == ("", 1)


@pytest.mark.parametrize(
    ("status", "answer", "state", "reason"),
    [
        ("1", "", DeliveryState.DELIVERED, None),
        ("2", "id:1 stat:UNDELIV err:001", DeliveryState.UNDELIVERED, FailureReason.CARRIER_REFUSED),
        ("2", "id:1 stat:EXPIRED err:001", DeliveryState.UNDELIVERED, FailureReason.EXPIRED),
        ("4", "", DeliveryState.SENT, None),
        ("8", "ACK/", DeliveryState.SENT, None),
        ("16", "NACK/0x0000000b/Invalid Destination Address", DeliveryState.FAILED, FailureReason.BAD_NUMBER),
        ("16", "NACK/0x00000045", DeliveryState.FAILED, FailureReason.CARRIER_REFUSED),
    ],
)
async def test_reports(
    connection: KannelConnection, status: str, answer: str, state: DeliveryState, reason: FailureReason | None
) -> None:
    query = f"key={KEY}&status={status}&answer={answer.replace(' ', '%20')}&foreign=f-1&at=1700000000"
    (report,) = (await call(connection, "report/42", query)).reports
    assert (report.message_id, report.state, report.reason, report.part) == (42, state, reason, None)
    assert (report.gateway_id, report.at, report.raw) == ("f-1", 1_700_000_000_000, f"{status} {answer}".rstrip())


async def test_a_report_on_a_part(connection: KannelConnection) -> None:
    (report,) = (await call(connection, "report/42/2", f"key={KEY}&attempt=3&parts=4&status=1")).reports
    assert (report.message_id, report.part, report.attempt, report.parts) == (42, 2, 3, 4)


async def test_a_report_to_an_address_of_an_older_version(connection: KannelConnection) -> None:
    (report,) = (await call(connection, "report/42/2", f"key={KEY}&status=1")).reports
    assert (report.attempt, report.parts) == (1, None)


async def test_a_status_that_says_nothing_is_taken_and_left(connection: KannelConnection) -> None:
    assert await call(connection, "report/42", f"key={KEY}&status=32") == WebhookOutcome()


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "inbound", "from=1&to=2&id=3&text=4", 403),
        ("GET", "inbound", "key=key-2&from=1&to=2&id=3&text=4", 403),
        ("GET", "inbound", f"key={KEY.upper()}&from=1&to=2&id=3&text=4", 403),
        ("GET", "inbound", f"key={KEY}%00&from=1&to=2&id=3&text=4", 403),
        ("GET", "inbound", f"key={KEY}&from=1&to=2&id=3", 400),
        ("POST", "inbound", f"key={KEY}&from=1&to=2", 400),
        ("POST", "inbound", f"key={KEY}&from=1&to=2&id=", 400),
        ("GET", "report/42", f"key={KEY}", 400),
        ("GET", "report/42", f"key={KEY}&status=one", 400),
        ("GET", "report/42", f"key={KEY}&status=-1", 400),
        ("GET", "report/", f"key={KEY}&status=1", 404),
        ("GET", "report/forty", f"key={KEY}&status=1", 404),
        ("GET", "report/٤٢", f"key={KEY}&status=1", 404),
        ("GET", "report/1/2/3", f"key={KEY}&status=1", 404),
        ("GET", "report/99999999999999999999", f"key={KEY}&status=1", 404),
        ("GET", "inbound/x", f"key={KEY}&from=1&to=2&id=3&text=4", 404),
        ("GET", "", f"key={KEY}", 404),
        ("PUT", "inbound", f"key={KEY}&from=1&to=2&id=3&text=4", 405),
    ],
)
async def test_calls_not_to_be_believed(
    connection: KannelConnection, method: str, path: str, query: str, status: int
) -> None:
    with pytest.raises(WebhookRefusedError) as refusal:
        await call(connection, path, query, method=method)
    assert refusal.value.status == status
    assert KEY not in str(refusal.value)
