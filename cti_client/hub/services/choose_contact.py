"""The agent says who the customer is (A4): one of our contacts, or what a directory answered."""

from typing import Any

from sqlalchemy import bindparam, delete, exists, or_, select, update

from cti_client.domain.errors import BadRequestError, NotANumberError, NotFoundError
from cti_client.domain.phone_number import parse_destination
from cti_client.hub.services.customers import contacts_changed
from cti_client.hub.services.edit_contact import clean_fields, give_number, lock_contacts_shown, set_fields
from cti_client.hub.services.interactions import held_interaction
from cti_client.hub.store.contacts import ADDRESS_FIELDS
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import case, contact, interaction, line, phone, thread
from cti_client.hub.store.upsert import insert_or_nothing, insert_row
from cti_client.wire import api

_CONTACT = select(contact).where(contact.c.id == bindparam("id")).with_for_update()
_PHONES = select(phone).where(phone.c.address == bindparam("address")).order_by(phone.c.id)
_PRESENT = (
    select(thread.c.contact_id)
    .join(interaction, interaction.c.thread_id == thread.c.id)
    .where(interaction.c.id == bindparam("id"))
)
_COUNTRY = select(line.c.country).where(line.c.id == bindparam("id"))


def choose_contact(tx: Tx, agent_id: int, interaction_id: int, choose: api.ChooseContact) -> None:
    """Make this contact the customer of the chat's thread and case; it gets the thread's number where it lacks it.

    A candidate of a directory fills in the contact that stands there where nothing but the number is known of it, else
    it becomes a contact of its own. A contact that was made for the number alone vanishes with its last use.
    Choosing the same again changes nothing. Raises `ChatEndedError`, `NotFoundError`, `BadRequestError`.
    """
    candidate = choose.candidate
    chosen = choose.contact_id
    if chosen is None and candidate is not None:
        chosen = candidate.contact_id
    shown = chosen, tx.conn.scalar(_PRESENT, {"id": interaction_id})
    lock_contacts_shown(tx, [one for one in shown if one is not None])
    customer, chat = held_interaction(tx, interaction_id, agent_id)
    before: int | None = customer.contact_id
    seen: int | None
    if chosen is not None:
        seen = _version(tx, chosen)
    elif candidate is not None:
        seen = None if before is None else _version(tx, before)
        chosen = _keep(tx, candidate, before)
        _add_number(tx, chosen, candidate.address, country=tx.conn.scalar(_COUNTRY, {"id": chat.line_id}) or "US")
    else:
        raise BadRequestError("No contact was named.")
    give_number(tx, chosen, customer)
    if chosen != before:
        tx.conn.execute(update(thread).where(thread.c.id == customer.id).values(contact_id=chosen))
        tx.conn.execute(update(case).where(case.c.id == chat.case_id).values(contact_id=chosen))
        if before is not None:
            _drop_if_blank(tx, before, customer, chosen)
    if chosen != before or _version(tx, chosen) != seen:
        contacts_changed(tx, [chosen])


def _version(tx: Tx, contact_id: int) -> int:
    row = tx.conn.execute(_CONTACT, {"id": contact_id}).first()
    if row is None:
        raise NotFoundError("This contact does not exist any more.")
    return int(row.version)


def _keep(tx: Tx, candidate: api.Candidate, before: int | None) -> int:
    """The contact that holds what the directory knows: the present one if blank or the same, or a new one."""
    given = clean_fields({name: getattr(candidate, name) for name in ADDRESS_FIELDS})
    if not any(given.values()):
        raise BadRequestError("The directory's answer is empty.")
    fields = {**given, "source": clean_fields({"source": candidate.source})["source"]}
    present = None if before is None else tx.conn.execute(_CONTACT, {"id": before}).first()
    if present is not None and all(getattr(present, name) == value for name, value in given.items()):
        return int(present.id)
    if present is None or not _is_blank(present):
        made = insert_row(tx.conn, contact, {"created_at": tx.now})
        present = tx.conn.execute(_CONTACT, {"id": made}).one()
    set_fields(tx, present, fields)
    return int(present.id)


def _add_number(tx: Tx, contact_id: int, raw: str, *, country: str) -> None:
    """The number under which the directory has the customer, where it is one: another of their numbers."""
    try:
        address = parse_destination(raw, country).value
    except NotANumberError:
        return
    if any(one.contact_id == contact_id for one in tx.conn.execute(_PHONES, {"address": address})):
        return
    insert_or_nothing(tx.conn, phone, {"contact_id": contact_id, "address": address, "type": "Other"})
    set_fields(tx, tx.conn.execute(_CONTACT, {"id": contact_id}).one(), {})


def _drop_if_blank(tx: Tx, contact_id: int, customer: AnyRow, chosen: int) -> None:
    """Nothing was ever known of this contact but the thread's number, and no other thread needs it."""
    row = tx.conn.execute(_CONTACT, {"id": contact_id}).one()
    other_number: Any = exists(
        select(phone.c.id).where(phone.c.contact_id == contact_id, phone.c.address != customer.address)
    )
    other_thread: Any = exists(select(thread.c.id).where(thread.c.contact_id == contact_id))
    if not _is_blank(row) or tx.conn.scalar(select(or_(other_number, other_thread))):
        return
    tx.conn.execute(
        update(case).where(case.c.thread_id == customer.id, case.c.contact_id == contact_id).values(contact_id=chosen)
    )
    tx.conn.execute(delete(phone).where(phone.c.contact_id == contact_id))
    tx.conn.execute(delete(contact).where(contact.c.id == contact_id))


def _is_blank(row: AnyRow) -> bool:
    return not any(getattr(row, name) for name in ADDRESS_FIELDS)
