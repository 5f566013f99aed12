"""C2, C3, C6 over several hubs: stores side by side on one database, everything at the same moment."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import Connection, select, update

from cti_client.domain.agent import Presence
from cti_client.domain.errors import OfferGoneError
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.desks import Watch, desk_entered, note_absence, process_started
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.route_offers import may_route, route_offers
from cti_client.hub.services.set_presence import agent_gone, set_presence
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import OwnedStore, Tx
from cti_client.hub.store.upsert import insert_row
from cti_client.telephony.sms.connection import InboundSms
from cti_client.wire import api
from tests.helpers.engines import MakeStore
from tests.helpers.hub_store import LINE_ADDRESS, TestClock, seed_agent, seed_hub

AGENTS = 5
ROOM = 2


@pytest.fixture
async def hubs(make_store: MakeStore) -> list[OwnedStore]:
    """Three, with five available agents who have room for two chats each."""
    clock = TestClock()
    stores = [await make_store(clock) for _ in range(3)]
    await stores[0].write(_seed)
    return stores


def _seed(tx: Tx) -> None:
    seed_hub(tx)
    for number in range(2, AGENTS + 1):
        seed_agent(tx, f"Agent {number}")
    tx.conn.execute(update(tables.hub).values(chats_per_agent=ROOM))


def rows(conn: Connection, state: str) -> list[AnyRow]:
    return list(conn.execute(select(tables.offer).where(tables.offer.c.state == state)))


async def text(store: OwnedStore, number: int) -> None:
    sms = InboundSms(gateway_id=f"g-{number}", sender=f"+1212555{number:04d}", recipient=LINE_ADDRESS, text="Hello")
    await store.write(receive_sms, "sim", sms)


async def settled(store: OwnedStore) -> None:
    """As the offers' worker goes on until nothing can be placed."""
    while await store.read(may_route):
        await store.write(route_offers)


async def test_texts_at_once_never_give_an_agent_more_than_there_is_room_for(hubs: list[OwnedStore]) -> None:
    await asyncio.gather(*(text(hubs[number % 3], number) for number in range(30)))
    await settled(hubs[0])
    offers = await hubs[0].read(rows, "open")
    held = Counter(row.agent_id for row in offers)
    assert sorted(held.values()) == [ROOM] * AGENTS
    assert len({row.interaction_id for row in offers}) == AGENTS * ROOM


async def test_customers_whom_one_agent_knows_never_give_that_agent_more_than_there_is_room_for(
    hubs: list[OwnedStore],
) -> None:
    customers = range(12)

    def known(tx: Tx) -> None:
        for number in customers:
            thread_id = insert_row(tx.conn, tables.thread, {"address": f"+1212555{number:04d}", "repliable": True})
            case = {"thread_id": thread_id, "agent_id": AGENTS, "opened_at": 1, "last_at": 2}
            insert_row(tx.conn, tables.case, case)

    await hubs[0].write(known)
    await asyncio.gather(*(text(hubs[number % 3], number) for number in customers))
    await settled(hubs[0])
    held = Counter(row.agent_id for row in await hubs[0].read(rows, "open"))
    assert held[AGENTS] == ROOM, "the agent of the last case comes first, as long as there is room"
    assert max(held.values()) == ROOM


async def test_every_hub_sweeps_and_each_offer_lapses_once(make_store: MakeStore) -> None:
    clock = TestClock()
    hubs = [await make_store(clock) for _ in range(3)]
    await hubs[0].write(_seed)
    await asyncio.gather(*(text(hubs[number % 3], number) for number in range(10)))
    await settled(hubs[0])
    before = await hubs[0].read(rows, "open")
    assert len(before) == AGENTS * ROOM
    clock.now += 60_000
    await asyncio.gather(*(hub.write(lapse_offers) for hub in hubs * 3))
    lapsed = await hubs[0].read(rows, "lapsed")
    assert sorted(row.id for row in lapsed) == sorted(row.id for row in before)

    def missed(conn: Connection) -> list[str]:
        return list(conn.scalars(select(tables.agent.c.presence)))

    assert await hubs[0].read(missed) == [Presence.MISSED] * AGENTS, "two each, counted once each"


