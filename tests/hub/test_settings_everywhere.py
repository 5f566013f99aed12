"""Two hubs over one PostgreSQL: what is set at one holds at the other, at once or soon after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cti_client.domain.role import Role
from cti_client.hub import gateways
from cti_client.hub.gateways import Gateways
from cti_client.hub.services.agents import set_role
from cti_client.telephony.sms.connection import OutboundSms, SubmitOutcome, Taken
from cti_client.wire import settings_api as api
from cti_client.wire.topics import OwnPresence, Setup
from tests.helpers.postgres import SharedDatabase
from tests.helpers.running_hub import OTHER_TOKEN
from tests.helpers.settings_hub import (
    ANNA_OWNS,
    KANNEL,
    NUMBER,
    SIMULATOR,
    Fakes,
    SettingsHub,
    edited,
    settings_hub,
    shown,
    with_added_agent,
)

SALES = api.EditLine(address=NUMBER, name="Sales", connection="spare", quiet_hours=False)


class Pair:
    """Two hubs, each with the gateways that it made."""

    def __init__(self, here: SettingsHub, there: SettingsHub, made_here: Fakes, made_there: Fakes) -> None:
        self.here, self.there, self.made_here, self.made_there = here, there, made_here, made_there


@asynccontextmanager
async def pair(folder: Path, database: SharedDatabase, **options: Any) -> AsyncIterator[Pair]:
    database.empty()
    here, there = Fakes(), Fakes()
    async with (
        settings_hub(folder, connect=here, database=database.url, **options) as one,
        settings_hub(folder, connect=there, database=database.url, **options) as other,
    ):
        yield Pair(one, other, here, there)


async def test_a_connection_made_at_one_works_at_both(tmp_path: Path, shared_postgres: SharedDatabase) -> None:
    async with pair(tmp_path, shared_postgres) as hubs, hubs.there.hub.desktop(token=OTHER_TOKEN) as bo:
        await hubs.here.put(SIMULATOR)
        await hubs.here.ask("POST", "/lines", SALES)
        await hubs.made_there.until(lambda: len(hubs.made_there.started("spare")) == 1)
        assert await hubs.there.call_of_gateway("spare") == 200
        await bo.until(lambda desk: "setup" in desk.topics and desk.topic(Setup).lines[-1].name == "Sales")
        view = shown(await hubs.there.settings(), "spare")
        await hubs.there.put(edited(view, separate=True))
        await hubs.made_here.until(lambda: [one.stopped for one in hubs.made_here.started("spare")] == [True, False])
        assert await hubs.here.refused("PUT", "/connections/spare", edited(view)) == (409, "stale_version", "")
        await hubs.here.ask("DELETE", "/connections/spare")
        await hubs.made_there.until(lambda: all(one.stopped for one in hubs.made_there.started("spare")))
        assert await hubs.there.call_of_gateway("spare") == 503


async def test_a_lost_hint_costs_seconds_alone(
    tmp_path: Path, shared_postgres: SharedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "_NET_SECONDS", 0.05)
    monkeypatch.setattr(Gateways, "wake", lambda _: None)
    async with pair(tmp_path, shared_postgres) as hubs:
        await hubs.here.put(SIMULATOR)
        await hubs.made_there.until(lambda: len(hubs.made_there.started("spare")) == 1)


async def test_a_limited_rate_stays_with_one_hub_through_a_change(
    tmp_path: Path, shared_postgres: SharedDatabase
) -> None:
    async with pair(tmp_path, shared_postgres) as hubs:
        await hubs.here.put(msgspec.structs.replace(SIMULATOR, per_second=50.0))
        made = await hubs.here.ask("POST", "/lines", SALES)
        await hubs.made_there.until(lambda: len(hubs.made_there.started("spare")) == 1)
        await hubs.there.put(edited(shown(made, "spare"), per_second=40.0))
        await hubs.made_here.until(lambda: len(hubs.made_here.started("spare")) == 2)
        chat = await hubs.here.chat(made.lines[-1].id)
        for number in range(5):
            await hubs.here.say(chat, f"Text {number}")
        everywhere = hubs.made_here, hubs.made_there
        for one in everywhere:
            one.share_news_with(*everywhere)

        def arrived() -> list[str]:
            return sorted(text for one in everywhere for text in one.texts("spare"))

        await hubs.made_here.until(lambda: len(arrived()) == 5)
        assert arrived() == [f"Text {number}" for number in range(5)]


async def unhurried(sms: OutboundSms) -> SubmitOutcome:
    """A gateway that lets others do much before it answers."""
    for _ in range(50):
        await asyncio.sleep(0)
    return Taken(gateway_id=f"g-{sms.message_id}")


@pytest.mark.parametrize("per_second", [None, 1000.0])
async def test_no_text_is_lost_or_doubled_by_changes_in_the_midst(
    tmp_path: Path, shared_postgres: SharedDatabase, per_second: float | None
) -> None:
    async with pair(tmp_path, shared_postgres) as hubs:
        everywhere = hubs.made_here, hubs.made_there
        for one in everywhere:
            one.answer = unhurried
            one.share_news_with(*everywhere)
        await hubs.here.put(msgspec.structs.replace(SIMULATOR, per_second=per_second))
        line_id = (await hubs.here.ask("POST", "/lines", SALES)).lines[-1].id
        chats = [await hubs.here.chat(line_id, f"+1212555{number:04}") for number in range(1200, 1208)]

        async def change() -> None:
            for number in range(12):
                hub = hubs.here if number % 2 else hubs.there
                view = shown(await hub.settings(), "spare")
                await hub.put(edited(view, country="GB" if number % 2 else "US", separate=number % 3 == 0))

        async def write() -> None:
            for number in range(6):
                for chat in chats:
                    await (hubs.here if number % 2 else hubs.there).say(chat, f"{chat}: {number}")

        await asyncio.gather(change(), write())
        texts = sorted(f"{chat}: {number}" for number in range(6) for chat in chats)

        def arrived() -> list[str]:
            return sorted(text for one in everywhere for text in one.texts("spare"))

        await hubs.made_here.until(lambda: len(arrived()) >= len(texts))
        assert arrived() == texts
        assert len([one for made in everywhere for one in made.started("spare")]) > 6


async def test_a_hub_without_the_key_says_so_and_its_colleague_goes_on(
    tmp_path: Path, shared_postgres: SharedDatabase
) -> None:
    shared_postgres.empty()
    here, there = Fakes(), Fakes()
    async with (
        settings_hub(tmp_path, connect=here, database=shared_postgres.url) as one,
        settings_hub(tmp_path, connect=there, database=shared_postgres.url, secrets_key="") as other,
    ):
        await one.put(KANNEL)
        assert shown(await one.settings(), "main").trouble == ""
        assert "has no key" in shown(await other.settings(), "main").trouble
        assert (len(here.started("main")), there.started("main")) == (1, [])


async def test_a_role_holds_from_the_next_request_on(tmp_path: Path, shared_postgres: SharedDatabase) -> None:
    """G1: given by the admin command, beside hubs that run; the desktop hears of it at once."""
    async with (
        pair(tmp_path, shared_postgres, agents=ANNA_OWNS[:1]) as hubs,
        with_added_agent(shared_postgres.url, "Cleo") as (store, token),
        hubs.there.hub.desktop(token=token) as cleo,
    ):
        assert cleo.welcome is not None
        assert cleo.welcome.role is Role.AGENT
        assert (await hubs.there.refused("GET", "", token=token))[0] == 403
        await store.write(set_role, "Cleo", Role.ADMIN)
        await hubs.there.settings(token)
        await cleo.until(lambda desk: OwnPresence.topic in desk.topics)
        await cleo.until(lambda desk: desk.topic(OwnPresence).role is Role.ADMIN)
        await store.write(set_role, "Cleo", Role.SUPERVISOR)
        assert (await hubs.here.refused("GET", "", token=token))[0] == 403
        await cleo.until(lambda desk: desk.topic(OwnPresence).role is Role.SUPERVISOR)
