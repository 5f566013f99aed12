"""Transactions that touch several of a customer's threads lock them in one order: nobody waits in a ring."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.hub.bus import Bus
from cti_client.hub.services.agents import remove_agent
from cti_client.hub.services.choose_contact import choose_contact
from cti_client.hub.services.edit_contact import edit_contact
from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.hub.store.open import make_store
from cti_client.hub.store.store import Store, Tx
from cti_client.hub.store.upsert import insert_row
from cti_client.telephony.sms.connection import InboundSms
from cti_client.wire import api
from tests.helpers.hub_store import LINE_ADDRESS, TestClock, seed_hub
from tests.helpers.postgres import PostgresServer

NUMBERS = [f"+1212555{number:04}" for number in range(6)]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def said(store: Store, number: str, words: str, turn: int) -> None:
    sms = InboundSms(gateway_id=f"{number}-{words}-{turn}", sender=number, recipient=LINE_ADDRESS, text=words)
    await store.write(receive_sms, "sim", sms)


def one_customer(tx: Tx) -> int:
    """A contact with all the numbers; nobody is there to answer."""
    seed_hub(tx, presence=Presence.BUSY)
    contact_id = insert_row(tx.conn, tables.contact, {"created_at": 1, "name": "Eva"})
    for number in NUMBERS:
        tx.conn.execute(insert(tables.phone).values(contact_id=contact_id, address=number))
    return contact_id


def deadlocks(conn: Connection) -> int:
    asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return conn.scalar(asked) or 0


@pytest.mark.parametrize("with_edits", [False, True])
async def test_a_customer_who_opts_out_and_in_on_all_numbers_at_once(
    postgres: PostgresServer, with_edits: bool
) -> None:
    """Each changes what is shown of the chats on all the others."""
    url = postgres.database()
    store = make_store(url, TestClock(), Bus())
    await store.open()
    try:
        contact_id = await store.write(one_customer)
        await asyncio.gather(*(said(store, number, "Hello", 0) for number in NUMBERS))
        for turn in range(6):
            words = "STOP" if turn % 2 == 0 else "START"
            work = [said(store, number, words, turn) for number in NUMBERS]
            if with_edits:
                version = await store.read(lambda conn: conn.scalar(select(tables.contact.c.version)) or 0)
                edit = api.EditContact(version=version, town=f"Town {turn}")
                work.append(store.write(edit_contact, 1, contact_id, edit))
            answers = await asyncio.gather(*work, return_exceptions=True)
            assert not [answer for answer in answers[: len(NUMBERS)] if answer is not None]
        state = select(tables.consent.c.state, func.count()).group_by(tables.consent.c.state)
        assert await store.read(lambda conn: [tuple(row) for row in conn.execute(state)]) == [
            (ConsentState.OPTED_IN, len(NUMBERS))
        ]
    finally:
        await store.close()
    counting = make_store(url, TestClock(), Bus())  # a server tells what it counted once a connection has ended
    await counting.open()
    assert await counting.read(deadlocks) == 0
    await counting.close()


def chosen(tx: Tx) -> None:
    """Anna says that the customer of her chat is another contact."""
    choose_contact(tx, 1, 1, api.ChooseContact(contact_id=2))


def removed(tx: Tx) -> None:
    """Anna is retired."""
    remove_agent(tx, "Anna")


def a_chat(tx: Tx) -> None:
    """Anna's, of contact 1; contact 2 is somebody else."""
    seed_hub(tx)
    tx.conn.execute(update(tables.agent).values(token_hash="hash", configured=False))
    receive_sms(tx, "sim", InboundSms(gateway_id="1", sender=NUMBERS[0], recipient=LINE_ADDRESS, text="Hello"))
    insert_row(tx.conn, tables.contact, {"created_at": 1, "name": "Eva"})
    take_waiting(tx, 1, 1, api.Take())


@pytest.mark.parametrize(("act", "first", "later"), [(chosen, "contact", "interaction"), (removed, "thread", "agent")])
async def test_whoever_waits_holds_nothing_that_comes_later(
    postgres: PostgresServer, act: Callable[[Tx], None], first: str, later: str
) -> None:
    url = postgres.database()
    store = make_store(url, TestClock(), Bus())
    await store.open()
    other = await postgres.connect(url.rpartition("/")[2])
    try:
        await store.write(a_chat)
        async with other.transaction():
            await other.execute(f"SELECT id FROM {first} FOR UPDATE")
            waits = asyncio.create_task(store.write(act))
            async with asyncio.timeout(30):
                while not await other.fetchval(WAITING):
                    assert not waits.done(), "it did not wait"
            assert await other.fetch(f"SELECT id FROM {later} FOR UPDATE NOWAIT")
        await waits
    finally:
        await other.close()
        await store.close()
