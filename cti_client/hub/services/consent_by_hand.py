"""What *Allow SMS…* and *Opt out of SMS…* have in common: an agent writes down what a customer said (B2, B7)."""

from sqlalchemy import update

from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.customers import lock_contacts
from cti_client.hub.services.threads import thread_of_address
from cti_client.hub.store.number_consent import NO_LINE_TEXT
from cti_client.hub.store.numbers import number_on_line
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import thread

LONGEST_NOTE = 500
"""Characters."""


def customer_on_line(tx: Tx, raw: str, line_id: int | None, contact_id: int | None = None) -> tuple[AnyRow, AnyRow]:
    """The number's thread, made where there is none, and the line, with thread and contacts locked.

    A thread that was on no line yet stays with this one, so that a chat started later finds the consent. Raises
    `NotANumberError`, `NotFoundError` (line or contact) and `BadRequestError` where there is no line at all.
    """
    address, ours, _ = number_on_line(tx.conn, raw, line_id)
    if ours is None:
        raise BadRequestError(NO_LINE_TEXT)
    customer, _ = thread_of_address(tx, address.value, repliable=True, line_id=ours.id)
    lock_contacts(tx, customer.address, contact_id)
    if customer.last_line_id is None:
        tx.conn.execute(update(thread).where(thread.c.id == customer.id).values(last_line_id=ours.id))
    return customer, ours


def clean_note(raw: str) -> str:
    """A person's note as it is kept. Raises `BadRequestError` where it is too long."""
    note = clean_text(raw)[0].strip()
    if len(note) > LONGEST_NOTE:
        raise BadRequestError(f"The note has {len(note):,} characters; at most {LONGEST_NOTE} can be kept.", "note")
    return note
