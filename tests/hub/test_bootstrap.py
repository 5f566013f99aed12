"""The hub as a whole: it starts and stops cleanly, and carries an answer to the phone."""

import asyncio
import socket
from pathlib import Path

import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.hub.bootstrap import Hub
from cti_client.hub.config import ConfigError
from cti_client.telephony.sms.connection import ConnectionSettings, InboundMode, InboundSms, PollOutcome, SmsConnection
from cti_client.telephony.sms.settings import SettingsError
from cti_client.wire import api, records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.running_hub import CUSTOMER, LINE, Desktop, RunningHub, hub_config, running_hub


async def open_chat(hub: RunningHub, anna: Desktop, sender: str = CUSTOMER) -> api.Accepted:
    await hub.text_in("Hello", sender)
    await anna.until(lambda desk: any(offer.address == sender for offer in desk.all_of(records.Offer)))
    (offer,) = [one for one in anna.all_of(records.Offer) if one.address == sender]
    return await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)


async def send(hub: RunningHub, chat: api.Accepted, anna: Desktop, text: str, client_id: str) -> records.Message:
    composed_at = anna.welcome.now if anna.welcome else 0
    command = api.Send(client_id=client_id, interaction_id=chat.interaction_id, text=text, composed_at=composed_at)
    return await hub.call("POST", "/messages", command, records.Message)


def state_of(anna: Desktop, message_id: int) -> DeliveryState | None:
    return next((one.state for one in anna.all_of(records.Message) if one.id == message_id), None)


async def test_an_answer_reaches_the_gateway_and_its_report_the_desktop(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        chat = await open_chat(hub, anna)
        sent = await send(hub, chat, anna, "Yes, until six.", "11111111-1111-4111-8111-111111111111")
        again = await send(hub, chat, anna, "Yes, until six.", "11111111-1111-4111-8111-111111111111")
        assert again.id == sent.id
        await anna.until(lambda desk: state_of(desk, sent.id) is DeliveryState.SENT)
        (submitted,) = hub.gateway.submitted
        assert (submitted.sender, submitted.recipient, submitted.text) == (LINE, CUSTOMER, "Yes, until six.")
        async with hub.http.get(f"{hub.url}/gateway/fake/report/{sent.id}/delivered") as answer:
            assert answer.status == 200
        await anna.until(lambda desk: state_of(desk, sent.id) is DeliveryState.DELIVERED)


async def test_the_texts_of_one_chat_go_in_order(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        chat = await open_chat(hub, anna)
        for number in range(10):
            await send(hub, chat, anna, f"Part {number}", f"11111111-1111-4111-8111-11111111111{number}")
        await hub.gateway.until(lambda: len(hub.gateway.submitted) == 10)
        assert [one.text for one in hub.gateway.submitted] == [f"Part {number}" for number in range(10)]


async def test_the_gateway_is_told_the_hubs_address(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        assert hub.gateway.settings.public_url == hub.url
    async with running_hub(tmp_path, public_url="https://sms.example.com") as hub:
        assert hub.gateway.settings.public_url == "https://sms.example.com"


async def test_what_came_while_the_hub_was_off_is_fetched_on_start(tmp_path: Path) -> None:
    """H1a."""
    gateway = FakeConnection(inbound=InboundMode.POLL)
    missed = InboundSms(gateway_id="1", sender=CUSTOMER, recipient=LINE, text="Anyone there?")
    gateway.pages = [PollOutcome(texts=(missed,), cursor="1")]
    async with running_hub(tmp_path, gateway) as hub, hub.desktop() as anna:
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
    again = FakeConnection(inbound=InboundMode.POLL)
    async with running_hub(tmp_path, again):
        await again.until(lambda: again.cursors == ["1"])


async def test_stop_lets_a_submit_end_and_records_it(tmp_path: Path) -> None:
    from cti_client.telephony.sms.connection import OutboundSms, SubmitOutcome, Taken

    release = asyncio.Event()

    async def slow(sms: OutboundSms) -> SubmitOutcome:
        await release.wait()
        return Taken(gateway_id="late")

    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        chat = await open_chat(hub, anna)
        hub.gateway.answer = slow
        sent = await send(hub, chat, anna, "Yes", "11111111-1111-4111-8111-111111111111")
        await hub.gateway.until(lambda: len(hub.gateway.submitted) == 1)
        stopping = asyncio.create_task(hub.hub.stop())
        await anna.goodbye()
        release.set()
        await stopping
    assert hub.gateway.stopped
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.until(lambda desk: state_of(desk, sent.id) is DeliveryState.SENT)


async def test_a_hub_that_cannot_start_leaves_nothing_behind(tmp_path: Path) -> None:
    gateway = FakeConnection()

    def refuse(settings: ConnectionSettings) -> SmsConnection:
        raise SettingsError("options.url", "must be given")

    with pytest.raises(ConfigError) as caught:
        await Hub(hub_config(tmp_path, [gateway]), refuse).start()
    assert caught.value.key == "connections[0].options.url"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        from dataclasses import replace

        config = replace(hub_config(tmp_path, [gateway]), port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            await Hub(config, lambda settings: gateway).start()
    (tmp_path / "hub.db").write_bytes(b"this is no database, and long enough to be looked at" * 100)
    with pytest.raises(Exception, match="database"):
        await Hub(hub_config(tmp_path, [gateway]), lambda settings: gateway).start()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
