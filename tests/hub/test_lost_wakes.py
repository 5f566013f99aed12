"""Several hubs may share a PostgreSQL database: what a hub does not hear of, it finds by itself soon after."""

import time
import uuid
from pathlib import Path

import pytest

from cti_client.hub.bus import Bus
from cti_client.hub.config import LineConfig
from cti_client.hub.postgres_bus import PostgresBus
from cti_client.wire import api, records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.postgres import PostgresServer
from tests.helpers.running_hub import LINE, OTHER_TOKEN, running_hub


async def test_texts_go_out_and_offers_go_on_though_every_wake_up_is_lost(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (LineConfig(address=LINE, name="Support", connection="fake", offer_seconds=1),)
    gateway = FakeConnection()
    async with (
        running_hub(tmp_path, gateway, database=postgres.database(), lines=lines) as hub,
        hub.desktop() as anna,
        hub.desktop(token=OTHER_TOKEN) as bo,
    ):
        await anna.until(lambda desk: len(desk.topics) == 3)
        await bo.until(lambda desk: len(desk.topics) == 3)
        for bus in (Bus, PostgresBus):
            monkeypatch.setattr(bus, "publish_hint", lambda *_: None)
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        await anna.until(lambda desk: not desk.all_of(records.Offer))
        await bo.until(lambda desk: bool(desk.all_of(records.Offer)))
        waiting = bo.all_of(records.Offer)[0]
        accepted = await hub.call(
            "POST", f"/offers/{waiting.id}/accept", api.Accept(number=waiting.number), api.Accepted, OTHER_TOKEN
        )
        text = api.Send(
            client_id=str(uuid.uuid4()),
            interaction_id=accepted.interaction_id,
            text="Hi",
            composed_at=int(time.time() * 1000),
        )
        await hub.call("POST", "/messages", text, records.Message, OTHER_TOKEN)
        await gateway.until(lambda: [one.text for one in gateway.submitted] == ["Hi"])
