"""What a desktop may ask before it comes to work: is this a hub I can speak with, and whose token do I hold?"""

from pathlib import Path

import pytest

from cti_client.domain.agent import Presence
from cti_client.wire import WIRE_LEAST, WIRE_MOST, api, records
from cti_client.wire.frames import Goodbye
from tests.helpers.running_hub import OTHER_TOKEN, TOKEN, RefusedError, running_hub


async def test_whose_token_it_is(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        health = await hub.call("GET", "/health", None, api.Health, token="")
        anna = await hub.call("GET", "/me", None, api.Me)
        bo = await hub.call("GET", "/me", None, api.Me, token=OTHER_TOKEN)
    assert (health.wire_least, health.wire_most) == (WIRE_LEAST, WIRE_MOST)
    assert (anna.hub_id, anna.agent_name) == (health.hub_id, "Anna")
    assert (bo.hub_id, bo.agent_name) == (health.hub_id, "Bo")
    assert anna.agent_id != bo.agent_id


async def test_a_token_that_is_nobody_s(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        with pytest.raises(RefusedError) as caught:
            await hub.call("GET", "/me", None, api.Me, token="not a token of anybody")
    assert (caught.value.status, caught.value.problem.code) == (401, "unauthorised")


async def test_asking_takes_nothing_over(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop(token=TOKEN) as anna:
        presence = api.SetPresence(presence=Presence.AVAILABLE)
        await hub.call("POST", "/presence", presence, api.Done)
        await hub.call("GET", "/me", None, api.Me)
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        assert not any(isinstance(frame, Goodbye) for frame in anna.frames)
