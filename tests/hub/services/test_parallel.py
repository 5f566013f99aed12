"""A10, A3, exactly once: many at the same moment, through two real stores over one database."""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import Connection, Table, func, select

from cti_client.domain.agent import Presence
from cti_client.domain.errors import ONLY_START_TEXT, OfferGoneError, OnlyStartError, OptedOutError
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.opt_out import opt_out
from cti_client.hub.services.outbox import record_outcome, take_due
from cti_client.hub.services.receive_sms import Received, receive_sms
from cti_client.hub.services.send_sms import send_sms
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.hub.store.number_consent import number_consent
from cti_client.hub.store.store import Store, Tx
from cti_client.telephony.sms.connection import InboundSms, Taken
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, OptOut
from tests.helpers.engines import MakeStore, TakingTurns
from tests.helpers.hub_store import LINE_ADDRESS, NOON, Seeded, seed_agent, seed_hub

CUSTOMER = "+12125551234"


@pytest.fixture
async def store(make_store: MakeStore) -> Store:
    return TakingTurns([await make_store(), await make_store()])


def count(conn: Connection, table: Table) -> int:
    return conn.scalar(select(func.count()).select_from(table)) or 0


async def counts(store: Store, *those: Table) -> list[int]:
    return [await store.read(count, table) for table in those]


async def text(store: Store, gateway_id: str, sender: str = CUSTOMER) -> Received:
    sms = InboundSms(gateway_id=gateway_id, sender=sender, recipient=LINE_ADDRESS, text="Hello")
    return await store.write(receive_sms, "sim", sms)


async def only_offer(store: Store) -> tuple[int, int]:
    def the_offer(conn: Connection) -> tuple[int, int]:
        row = conn.execute(select(tables.offer.c.id, tables.offer.c.number)).one()
        return row.id, row.number

    return await store.read(the_offer)


async def test_fifty_first_texts_at_once_are_one_chat_one_offer_and_one_case(store: Store) -> None:
    seeded = await store.write(seed_hub)
    received = await asyncio.gather(*(text(store, f"gw-{number}") for number in range(50)))
    assert len({one.message_id for one in received}) == 50
    offer_id, number = await only_offer(store)
    accept = api.Accept(number=number)
    answers = await asyncio.gather(*(store.write(accept_offer, seeded.agent_id, offer_id, accept) for _ in range(10)))
    assert len(set(answers)) == 1
    assert await counts(store, tables.interaction, tables.offer, tables.case, tables.contact) == [1, 1, 1, 1]
    assert await counts(store, tables.message, tables.inbound_key) == [50, 50]


async def test_a_text_that_the_gateway_repeats_is_kept_once(store: Store) -> None:
    await store.write(seed_hub)
    received = await asyncio.gather(*(text(store, "the same") for _ in range(20)))
    assert len({one.message_id for one in received}) == 1
    assert sum(not one.duplicate for one in received) == 1
    assert await counts(store, tables.message, tables.offer) == [1, 1]


async def test_accept_and_decline_at_once_have_one_winner(store: Store) -> None:
    seeded = await store.write(seed_hub)
    await text(store, "1")
    offer_id, number = await only_offer(store)
    accepts = [store.write(accept_offer, seeded.agent_id, offer_id, api.Accept(number=number)) for _ in range(5)]
    declines = [store.write(decline_offer, seeded.agent_id, offer_id, api.Decline(number=number)) for _ in range(5)]
    results = await asyncio.gather(*accepts, *declines, return_exceptions=True)
    refused = [isinstance(result, OfferGoneError) for result in results]
    assert refused in ([False] * 5 + [True] * 5, [True] * 5 + [False] * 5)


async def test_two_agents_never_both_take_a_chat(store: Store) -> None:
    def seed(tx: Tx) -> tuple[Seeded, int]:
        return seed_hub(tx, presence=Presence.BUSY), seed_agent(tx, "Ben", Presence.BUSY)

    seeded, ben = await store.write(seed)
    await text(store, "1")
    takes = [store.write(take_waiting, agent_id, 1, api.Take()) for agent_id in (seeded.agent_id, ben) * 5]
    results = await asyncio.gather(*takes, return_exceptions=True)
    refused = [isinstance(result, OfferGoneError) for result in results]
    assert refused in ([False, True] * 5, [True, False] * 5)
    assert await counts(store, tables.case) == [1]


async def test_a_send_repeated_at_once_goes_once(store: Store) -> None:
    seeded = await store.write(seed_hub)
    await text(store, "1")
    offer_id, number = await only_offer(store)
    chat = await store.write(accept_offer, seeded.agent_id, offer_id, api.Accept(number=number))
    send = api.Send(client_id="one", interaction_id=chat.interaction_id, text="Hi", composed_at=NOON)
    ids = await asyncio.gather(*(store.write(send_sms, seeded.agent_id, send) for _ in range(10)))
    assert len(set(ids)) == 1
    taken = await asyncio.gather(*(store.write(take_due, "sim", 10, 60_000) for _ in range(5)))
    assert sorted(len(batch) for batch in taken) == [0, 0, 0, 0, 1]


