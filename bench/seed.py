"""Rows for measurements, written straight into the store."""

from sqlalchemy import insert, select

from cti_client.hub.store import tables as t
from cti_client.hub.store.contacts import search_text
from cti_client.hub.store.store import Tx

HOUR = 3_600_000


def seed_cases(tx: Tx, count: int) -> None:
    """`count` customers with one closed case and ten messages each."""
    agent_id = tx.conn.execute(select(t.agent.c.id)).scalars().first()
    line_id = tx.conn.execute(select(t.line.c.id)).scalars().first()
    assert agent_id is not None
    assert line_id is not None
    for number in range(count):
        thread_id = seed_thread(tx, f"+1555{number:07d}", f"Customer Number {number}", line_id)
        seed_closed_case(tx, thread_id, agent_id, line_id, 10)


def seed_thread(tx: Tx, address: str, name: str, line_id: int) -> int:
    """A customer with a number and an empty thread; the thread's id."""
    contact_id = _insert(
        tx,
        t.contact,
        created_at=tx.now,
        name=name,
        search=search_text([name], [address]),
        street="1 High Street",
        town="Springfield",
        source="Own contacts",
    )
    _insert(tx, t.phone, contact_id=contact_id, address=address, type="Mobile", sms=True)
    return _insert(tx, t.thread, address=address, repliable=True, contact_id=contact_id, last_line_id=line_id)


def seed_closed_case(tx: Tx, thread_id: int, agent_id: int, line_id: int, messages: int) -> None:
    """An ended interaction with its closed case and messages, ten seconds apart, in one statement a thousand."""
    began = tx.now - 100 * HOUR - messages * 10_000
    ended = tx.now - 99 * HOUR
    contact_id = tx.conn.execute(select(t.thread.c.contact_id).where(t.thread.c.id == thread_id)).scalar_one()
    case_id = _insert(
        tx,
        t.case,
        thread_id=thread_id,
        contact_id=contact_id,
        agent_id=agent_id,
        subject="Earlier",
        status="closed",
        opened_at=began,
        last_at=ended,
        closed_at=ended,
        disposition="resolved",
    )
    interaction_id = _insert(
        tx,
        t.interaction,
        thread_id=thread_id,
        line_id=line_id,
        direction="in",
        state="ended",
        started_at=began,
        accepted_at=began,
        ended_at=ended,
        agent_id=agent_id,
        case_id=case_id,
        disposition="resolved",
    )
    for first in range(0, messages, 1000):
        rows = [
            {
                "thread_id": thread_id,
                "interaction_id": interaction_id,
                "line_id": line_id,
                "direction": "in" if number % 2 == 0 else "out",
                "at": began + number * 10_000,
                "text": f"Message {number}: is the parcel on its way, and when does the courier come by?",
                "state": "received" if number % 2 == 0 else "delivered",
                "state_at": began + number * 10_000,
                "agent_id": None if number % 2 == 0 else agent_id,
            }
            for number in range(first, min(first + 1000, messages))
        ]
        tx.conn.execute(insert(t.message), rows)


def _insert(tx: Tx, table: object, **values: object) -> int:
    key = tx.conn.execute(insert(table).values(**values)).inserted_primary_key  # type: ignore[arg-type]  # any table
    assert key is not None
    return int(key[0])
