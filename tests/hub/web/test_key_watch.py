"""A revoked token ends the desktop that used it, and no other."""

from pathlib import Path

import aiohttp
import pytest

from cti_client.hub.services.agents import add_agent, new_token, remove_agent
from cti_client.hub.store.open import make_bus, make_store
from cti_client.hub.store.store import OwnedStore
from cti_client.hub.token_hash import hash_token
from cti_client.telephony.sms.registry import system_clock
from tests.helpers.postgres import PostgresServer
from tests.helpers.running_hub import PATIENCE_S, TOKEN, RunningHub, running_hub

FIRST, SECOND = "the-first-token-of-cleo", "the-second-token-of-cleo"


async def refused(hub: RunningHub, token: str) -> bool:
    try:
        async with hub.desktop(token=token):
            return False
    except aiohttp.WSServerHandshakeError as error:
        return error.status == 401


async def revoke_by_turns(store: OwnedStore, hub: RunningHub) -> None:
    await store.write(add_agent, "Cleo", hash_token(FIRST))
    async with hub.desktop(token=TOKEN) as anna, hub.desktop(token=FIRST) as cleo:
        await store.write(new_token, "Cleo", hash_token(SECOND))
        goodbye = await cleo.goodbye()
        assert goodbye.reason == "signed_out"
        assert "ask your administrator for another" in goodbye.text, "it says what to do"
        assert await refused(hub, FIRST)
        async with hub.desktop(token=SECOND) as again:
            await store.write(remove_agent, "Cleo")
            assert (await again.goodbye()).reason == "signed_out"
        assert await refused(hub, SECOND)
        assert not anna.ws.closed


async def test_revoked_by_another_process_beside_one_person_s_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no bus to other processes: it looks by itself."""
    monkeypatch.setattr("cti_client.hub.web.key_watch._NET_SECONDS", 0.1)
    async with running_hub(tmp_path) as hub:
        bus = make_bus(hub.config.database)
        store = make_store(hub.config.database, system_clock, bus)
        await store.open()
        try:
            await revoke_by_turns(store, hub)
        finally:
            await store.close()


async def test_revoked_at_another_hub(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the hint alone: the look that hubs take by themselves is put off."""
    monkeypatch.setattr("cti_client.hub.web.key_watch._NET_SECONDS", 10 * PATIENCE_S)
    database = postgres.database()
    async with running_hub(tmp_path, database=database) as hub:
        bus = make_bus(database)
        store = make_store(database, system_clock, bus)
        await store.open()
        await bus.open()
        try:
            await revoke_by_turns(store, hub)
        finally:
            await store.close()
            await bus.close()
