"""C2, C3: an agent who stands in another hub's transaction is passed over, never waited for, and not forgotten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, select, update

from cti_client.domain.agent import Presence
from cti_client.hub.bus import Bus
from cti_client.hub.services.answer_offer import decline_offer
from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.route_offers import route_offers
from cti_client.hub.store import tables
from cti_client.hub.store.open import make_store
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import OwnedStore, Tx
from cti_client.telephony.sms.connection import InboundSms
from cti_client.wire import api
from tests.helpers.hub_store import LINE_ADDRESS, TestClock, seed_agent, seed_hub
from tests.helpers.postgres import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
async def hub(url: str) -> AsyncIterator[OwnedStore]:
    store = make_store(url, TestClock(), Bus())
    await store.open()
    yield store
    await store.close()


@asynccontextmanager
async def held(postgres: PostgresServer, url: str, agent_id: int) -> AsyncIterator[None]:
    """Another transaction is busy with this agent."""
    conn = await postgres.connect(url.rpartition("/")[2])
    try:
        async with conn.transaction():
            await conn.execute("SELECT FROM agent WHERE id = $1 FOR NO KEY UPDATE", agent_id)
            yield
    finally:
        await conn.close()


def text(tx: Tx) -> None:
    receive_sms(tx, "sim", InboundSms(gateway_id="g", sender="+12125550001", recipient=LINE_ADDRESS, text="Hello"))


def looks_again(tx: Tx) -> bool:
    tx.wakes.clear()
    route_offers(tx)
    return "offers" in tx.wakes


def all_available(tx: Tx) -> None:
    """Without anybody looking for chats."""
    tx.conn.execute(update(tables.agent).values(presence=Presence.AVAILABLE))


def idle_longest(tx: Tx, agent_id: int) -> None:
    tx.conn.execute(update(tables.agent).where(tables.agent.c.id == agent_id).values(idle_since=0))


def offers(conn: Connection) -> list[AnyRow]:
    return list(conn.execute(select(tables.offer).where(tables.offer.c.state == "open")))


async def test_nobody_waits_for_an_agent_who_is_held_and_the_next_look_finds_them(
    hub: OwnedStore, url: str, postgres: PostgresServer
) -> None:
    anna = (await hub.write(seed_hub, Presence.BUSY)).agent_id
    await hub.write(text)
    assert await hub.write(looks_again) is False, "everybody knows that nobody is there"
    await hub.write(all_available)
    async with held(postgres, url, anna):
        assert await hub.write(looks_again) is True
        assert await hub.read(offers) == []
    await hub.write(route_offers)
    assert [one.agent_id for one in await hub.read(offers)] == [anna]


async def test_in_place_of_one_who_is_held_comes_one_who_was_not_asked(
    hub: OwnedStore, url: str, postgres: PostgresServer
) -> None:
    anna = (await hub.write(seed_hub)).agent_id
    ben, cleo = [await hub.write(seed_agent, name) for name in ("Ben", "Cleo")]
    await hub.write(idle_longest, ben)
    await hub.write(text)
    (first,) = await hub.read(offers)
    assert first.agent_id == ben
    async with held(postgres, url, anna):
        await hub.write(decline_offer, ben, first.id, api.Decline(number=first.number))
        assert [one.agent_id for one in await hub.read(offers)] == [cleo]