async def test_an_accept_on_one_hub_and_a_decline_on_another_have_one_winner(hubs: list[OwnedStore]) -> None:
    await text(hubs[0], 1)
    (offer,) = await hubs[0].read(rows, "open")
    accept, decline = api.Accept(number=offer.number), api.Decline(number=offer.number)
    results = await asyncio.gather(
        *(hubs[n % 3].write(accept_offer, offer.agent_id, offer.id, accept) for n in range(3)),
        *(hubs[n % 3].write(decline_offer, offer.agent_id, offer.id, decline) for n in range(3)),
        return_exceptions=True,
    )
    refused = [isinstance(result, OfferGoneError) for result in results]
    assert refused in ([False] * 3 + [True] * 3, [True] * 3 + [False] * 3)


async def test_a_waiting_chat_is_pulled_by_one_agent_alone(hubs: list[OwnedStore]) -> None:
    for agent_id in range(1, AGENTS + 1):
        await hubs[0].write(set_presence, agent_id, Presence.BUSY, "")
    await text(hubs[0], 1)
    takes = [hubs[n % 3].write(take_waiting, n % AGENTS + 1, 1, api.Take()) for n in range(AGENTS)]
    results = await asyncio.gather(*takes, return_exceptions=True)
    assert sum(isinstance(result, api.Accepted) for result in results) == 1
    assert sum(isinstance(result, OfferGoneError) for result in results) == AGENTS - 1


async def test_texts_accepts_and_agents_who_go_at_once_leave_nothing_hanging(hubs: list[OwnedStore]) -> None:
    """No deadlock, no offer before somebody who has left, nobody over their room."""
    await asyncio.gather(*(text(hubs[n % 3], n) for n in range(6)))
    await settled(hubs[0])
    standing = await hubs[0].read(rows, "open")
    await asyncio.gather(
        *(
            hubs[n % 3].write(accept_offer, one.agent_id, one.id, api.Accept(number=one.number))
            for n, one in enumerate(standing[:3])
        ),
        *(text(hubs[n % 3], n) for n in range(4, 16)),
        hubs[0].write(agent_gone, 1),
        hubs[1].write(agent_gone, 2),
        hubs[2].write(set_presence, 3, Presence.OFFLINE, ""),
        *(hub.write(lapse_offers) for hub in hubs),
        return_exceptions=False,
    )
    await hubs[0].write(lapse_offers)
    await settled(hubs[0])
    offers = await hubs[0].read(rows, "open")
    assert {row.agent_id for row in offers} <= {4, 5}

    def unplaced(conn: Connection) -> int:
        held = tables.interaction
        return len(conn.execute(select(held.c.id).where(held.c.state == "queued")).all())

    assert await hubs[0].read(unplaced) > 0, "two agents cannot hold all of it"


async def test_coming_back_and_being_found_gone_at_once_ends_with_the_agent_here(make_store: MakeStore) -> None:
    clock = TestClock()
    hubs = [await make_store(clock) for _ in range(2)]
    await hubs[0].write(_seed)
    for store, name in zip(hubs, ("a", "b"), strict=True):
        await store.write(process_started, name, alone=False)
    watch = Watch(process_id="b", grace_ms=60_000, silence_ms=15_000)
    for turn in range(10):
        await hubs[0].write(desk_entered, 1, f"old {turn}", "a")
        clock.now += 120_000  # hub a is silent
        await asyncio.gather(
            hubs[1].write(note_absence, 1, watch),
            hubs[1].write(desk_entered, 1, f"new {turn}", "b"),
        )

        def here(conn: Connection) -> tuple[str, int | None]:
            row = conn.execute(select(tables.agent).where(tables.agent.c.id == 1)).one()
            return row.presence, row.gone_since

        assert await hubs[1].read(here) == ("available", None)