async def test_sends_of_many_chats_by_several_writers_go_once_each(store: Store) -> None:
    """Each Send comes three times, at both hubs; then both hubs empty the outbox."""
    seeded = await store.write(seed_hub)
    chats = []
    for number in range(10):
        await text(store, f"gw-{number}", f"+1212555{number:04}")
        chats.append(await store.write(take_waiting, seeded.agent_id, number + 1, api.Take()))
    sends = [
        api.Send(client_id=f"{turn}-{chat.case_id}", interaction_id=chat.interaction_id, text="Hi", composed_at=NOON)
        for chat in chats
        for turn in range(3)
    ]
    ids = await asyncio.gather(*(store.write(send_sms, seeded.agent_id, send) for send in sends * 3))
    assert len(set(ids)) == 30
    taken: list[int] = []
    for _ in range(3):
        batches = await asyncio.gather(*(store.write(take_due, "sim", 4, 60_000) for _ in range(6)))
        batch = [sms.message_id for one in batches for sms in one]
        assert len(batch) == 10, "one of each customer's at a time"
        for message_id in batch:
            await store.write(record_outcome, message_id, Taken(gateway_id=str(message_id)))
        taken += batch
    assert sorted(taken) == sorted(set(ids))


async def test_a_stop_among_agents_who_write_down_consent_always_wins(store: Store) -> None:
    """B7: whatever comes first, the customer's own word stands at the end, and each change has its one proof."""
    seeded = await store.write(seed_hub)
    allow = AllowSms(address=CUSTOMER, basis=Basis.ON_THE_PHONE)
    stop = InboundSms(gateway_id="stop", sender=CUSTOMER, recipient=LINE_ADDRESS, text="STOP")
    acts: list[Awaitable[object]] = [store.write(allow_sms, seeded.agent_id, allow) for _ in range(4)]
    acts += [store.write(opt_out, seeded.agent_id, OptOut(address=CUSTOMER)) for _ in range(3)]
    acts.insert(4, store.write(receive_sms, "sim", stop))
    results = await asyncio.gather(*acts, return_exceptions=True)
    assert all(not isinstance(result, Exception) or isinstance(result, OnlyStartError) for result in results)
    known = await store.read(number_consent, AskConsent(address=CUSTOMER))
    assert (known.state, known.why_not) == ("opted_out", ONLY_START_TEXT)
    assert [entry.basis for entry in known.ledger].count("texted STOP") == 1
    assert await counts(store, tables.consent, tables.thread) == [1, 1]


async def test_a_stop_among_sends_and_submits_stops_all_that_comes_after_it(store: Store) -> None:
    """B7, B8: what the gateway was not given before STOP was committed never goes, whoever was faster by how much."""
    seeded = await store.write(seed_hub)
    await text(store, "1")
    chat = await store.write(take_waiting, seeded.agent_id, 1, api.Take())
    stop = InboundSms(gateway_id="stop", sender=CUSTOMER, recipient=LINE_ADDRESS, text="STOP")
    acts: list[Awaitable[object]] = []
    for number in range(12):
        send = api.Send(client_id=f"{number}", interaction_id=chat.interaction_id, text="Hi", composed_at=NOON)
        acts.append(store.write(send_sms, seeded.agent_id, send))
        acts.append(store.write(take_due, "sim", 10, 60_000))
    acts.insert(len(acts) // 2, store.write(receive_sms, "sim", stop))
    results = await asyncio.gather(*acts, return_exceptions=True)
    assert all(not isinstance(result, Exception) or isinstance(result, OptedOutError) for result in results)

    def outcome(conn: Connection) -> tuple[set[str], list[str]]:
        sent = select(tables.message.c.state).where(tables.message.c.agent_id.is_not(None))
        waits = (
            select(tables.message.c.policy)
            .join(tables.outbox, tables.outbox.c.message_id == tables.message.c.id)
            .where(tables.outbox.c.taken_until.is_(None))
        )
        return set(conn.scalars(sent)), list(conn.scalars(waits))

    states, waiting = await store.read(outcome)
    assert states <= {"sending", "failed"}, "the gateway has it, or it never goes"
    assert set(waiting) <= {"opt_out_confirmation"}


async def test_one_contact_gets_many_numbers_while_they_text(store: Store) -> None:
    seeded = await store.write(seed_hub)
    await text(store, "first")
    numbers = [f"+1212555{number:04}" for number in range(8)]
    allows = [
        store.write(allow_sms, seeded.agent_id, AllowSms(address=number, basis=Basis.CONTRACT, contact_id=1))
        for number in numbers
    ]
    texts = [text(store, f"gw-{number}", number) for number in numbers]
    await asyncio.gather(*(one for pair in zip(allows, texts, strict=True) for one in pair))
    for number in numbers:
        known = await store.read(number_consent, AskConsent(address=number))
        assert (known.state, known.sms, known.type) == ("opted_in", True, "Mobile")
        assert len(known.ledger) == 1
