"""What may be done with a number: text it, call it, or why not (A12, B2).

The answer is for the phone button; `start_chat` decides again, by the same rules, under the thread's lock.
"""

from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, select, true

from cti_client.domain.consent import Consent, ConsentState
from cti_client.domain.errors import OPTED_OUT_TEXT, NotANumberError, NotFoundError
from cti_client.domain.phone_number import Address, AddressKind, display, is_landline, parse_destination
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.consent_states import consent_between
from cti_client.hub.store.origin import REMOVED
from cti_client.hub.store.routing_rules import way_out
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.tables import connection, interaction, line, phone, thread
from cti_client.wire import api

NO_CONSENT_TEXT = "No consent to text this number is on record: it has to text us first, or an agent allows it."
"""Said of a number that never texted this line and is not marked for texts at any customer."""

LANDLINE_TEXT = "This is a landline number; only mobile numbers are texted."

_DEFAULT_COUNTRY = "US"

_LINE = select(line).where(line.c.id == bindparam("id"))
FIRST_LINE = (
    select(line)
    .outerjoin(connection, and_(connection.c.id == line.c.connection_id, connection.c.active == true()))
    .order_by(connection.c.id.is_(None), line.c.origin == REMOVED, line.c.id)
    .limit(1)
)
"""The first line that can send, else the first of all: where nobody named one."""

_THREAD = select(thread).where(thread.c.address == bindparam("address"))
_IS_LIVE = select(interaction.c.id).where(interaction.c.thread_id == bindparam("thread_id"), NOT_ENDED)
_PHONES = select(phone.c.type, phone.c.sms).where(phone.c.address == bindparam("address"))


class NumberOnLine(NamedTuple):
    """A number that somebody named, the line that a chat with it would use, and the thread, where there is one."""

    address: Address
    line: AnyRow | None
    customer: AnyRow | None


def number_on_line(conn: Connection, raw: str, line_id: int | None) -> NumberOnLine:
    """Read a number; `line_id` None: the thread's last line, else the first that sends.

    Raises `NotANumberError`, and `NotFoundError` for a line that does not exist.
    """
    ours = _line(conn, line_id)
    address = parse_destination(raw, _DEFAULT_COUNTRY if ours is None else ours.country)
    customer = conn.execute(_THREAD, {"address": address.value}).first()
    if line_id is None and customer is not None and customer.last_line_id is not None:
        ours = _line(conn, customer.last_line_id)
    return NumberOnLine(address, ours, customer)


def check_number(conn: Connection, check: api.CheckNumber, line_id: int | None) -> api.NumberAbilities:
    """May this number be texted from this line (None: as `number_on_line` says) or called?

    Raises `NotFoundError` for a line that does not exist; whatever the number is, there is an answer.
    """
    try:
        address, ours, customer = number_on_line(conn, check.address, line_id)
    except NotANumberError as refusal:
        why = str(refusal)
        return api.NumberAbilities(address=check.address, display=check.address, why_no_sms=why, why_no_call=why)
    is_number = address.kind is AddressKind.E164
    consent = None if ours is None else consent_between(conn, ours.id, address.value)
    why_no_sms, can_allow = _why_no_sms(conn, address.value, ours, customer, consent)
    return api.NumberAbilities(
        address=address.value,
        display=display(address),
        why_no_sms=why_no_sms,
        why_no_call="" if is_number else "A short code takes no calls.",
        tel=f"tel:{address.value}" if is_number else "",
        consent=None if consent is None else consent.state,
        can_allow=can_allow,
    )


def _line(conn: Connection, line_id: int | None) -> AnyRow | None:
    if line_id is None:
        return conn.execute(FIRST_LINE).first()
    row = conn.execute(_LINE, {"id": line_id}).first()
    if row is None:
        raise NotFoundError("This line does not exist.")
    return row


def _why_no_sms(
    conn: Connection, address: str, ours: AnyRow | None, customer: AnyRow | None, consent: Consent | None
) -> tuple[str, bool]:
    """Why not, empty where nothing stands against it; and whether a person's word about consent would help (B2)."""
    leads_out = ours is not None and way_out(conn, ours, address).connection_id is not None
    if consent is None or not leads_out:
        return "No connection can send from this line.", False
    if consent.is_out:
        return OPTED_OUT_TEXT, not consent.own
    if consent.state is ConsentState.OPTED_IN:
        return "", False
    if customer is not None and conn.scalar(_IS_LIVE, {"thread_id": customer.id}) is not None:
        return "", False
    phones = conn.execute(_PHONES, {"address": address}).all()
    if any(one.sms and one.type == "Mobile" for one in phones):
        return "", False
    if phones and all(one.type != "Mobile" for one in phones):
        return f"This is a {phones[0].type.lower()} number; only mobile numbers are texted.", True
    if is_landline(address):
        return LANDLINE_TEXT, True
    return NO_CONSENT_TEXT, True
