"""D2a, D5, D6, F4: a real Kannel that only the screens know: made, spoilt, mended, removed, under a running hub."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.wire import api, records
from cti_client.wire import settings_api as settings
from cti_client.wire.topics import Connections
from tests.helpers.kannel import CONNECTION, KEY, PASSWORD, USER, Kannel
from tests.helpers.running_hub import Desktop
from tests.helpers.settings_hub import NUMBER, PATIENCE_S, SettingsHub, edited, settings_hub, shown

pytestmark = pytest.mark.kannel

CUSTOMER, LATE = "+15557770101", "+15557770102"
REFUSED = "Kannel refuses the user name or the password."


def edit(kannel: Kannel, **options: str) -> settings.EditConnection:
    """As an admin fills it in."""
    given = {"url": kannel.url, "username": USER, "password": PASSWORD, "answer_seconds": "5"} | options
    return settings.EditConnection(id=CONNECTION, kind="kannel", name="Carrier", options=given, secret=KEY)


def trouble(desk: Desktop) -> str | None:
    """What the header says of it; None: nothing is known of it."""
    topic = desk.topics.get("connections")
    gateways = topic.connections if isinstance(topic, Connections) else ()
    return next((one.detail for one in gateways if one.id == CONNECTION), None)


def message(desk: Desktop, text: str) -> records.Message | None:
    return next((one for one in desk.all_of(records.Message) if one.text == text), None)


def refused_again(desk: Desktop, text: str) -> bool:
    """It waits, and the reason says for what."""
    found = message(desk, text)
    waits = found is not None and found.state is DeliveryState.QUEUED
    return waits and found is not None and "refuses the user name or the password" in found.reason_text


async def settled(desk: Desktop, text: str, state: DeliveryState) -> records.Message:
    """The message once it is in this state."""
    await desk.until(lambda desk: (found := message(desk, text)) is not None and found.state is state)
    found = message(desk, text)
    assert found is not None
    return found


async def chat(hub: SettingsHub, anna: Desktop, kannel: Kannel) -> int:
    """A customer texts the line, and Anna accepts."""
    kannel.phones.text(CUSTOMER, NUMBER, "Is my parcel there?")
    await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
    (offer,) = anna.all_of(records.Offer)
    accept = api.Accept(number=offer.number)
    return (await hub.hub.call("POST", f"/offers/{offer.id}/accept", accept, api.Accepted)).interaction_id


@contextmanager
def turned_away() -> Iterator[asyncio.Event]:
    """Set once the hub has told a gateway to come again later."""
    heard = asyncio.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if f"/gateway/{CONNECTION}/inbound" in record.getMessage() and ": 503 " in record.getMessage():
                heard.set()

    listener, log = Listener(), logging.getLogger("cti_client.hub.web.refusals")
    log.addHandler(listener)
    try:
        yield heard
    finally:
        log.removeHandler(listener)


async def test_made_spoilt_mended_and_removed_while_the_hub_runs(
    tmp_path: Path, kannel: Kannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with settings_hub(tmp_path, port=kannel.hub_port) as hub, hub.hub.desktop() as anna:
        wrong = edit(kannel, password="no-such-pass-word")
        result = await hub.test(wrong)
        assert (result.ok, result.text) == (False, REFUSED)
        nowhere = await hub.test(edit(kannel, url="http://127.0.0.1:9/cgi-bin/sendsms"))
        assert (nowhere.ok, nowhere.text) == (False, "Kannel's sendsms cannot be reached.")
        assert (await hub.test(edit(kannel))).ok
        view = shown(await hub.put(edit(kannel)), CONNECTION)
        await hub.ask("POST", "/lines", settings.EditLine(address=NUMBER, name="Parcels", connection=CONNECTION))

        talk = await chat(hub, anna, kannel)
        await hub.say(talk, "It is on its way")
        (text,) = await asyncio.to_thread(kannel.phones.wait_for, CUSTOMER, 1)
        assert (text.text, text.sender) == ("It is on its way", NUMBER)
        await settled(anna, "It is on its way", DeliveryState.DELIVERED)

        spoilt = shown(await hub.put(edited(view, options=view.options | {"password": "spoilt-pass-word"})), CONNECTION)
        await anna.until(lambda desk: trouble(desk) == REFUSED)
        await hub.say(talk, "It is there today")
        await anna.until(lambda desk: refused_again(desk, "It is there today"))

        await hub.put(edited(spoilt, options=spoilt.options | {"password": PASSWORD}))
        await anna.until(lambda desk: trouble(desk) == "")
        await settled(anna, "It is there today", DeliveryState.DELIVERED)
        texts = await asyncio.to_thread(kannel.phones.wait_for, CUSTOMER, 2)
        assert [one.text for one in texts] == ["It is on its way", "It is there today"]

        await hub.ask("DELETE", f"/connections/{CONNECTION}")
        await anna.until(lambda desk: trouble(desk) is None)
        told = msgspec.json.encode(await hub.settings()) + msgspec.json.encode(await hub.audit())
        for words in (PASSWORD, KEY, "no-such-pass-word", "spoilt-pass-word"):
            assert words not in caplog.text
            assert words.encode() not in told


async def test_a_text_that_came_while_it_was_removed_comes_in_once_it_is_back(tmp_path: Path, kannel: Kannel) -> None:
    async with settings_hub(tmp_path, port=kannel.hub_port) as hub, hub.hub.desktop() as anna:
        await hub.put(edit(kannel))
        await hub.ask("POST", "/lines", settings.EditLine(address=NUMBER, name="Parcels", connection=CONNECTION))
        await hub.ask("DELETE", f"/connections/{CONNECTION}")
        with turned_away() as heard:
            kannel.phones.text(LATE, NUMBER, "Anybody there?")
            async with asyncio.timeout(PATIENCE_S):
                await heard.wait()
        await hub.put(edit(kannel))
        await anna.until(lambda desk: [one.first_words for one in desk.all_of(records.Offer)] == ["Anybody there?"])
