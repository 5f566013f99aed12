"""What sendsms's answers mean, among them those that a real Kannel cannot be made to give."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from cti_client.domain.delivery import FailureReason
from cti_client.telephony.sms import kannel
from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    NotTaken,
    OutboundSms,
    Refused,
    SplitMode,
    Taken,
    Unclear,
    WebhookOutcome,
)
from cti_client.telephony.sms.http_exchange import Answer
from cti_client.telephony.sms.kannel import KannelConnection, outcome_of
from tests.helpers.odd_server import Behaviour, answering, half, hanging_up, odd_server, silent

SMS = OutboundSms(message_id=7, sender="5550100", recipient="+15551230001", text="Hello")


async def no_intake(outcome: WebhookOutcome) -> None:
    raise AssertionError(outcome)


@asynccontextmanager
async def connected(
    url: str, split: SplitMode = SplitMode.CONCATENATE, **options: str
) -> AsyncIterator[KannelConnection]:
    login = {"url": url, "username": "chat", "password": "pass", "answer_seconds": "1"}
    connection = KannelConnection(
        ConnectionSettings(
            id="k",
            kind="kannel",
            name="K",
            public_url="http://127.0.0.1:1",
            secret="key",
            split=split,
            options=login | options,
        )
    )
    await connection.start(no_intake)
    try:
        yield connection
    finally:
        await connection.stop()


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (202, "0: Accepted for delivery", Taken),
        (202, "3: Queued for later delivery", Taken),
        (503, "Temporal failure, try again later.", NotTaken),
        (429, "Too Many Requests", NotTaken),
        (403, "Authorization failed for sendsms", NotTaken),
        (404, "Not found", NotTaken),
        (403, "Not routable. Do not try again.", FailureReason.NO_ROUTING_RULE),
        (400, "Empty receiver number not allowed, rejected", FailureReason.BAD_NUMBER),
        (400, "Garbage 'to' field, rejected.", FailureReason.BAD_NUMBER),
        (400, "Number(s) has/have been denied by white- and/or black-lists.", FailureReason.CARRIER_REFUSED),
        (400, "Coding field misformed, rejected", FailureReason.CARRIER_REFUSED),
        (200, "<html>Welcome to the hotel", Unclear),
        (302, "", Unclear),
        (500, "", Unclear),
        (502, "", Unclear),
        (504, "", Unclear),
    ],
)
def test_answers(status: int, text: str, outcome: type[object] | FailureReason) -> None:
    got = outcome_of(Answer(status, text))
    if isinstance(outcome, FailureReason):
        assert isinstance(got, Refused)
        assert got.reason is outcome
    else:
        assert type(got) is outcome
    assert str(status) in got.detail


def test_a_refused_password_is_not_tried_every_second() -> None:
    got = outcome_of(Answer(403, "Authorization failed for sendsms"))
    assert isinstance(got, NotTaken)
    assert got.retry_after == 60_000


@pytest.mark.parametrize(("rate", "gap"), [(None, None), (2.0, 0.5), (0.01, 5.0)])
async def test_the_messages_of_one_text_do_not_go_in_a_burst(
    monkeypatch: pytest.MonkeyPatch, rate: float | None, gap: float | None
) -> None:
    slept: list[float] = []

    async def note(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(kannel, "pause", note)
    async with (
        odd_server(answering(202, "0: Accepted for delivery")) as server,
        connected(server.url, SplitMode.SEPARATE) as connection,
    ):
        connection.settings = replace(connection.settings, per_second=rate)
        assert isinstance(await connection.submit(replace(SMS, text="x" * 300)), Taken)
        assert len(server.requests) == 3
    assert slept == ([] if gap is None else [gap, gap])


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("headers", "wait"), [(("Retry-After: 120",), 120_000), ((), None)])
async def test_a_busy_gateway_says_when_to_come_again(status: int, headers: tuple[str, ...], wait: int | None) -> None:
    async with (
        odd_server(answering(status, "Temporal failure, try again later.", *headers)) as server,
        connected(server.url) as connection,
    ):
        outcome = await connection.submit(SMS)
        assert isinstance(outcome, NotTaken)
        assert outcome.retry_after == wait


@pytest.mark.parametrize("behaviour", [hanging_up, half, silent])
async def test_a_lost_answer_is_unclear_and_never_sent_again(behaviour: Behaviour) -> None:
    async with odd_server(behaviour) as server, connected(server.url) as connection:
        assert isinstance(await connection.submit(SMS), Unclear)
        assert len(server.requests) == 1


async def test_the_limit_on_a_submit_holds_for_an_answer_that_trickles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kannel, "SUBMIT_LIMIT_S", 0.1)
    async with odd_server(silent) as server, connected(server.url, answer_seconds="30") as connection:
        async with asyncio.timeout(30):
            assert isinstance(await connection.submit(SMS), Unclear)


async def test_a_cancelled_submit_leaves_nothing_behind() -> None:
    async with odd_server(silent) as server, connected(server.url) as connection:
        under_way = asyncio.create_task(connection.submit(SMS), name="submit")
        await server.asked.wait()
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        assert [task.get_name() for task in asyncio.all_tasks() if "kannel" in task.get_name()] == []


async def test_a_text_too_long_for_kannel_is_refused_before_it_is_sent() -> None:
    async with odd_server(answering(202)) as server, connected(server.url, max_messages="2") as connection:
        outcome = await connection.submit(
            OutboundSms(message_id=7, sender="1", recipient="+15551230001", text="x" * 307)
        )
        assert isinstance(outcome, Refused)
        assert outcome.reason is FailureReason.CARRIER_REFUSED
        assert "3 parts" in outcome.detail
        assert server.requests == []
        just = OutboundSms(message_id=8, sender="1", recipient="+15551230001", text="x" * 306)
        assert isinstance(await connection.submit(just), Taken)


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        (answering(503, "Temporal failure"), FailureReason.CONNECTION_BROKEN),
        (answering(403, "Not routable"), FailureReason.NO_ROUTING_RULE),
        (hanging_up, None),
    ],
)
async def test_a_message_cut_short_is_never_sent_again_by_itself(
    second: Behaviour, outcome: FailureReason | None
) -> None:
    answers = iter([answering(202, "0: Accepted for delivery"), second])

    async def by_turns(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await next(answers)(reader, writer)

    async with odd_server(by_turns) as server, connected(server.url, SplitMode.SEPARATE) as connection:
        got = await connection.submit(
            OutboundSms(message_id=7, sender="1", recipient="+15551230001", text="word " * 80)
        )
        assert isinstance(got, Unclear if outcome is None else Refused)
        assert got.detail.startswith("1 of 3 parts were taken, then: ")
        assert not isinstance(got, Refused) or got.reason is outcome
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answering(400, "Empty receiver number not allowed, rejected"), ""),
        (answering(403, "Authorization failed for sendsms"), "password"),
        (answering(200, "<html>"), "Something other"),
        (hanging_up, "gives no answer"),
    ],
)
async def test_the_test_says_what_is_wrong(behaviour: Behaviour, words: str) -> None:
    async with odd_server(behaviour) as server, connected(server.url) as connection:
        said = await connection.test()
        assert words in said
        assert bool(said) == bool(words)
        assert b"to= HTTP" in server.requests[0]
