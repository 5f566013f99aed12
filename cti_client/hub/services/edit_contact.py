"""An agent corrects a customer's address (A3, A4)."""

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, or_, select, update

from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, NotFoundError, StaleVersionError
from cti_client.hub.services.customers import contacts_changed
from cti_client.hub.store.contacts import ADDRESS_FIELDS, search_text
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import contact, phone, thread
from cti_client.hub.store.upsert import insert_or_nothing
from cti_client.wire import api

LONGEST = 200
"""Characters of one field."""

_numbers = select(phone.c.address).where(phone.c.contact_id.in_(bindparam("ids", expanding=True)))
_THREADS = (
    select(thread.c.id)
    .where(or_(thread.c.contact_id.in_(bindparam("ids", expanding=True)), thread.c.address.in_(_numbers)))
    .order_by(thread.c.id)
    .with_for_update()
)
_CONTACT = select(contact).where(contact.c.id == bindparam("id")).with_for_update()
_CONTACTS = (
    select(contact.c.id)
    .where(contact.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(contact.c.id)
    .with_for_update()
)
_WITH_NUMBER = select(phone).where(phone.c.address == bindparam("address")).order_by(phone.c.id)
_NUMBERS = select(phone.c.address).where(phone.c.contact_id == bindparam("id")).order_by(phone.c.id)


def edit_contact(tx: Tx, _agent_id: int, contact_id: int, edit: api.EditContact) -> None:
    """Set the fields that are not None. What is so already is no change, whatever version it was seen in.

    Raises `NotFoundError`, `StaleVersionError` (changed by someone else since) and `BadRequestError` (too long).
    """
    lock_contacts_shown(tx, [contact_id])
    row = tx.conn.execute(_CONTACT, {"id": contact_id}).first()
    if row is None:
        raise NotFoundError("This contact does not exist any more.")
    given = {name: getattr(edit, name) for name in ADDRESS_FIELDS if getattr(edit, name) is not None}
    changes = {name: value for name, value in clean_fields(given).items() if value != getattr(row, name)}
    if not changes:
        return
    if row.version != edit.version:
        raise StaleVersionError("The contact was changed meanwhile.")
    set_fields(tx, row, changes)
    contacts_changed(tx, [contact_id])


def clean_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Each as one clean line. Raises `BadRequestError` for one that is too long."""
    cleaned = {name: " ".join(clean_text(value)[0].split()) for name, value in fields.items()}
    for name, value in cleaned.items():
        if len(value) > LONGEST:
            raise BadRequestError(f"The {name} has {len(value):,} characters; at most {LONGEST} can be kept.")
    return cleaned


def set_fields(tx: Tx, row: AnyRow, changes: Mapping[str, str]) -> None:
    """Write changed fields of a locked contact, and what it is found by. The news is the caller's."""
    fields = {**{name: getattr(row, name) for name in ADDRESS_FIELDS}, **changes}
    words = search_text((fields[name] for name in ADDRESS_FIELDS), tx.conn.scalars(_NUMBERS, {"id": row.id}))
    values = {"version": contact.c.version + 1, "search": words, **changes}
    tx.conn.execute(update(contact).where(contact.c.id == row.id).values(values))


def give_number(tx: Tx, contact_id: int, customer: AnyRow) -> bool:
    """The thread's number to this locked contact, with the type and SMS tag it has with others; False: it has it.

    The news is the caller's.
    """
    known = tx.conn.execute(_WITH_NUMBER, {"address": customer.address}).all()
    if any(one.contact_id == contact_id for one in known):
        return False
    tagged = any(one.sms for one in known)
    kind = "Mobile" if tagged else next((one.type for one in known), "Mobile" if customer.repliable else "Other")
    row = {"contact_id": contact_id, "address": customer.address, "type": kind, "sms": tagged}
    insert_or_nothing(tx.conn, phone, row)
    set_fields(tx, tx.conn.execute(_CONTACT, {"id": contact_id}).one(), {})
    return True


def lock_contacts_shown(tx: Tx, contact_ids: Iterable[int]) -> None:
    """Lock every thread whose chats or offers show one of these contacts, then the contacts; chats come after these."""
    ids = {"ids": list(contact_ids)}
    tx.conn.execute(_THREADS, ids).all()
    tx.conn.execute(_CONTACTS, ids).all()
