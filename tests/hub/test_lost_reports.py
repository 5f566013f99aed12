"""D3: a report that was lost on its way is asked for by a hub that comes back, and settles its text."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.hub.services.unsettled import ASK_AFTER
from cti_client.telephony.sms.connection import AskedSms, DeliveryReport
from cti_client.wire import records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.running_hub import running_hub
from tests.hub.test_bootstrap import open_chat, send, state_of


class Askable(FakeConnection):
    """It reports nothing by itself, and knows what became of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    async def ask(self, texts: Sequence[AskedSms]) -> tuple[DeliveryReport, ...]:
        self.asked += [one.message_id for one in texts]
        return tuple(
            DeliveryReport(message_id=one.message_id, state=DeliveryState.DELIVERED, raw="asked") for one in texts
        )


@pytest.mark.parametrize("options", [{}, {"metrics_from": ("127.0.0.1",)}], ids=["plain", "measured"])
async def test_a_hub_that_comes_back_asks(tmp_path: Path, options: dict[str, Any]) -> None:
    gateway = Askable()
    async with running_hub(tmp_path, gateway, **options) as hub, hub.desktop() as anna:
        chat = await open_chat(hub, anna)
        sent = await send(hub, chat, anna, "Hello", "11111111-1111-4111-8111-111111111111")
        await anna.until(lambda desk: state_of(desk, sent.id) is DeliveryState.SENT)
        assert gateway.asked == [], "a report usually comes by itself"
    with closing(sqlite3.connect(tmp_path / "hub.db")) as database, database:
        database.execute("UPDATE message SET state_at = state_at - ?", (ASK_AFTER,))
    gateway.stopped = False
    async with running_hub(tmp_path, gateway, **options) as hub, hub.desktop() as anna:
        await anna.until(lambda desk: state_of(desk, sent.id) is DeliveryState.DELIVERED)
        assert gateway.asked == [sent.id]
        assert [one.id for one in anna.all_of(records.Message) if one.state is DeliveryState.SENT] == []
