"""Two hubs over one database: a gateway that only one may work at is worked at by one; the other takes over."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from cti_client.hub.workers.outbox import OutboxWorker
from cti_client.telephony.sms.connection import InboundMode, InboundSms, PollOutcome
from cti_client.wire import records
from cti_client.wire.topics import ConnectionHealth, Connections
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.postgres import PostgresServer
from tests.helpers.running_hub import CUSTOMER, LINE, OTHER_TOKEN, running_hub
from tests.hub.test_bootstrap import open_chat, send

TEXT = InboundSms(gateway_id="p-1", sender=CUSTOMER, recipient=LINE, text="Anyone there?")


async def test_one_polls_and_the_other_takes_over(tmp_path: Path, postgres: PostgresServer) -> None:
    database = postgres.database()
    first, second = FakeConnection(inbound=InboundMode.POLL), FakeConnection(inbound=InboundMode.POLL)
    first.pages = [PollOutcome(texts=(TEXT,), cursor="1"), RuntimeError("down")]
    async with AsyncExitStack() as leaving:
        one = AsyncExitStack()
        hub = await one.enter_async_context(running_hub(tmp_path, first, database=database))
        leaving.push_async_callback(one.aclose)
        async with hub.desktop() as anna:
            await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        await first.until(lambda: len(first.cursors) == 2)
        other = await leaving.enter_async_context(running_hub(tmp_path, second, database=database))
        async with other.desktop(token=OTHER_TOKEN) as bo:
            await bo.until(lambda desk: any(not one.ok for one in shown(desk.topics.get("connections"))))
            assert second.cursors == []
            await one.aclose()
            await second.until(lambda: second.cursors == ["1"])
            await bo.until(lambda desk: all(one.ok for one in shown(desk.topics.get("connections"))))


def shown(topic: object) -> tuple[ConnectionHealth, ...]:
    return topic.connections if isinstance(topic, Connections) else ()


@pytest.mark.parametrize("inbound", [InboundMode.WEBHOOK, InboundMode.BIND])
async def test_a_limited_rate_and_a_session_are_one_hub_s(
    tmp_path: Path, postgres: PostgresServer, inbound: InboundMode
) -> None:
    database = postgres.database()
    both = [FakeConnection(inbound=inbound, per_second=50.0) for _ in range(2)]
    async with AsyncExitStack() as leaving:
        for gateway in both:
            await leaving.enter_async_context(running_hub(tmp_path, gateway, database=database))
        await both[0].until(lambda: both[0].intake is not None)
        assert (both[1].intake is None) == (inbound is InboundMode.BIND)
    assert all(gateway.stopped for gateway in both)


async def test_one_rate_is_kept_by_one_hub_whichever_is_asked_to_send(tmp_path: Path, postgres: PostgresServer) -> None:
    """Two hubs that each kept to it would send twice as many."""
    database = postgres.database()
    both = [FakeConnection(per_second=1_000.0) for _ in range(2)]
    async with AsyncExitStack() as leaving:
        hubs = [
            await leaving.enter_async_context(running_hub(tmp_path, one, database=database, chats_per_agent=9))
            for one in both
        ]
        anna = await leaving.enter_async_context(hubs[1].desktop())
        for number in range(6):
            chat = await open_chat(hubs[0], anna, f"+1555444{number:04}")
            await send(hubs[number % 2], chat, anna, f"Text {number}", f"44444444-1111-4111-8111-{number:012}")
        await anna.until(lambda desk: sum(one.state == "sent" for one in desk.all_of(records.Message)) == 6)
        assert sorted(len(one.submitted) for one in both) == [0, 6]


async def test_with_one_hub_alone_there_are_no_turns(tmp_path: Path) -> None:
    """One person's hub that was killed polls at once when it is back."""
    gateway = FakeConnection(inbound=InboundMode.POLL)
    async with running_hub(tmp_path, gateway):
        await gateway.until(lambda: gateway.cursors == [""])
    again = FakeConnection(inbound=InboundMode.POLL)
    async with asyncio.timeout(20), running_hub(tmp_path, again):
        await again.until(lambda: again.cursors == [""])


async def test_a_gateway_that_does_not_stop_in_order_is_logged_and_the_rest_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def finish(self: OutboxWorker, seconds: float) -> None:
        raise ZeroDivisionError("Dear customer")

    gateway = FakeConnection()
    async with running_hub(tmp_path, gateway, mistakes=True):
        monkeypatch.setattr(OutboxWorker, "finish", finish)
    assert "a gateway did not stop in order: ZeroDivisionError" in caplog.text
    assert "Dear customer" not in caplog.text
