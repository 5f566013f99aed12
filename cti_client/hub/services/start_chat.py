"""An agent starts a chat with a number, or comes back to it (A12)."""

from sqlalchemy import select, update

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import (
    BadRequestError,
    NoConnectionError,
    NotFoundError,
    OptedOutError,
)
from cti_client.domain.interaction import Direction, InteractionState
from cti_client.domain.offer import OfferState
from cti_client.domain.phone_number import parse_destination
from cti_client.hub.services.answer_offer import end_offer
from cti_client.hub.services.consents import consent_state
from cti_client.hub.services.customers import contact_of
from cti_client.hub.services.gate import quiet_until
from cti_client.hub.services.interactions import live_interaction, lock_interaction, open_for_agent
from cti_client.hub.services.lines import default_line, line_by_id
from cti_client.hub.services.route_offers import back_to_queue
from cti_client.hub.services.take_waiting import take_chat
from cti_client.hub.services.threads import lock_thread, thread_of_address
from cti_client.hub.store.numbers import check_number
from cti_client.hub.store.routing_rules import way_out
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import contact, interaction, offer, thread
from cti_client.hub.store.upsert import insert_row
from cti_client.wire import api


def start_chat(tx: Tx, agent_id: int, start: api.StartChat) -> api.Accepted:
    """A chat with this number, open for this agent: the one this agent has already, one that waits, or a new one.

    Raises `NotANumberError`, `NoConnectionError`, `OptedOutError`, `BadRequestError` (the number may not be texted),
    `QuietHoursError` (unless the person goes on) and `OfferGoneError` where another agent has the customer.
    """
    line = _line(tx, start.line_id)
    address = parse_destination(start.address, line.country if line is not None else "US")
    customer = thread_of_address(tx, address.value, repliable=True).row
    chat = live_interaction(tx, customer.id)
    if chat is not None:
        _withdraw_from_others(tx, chat, agent_id)
        return take_chat(tx, lock_interaction(tx, chat.id)[1], agent_id, None, "taken")

    if start.line_id is None and customer.last_line_id is not None:
        line = line_by_id(tx.conn, customer.last_line_id)
    if line is None or not _leads_out(tx, line, customer.address):
        raise NoConnectionError("No connection can send from this line.")
    consent = _require_consent(tx, customer, line)
    if start.contact_id is not None:
        customer = _choose_contact(tx, customer, start.contact_id)
    elif customer.contact_id is None and consent is ConsentState.OPTED_IN:
        contact_of(tx, customer, sms=True)  # allowed by hand before there was a contact to tag
    quiet_ok_until = quiet_until(tx, customer, line, in_quiet_hours=start.in_quiet_hours)
    chat_id = insert_row(
        tx.conn,
        interaction,
        {
            "thread_id": customer.id,
            "line_id": line.id,
            "direction": Direction.OUT,
            "state": InteractionState.QUEUED,
            "started_at": tx.now,
            "quiet_ok_until": quiet_ok_until,
        },
    )
    tx.conn.execute(update(thread).where(thread.c.id == customer.id).values(last_line_id=line.id))
    return open_for_agent(tx, lock_interaction(tx, chat_id)[1], agent_id, None, "started", as_of=tx.now)


def _line(tx: Tx, line_id: int | None) -> AnyRow | None:
    if line_id is None:
        return default_line(tx.conn)
    line = line_by_id(tx.conn, line_id)
    if line is None:
        raise NotFoundError("This line does not exist.")
    return line


def _leads_out(tx: Tx, line: AnyRow, address: str) -> bool:
    return way_out(tx.conn, line, address).connection_id is not None


def _require_consent(tx: Tx, customer: AnyRow, line: AnyRow) -> ConsentState:
    """The same answer as the phone button had, given again under the thread's lock (A12, B2, B8)."""
    consent = consent_state(tx, line.id, customer.address)
    if consent is ConsentState.OPTED_OUT:
        raise OptedOutError
    why_not = check_number(tx.conn, api.CheckNumber(address=customer.address), line.id).why_no_sms
    if why_not:
        raise BadRequestError(why_not)
    return consent


def _choose_contact(tx: Tx, customer: AnyRow, contact_id: int) -> AnyRow:
    if tx.conn.scalar(select(contact.c.id).where(contact.c.id == contact_id)) is None:
        raise NotFoundError("This contact does not exist.")
    tx.conn.execute(update(thread).where(thread.c.id == customer.id).values(contact_id=contact_id))
    return lock_thread(tx, customer.id)


def _withdraw_from_others(tx: Tx, chat: AnyRow, agent_id: int) -> None:
    """A request that still rings with somebody else does not keep the agent who wants to text this customer now."""
    if chat.state != InteractionState.OFFERED:
        return
    standing = select(offer.c.id).where(
        offer.c.interaction_id == chat.id, offer.c.state == OfferState.OPEN, offer.c.agent_id != agent_id
    )
    offer_id = tx.conn.scalar(standing)
    if offer_id is not None and end_offer(tx, offer_id, OfferState.WITHDRAWN):
        back_to_queue(tx, chat.id, "")
