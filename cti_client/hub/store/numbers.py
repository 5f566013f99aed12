"""What may be done with a number: text it, call it, or why not (A12, B2).

The answer is for the phone button; `start_chat` decides again, by the same rules, under the thread's lock.
"""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import OPTED_OUT_TEXT, NotANumberError, NotFoundError
from cti_client.domain.phone_number import AddressKind, display, parse_destination
from cti_client.domain.sms_routing import connection_for
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.routing_rules import routing_rules
from cti_client.hub.store.tables import consent, interaction, line, phone, thread
from cti_client.wire import api

NO_CONSENT_TEXT = "No consent to text this number is on record: it has to text us first."
"""Said of a number that never texted this line and is not marked for texts at any customer."""

_DEFAULT_COUNTRY = "US"

_LINE = select(line).where(line.c.id == bindparam("id"))
FIRST_LINE = select(line).order_by(line.c.connection_id.is_(None), line.c.id).limit(1)
"""The first line that can send, else the first of all: where nobody named one."""

_THREAD = select(thread).where(thread.c.address == bindparam("address"))
_IS_LIVE = select(interaction.c.id).where(interaction.c.thread_id == bindparam("thread_id"), NOT_ENDED)
_CONSENT = select(consent.c.state).where(
    consent.c.line_id == bindparam("line_id"), consent.c.address == bindparam("address")
)
_PHONES = select(phone.c.type, phone.c.sms).where(phone.c.address == bindparam("address"))


def check_number(conn: Connection, check: api.CheckNumber, line_id: int | None) -> api.NumberAbilities:
    """May this number be texted from this line (None: the thread's last line, else the first that sends) or called?

    Raises `NotFoundError` for a line that does not exist; whatever the number is, there is an answer.
    """
    ours = _line(conn, line_id)
    try:
        address = parse_destination(check.address, _DEFAULT_COUNTRY if ours is None else ours.country)
    except NotANumberError as refusal:
        why = str(refusal)
        return api.NumberAbilities(address=check.address, display=check.address, why_no_sms=why, why_no_call=why)
    customer = conn.execute(_THREAD, {"address": address.value}).first()
    if line_id is None and customer is not None and customer.last_line_id is not None:
        ours = _line(conn, customer.last_line_id)
    is_number = address.kind is AddressKind.E164
    return api.NumberAbilities(
        address=address.value,
        display=display(address),
        why_no_sms=_why_no_sms(conn, address.value, ours, customer),
        why_no_call="" if is_number else "A short code takes no calls.",
        tel=f"tel:{address.value}" if is_number else "",
    )


def _line(conn: Connection, line_id: int | None) -> Row[*tuple[Any, ...]] | None:
    if line_id is None:
        return conn.execute(FIRST_LINE).first()
    row = conn.execute(_LINE, {"id": line_id}).first()
    if row is None:
        raise NotFoundError("This line does not exist.")
    return row


def _why_no_sms(
    conn: Connection, address: str, ours: Row[*tuple[Any, ...]] | None, customer: Row[*tuple[Any, ...]] | None
) -> str:
    if ours is None or connection_for(routing_rules(conn), ours.id, address, ours.connection_id) is None:
        return "No connection can send from this line."
    state = conn.scalar(_CONSENT, {"line_id": ours.id, "address": address})
    if state == ConsentState.OPTED_OUT:
        return OPTED_OUT_TEXT
    if state == ConsentState.OPTED_IN:
        return ""
    if customer is not None and conn.scalar(_IS_LIVE, {"thread_id": customer.id}) is not None:
        return ""
    phones = conn.execute(_PHONES, {"address": address}).all()
    if any(one.sms for one in phones):
        return ""
    if phones and all(one.type != "Mobile" for one in phones):
        return f"This is a {phones[0].type.lower()} number; only mobile numbers are texted."
    return NO_CONSENT_TEXT
