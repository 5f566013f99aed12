"""C6: what an agent chooses while another transaction waits for their customers is not written over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, select

from cti_client.domain.agent import Presence
from cti_client.hub.bus import Bus
from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.set_presence import agent_connected, agent_gone, set_presence
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.hub.store.open import make_store
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import OwnedStore, Tx
from cti_client.telephony.sms.connection import InboundSms
from cti_client.wire import api
from tests.helpers.hub_store import LINE_ADDRESS, TestClock, seed_hub
from tests.helpers.postgres import PostgresServer

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Race:
    """An agent, Anna, with one open chat, whose thread somebody else can hold."""

    def __init__(self, server: PostgresServer, url: str, store: OwnedStore, agent_id: int) -> None:
        self._server = server
        self._name = url.rpartition("/")[2]
        self._store = store
        self.agent_id = agent_id

    async def while_it_waits(self, fn: Callable[[Tx, int], None], presence: Presence, reason: str) -> AnyRow:
        """`fn` waits for the thread; meanwhile the agent chooses this presence. The agent's row after both."""
        holder = await self._server.connect(self._name)
        try:
            async with holder.transaction():
                await holder.execute("SELECT id FROM thread FOR UPDATE")
                waits = asyncio.create_task(self._store.write(fn, self.agent_id))
                async with asyncio.timeout(30):
                    while not await holder.fetchval(WAITING):
                        assert not waits.done(), "it did not wait"
                await self._store.write(set_presence, self.agent_id, presence, reason)
            await waits
        finally:
            await holder.close()
        return await self._store.read(self._row)

    def _row(self, conn: Connection) -> AnyRow:
        return conn.execute(select(tables.agent).where(tables.agent.c.id == self.agent_id)).one()


@asynccontextmanager
async def racing(server: PostgresServer) -> AsyncIterator[tuple[Race, OwnedStore]]:
    url = server.database()
    store = make_store(url, TestClock(), Bus())
    await store.open()
    try:
        seeded = await store.write(seed_hub)
        sms = InboundSms(gateway_id="1", sender="+12125551234", recipient=LINE_ADDRESS, text="Hello")
        await store.write(receive_sms, "sim", sms)
        await store.write(take_waiting, seeded.agent_id, 1, api.Take())
        yield Race(server, url, store, seeded.agent_id), store
    finally:
        await store.close()


async def test_what_was_chosen_while_the_agent_was_found_gone_comes_back_with_them(postgres: PostgresServer) -> None:
    async with racing(postgres) as (race, store):
        row = await race.while_it_waits(agent_gone, Presence.AWAY, "Lunch")
        assert (row.presence, row.presence_before, row.reason_before) == ("offline", "away", "Lunch")
        assert row.gone_since is not None
        await store.write(agent_connected, race.agent_id)
        assert await store.read(lambda conn: conn.scalar(select(tables.agent.c.presence))) == "away"


@pytest.mark.parametrize("presence", [Presence.OFFLINE, Presence.BUSY])
async def test_what_was_chosen_while_the_agent_comes_back_holds(postgres: PostgresServer, presence: Presence) -> None:
    async with racing(postgres) as (race, store):
        await store.write(agent_gone, race.agent_id)
        row = await race.while_it_waits(agent_connected, presence, "Home")
        assert (row.presence, row.presence_reason, row.gone_since) == (presence, "Home", None)
