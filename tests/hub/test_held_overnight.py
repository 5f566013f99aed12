"""B9, D3: in a running hub a text whose gateway is away until night goes in the customer's morning."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Disposition
from cti_client.hub import bootstrap, gateway
from cti_client.hub.config import LineConfig
from cti_client.hub.services import outbox
from cti_client.hub.workers.alarm import ClockAlarm
from cti_client.telephony.sms.connection import NotTaken, OutboundSms, SubmitOutcome, Taken
from cti_client.wire import api, records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.hub_store import TestClock
from tests.helpers.running_hub import LINE, Desktop, running_hub
from tests.hub.test_bootstrap import open_chat

CUSTOMER = "+12125551234"


def at(hour: int, minute: int = 0, day: int = 16) -> Millis:
    return int(datetime(2025, 6, day, hour, minute, tzinfo=ZoneInfo("America/New_York")).timestamp() * 1000)


def shown(desk: Desktop, message_id: int) -> records.Message | None:
    return next((one for one in desk.all_of(records.Message) if one.id == message_id), None)


def state_and_when(desk: Desktop, message_id: int) -> tuple[DeliveryState, Millis | None] | None:
    message = shown(desk, message_id)
    return None if message is None else (message.state, message.retry_at)


class _Impatient(ClockAlarm):
    def __init__(self, clock: Callable[[], Millis], longest: float = 0.0, gap: float = 0.0) -> None:
        super().__init__(clock, 0.05, gap)


async def test_a_text_that_the_gateway_did_not_take_by_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alarms look at the clock often here, since it is moved by hand."""
    for module in (bootstrap, gateway):
        monkeypatch.setattr(module, "ClockAlarm", _Impatient)
    monkeypatch.setattr(outbox, "BACK_OFF", (1_000,))
    clock, fake = TestClock(at(12)), FakeConnection()
    line = LineConfig(address=LINE, name="Support", connection="fake")
    is_back = False

    async def answer(_: OutboundSms) -> SubmitOutcome:
        return Taken() if is_back else NotTaken(detail="The gateway cannot be reached")

    async with running_hub(tmp_path, fake, clock=clock, lines=(line,)) as hub, hub.desktop() as anna:
        chat = await open_chat(hub, anna, CUSTOMER)
        close = api.Close(disposition=Disposition.RESOLVED)
        await hub.call("POST", f"/interactions/{chat.interaction_id}/close", close, api.Done)
        clock.now = at(20, 58)
        fake.answer = answer
        begun = await hub.call("POST", "/chats", api.StartChat(address=CUSTOMER), api.Accepted)
        send = api.Send(
            client_id="55555555-1111-4111-8111-111111111111",
            interaction_id=begun.interaction_id,
            text="Your parcel is here",
            composed_at=clock.now,
        )
        message = await hub.call("POST", "/messages", send, records.Message)
        await anna.until(lambda desk: bool((one := shown(desk, message.id)) and one.reason_text))
        clock.now = at(21, 5)
        held = DeliveryState.SCHEDULED, at(8, day=17)
        await anna.until(lambda desk: state_and_when(desk, message.id) == held)
        tries = len(fake.submitted)
        is_back = True
        clock.now = at(8, day=17)
        await anna.until(lambda desk: state_and_when(desk, message.id) == (DeliveryState.SENT, None))
        assert [one.text for one in fake.submitted[-2:]] == ["Your parcel is here"] * 2, "it was tried before the night"
        assert len(fake.submitted) == tries + 1
