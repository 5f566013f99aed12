"""Sample contacts and history for the demo: four customers with an earlier case each."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from cti_client.domain.interaction import CaseStatus, Direction, Disposition, InteractionState
from cti_client.domain.sms_text import measure
from cti_client.hub.store import tables as t
from cti_client.hub.store.contacts import search_text
from cti_client.hub.store.store import Tx

SAMPLE_FILE = Path(__file__).resolve().parents[2] / "resources" / "sample" / "customers.json"
HOUR = 3_600_000


def load_customers(file: Path = SAMPLE_FILE) -> Sequence[Mapping[str, Any]]:
    """The sample customers as they stand in the file."""
    customers: Sequence[Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["customers"]
    return customers


def load_replies(file: Path = SAMPLE_FILE) -> Sequence[tuple[str, str, str]]:
    """The sample's canned replies: shortcut, title, text."""
    return [(one[0], one[1], one[2]) for one in json.loads(file.read_text(encoding="utf-8"))["replies"]]


def seed_sample_data(tx: Tx, customers: Sequence[Mapping[str, Any]], agent_id: int, line_id: int) -> bool:
    """Put the customers with their closed cases into an empty hub; False (and nothing done) where it has contacts."""
    if tx.conn.execute(select(t.contact.c.id).limit(1)).first() is not None:
        return False
    for customer in customers:
        _seed_customer(tx, customer, agent_id, line_id)
    for shortcut, title, text in load_replies():
        _insert(tx, t.canned_reply, shortcut=shortcut, title=title, text=text)
    return True


def _seed_customer(tx: Tx, customer: Mapping[str, Any], agent_id: int, line_id: int) -> None:
    fields = {name: customer.get(name, "") for name in ("name", "company", "street", "postcode", "town", "country")}
    numbers = [number for number, _, _ in customer["phones"]]
    words = search_text(list(fields.values()), numbers)
    contact_id = _insert(tx, t.contact, created_at=tx.now, search=words, source="Own contacts", **fields)
    for number, kind, sms in customer["phones"]:
        _insert(tx, t.phone, contact_id=contact_id, address=number, type=kind, sms=sms)
    thread_id = _insert(tx, t.thread, address=numbers[0], repliable=True, contact_id=contact_id, last_line_id=line_id)
    history = [(tx.now + int(hours * HOUR), way, text) for hours, way, text in customer["history"]]
    earlier = customer["case"]
    opened, closed = history[0][0], tx.now - int(earlier["closed_hours_ago"] * HOUR)
    case_id = _insert(
        tx,
        t.case,
        thread_id=thread_id,
        contact_id=contact_id,
        agent_id=agent_id,
        subject=earlier["subject"],
        category=earlier["category"],
        notes=earlier["notes"],
        status=CaseStatus.CLOSED.value,
        opened_at=opened,
        last_at=closed,
        closed_at=closed,
        disposition=Disposition.RESOLVED.value,
    )
    interaction_id = _insert(
        tx,
        t.interaction,
        thread_id=thread_id,
        line_id=line_id,
        direction=Direction.IN.value,
        state=InteractionState.ENDED.value,
        started_at=opened,
        accepted_at=opened + 9_000,
        ended_at=closed,
        agent_id=agent_id,
        case_id=case_id,
        disposition=Disposition.RESOLVED.value,
    )
    for at, way, text in history:
        size = measure(text)
        _insert(
            tx,
            t.message,
            thread_id=thread_id,
            interaction_id=interaction_id,
            line_id=line_id,
            direction=way,
            at=at,
            text=text,
            state="received" if way == "in" else "delivered",
            state_at=at + 2_000,
            parts=size.parts,
            encoding=size.encoding,
            agent_id=agent_id if way == "out" else None,
        )
    for at, kind in ((opened, "offered"), (opened + 9_000, "accepted"), (closed, "closed")):
        _insert(tx, t.case_event, interaction_id=interaction_id, case_id=case_id, at=at, kind=kind, agent_id=agent_id)
    _insert(tx, t.consent, line_id=line_id, address=numbers[0], state="opted_in", at=opened)
    _insert(
        tx,
        t.consent_ledger,
        line_id=line_id,
        address=numbers[0],
        state="opted_in",
        at=opened,
        basis="texted first",
        words=history[0][2],
    )


def _insert(tx: Tx, table: Any, **values: Any) -> int:
    key = tx.conn.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
