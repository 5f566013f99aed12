"""An agent writes down that a customer agreed to be texted (B2)."""

from sqlalchemy import update

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.consent_by_hand import clean_note, customer_on_line
from cti_client.hub.services.consents import change_consent
from cti_client.hub.services.customers import contacts_changed, tag_number
from cti_client.hub.services.edit_contact import give_number
from cti_client.hub.store.consent_states import consent_between
from cti_client.hub.store.number_consent import number_consent
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import thread
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, NumberConsent


def allow_sms(tx: Tx, agent_id: int, allow: AllowSms) -> NumberConsent:
    """The number is opted in on the line, and Mobile with the SMS tag wherever a contact has it; what stands then.

    `contact_id` gets the number where it lacks it. A second time nothing happens. Raises `OnlyStartError` where the
    customer opted out by a text of their own, `NotANumberError`, `NotFoundError`, and `BadRequestError` for a note that
    is missing or too long.
    """
    note = clean_note(allow.note)
    if allow.basis is Basis.OTHER and not note:
        raise BadRequestError("Say in the note on what the consent rests.", "note")
    customer, line = customer_on_line(tx, allow.address, allow.line_id, allow.contact_id)
    standing = consent_between(tx.conn, line.id, customer.address)
    standing.after_allow()
    if allow.contact_id is not None:
        _give_to_contact(tx, allow.contact_id, customer)
    change_consent(
        tx,
        customer,
        line.id,
        ConsentState.OPTED_IN,
        basis=allow.basis.value,
        note=note,
        agent_id=agent_id,
        before=standing.state,
    )
    tag_number(tx, customer.address, sms=True)  # also where the consent stood already and the tag alone was missing
    return number_consent(tx.conn, AskConsent(address=customer.address, line_id=line.id))


def _give_to_contact(tx: Tx, contact_id: int, customer: AnyRow) -> None:
    given = give_number(tx, contact_id, customer)
    if customer.contact_id is None:
        tx.conn.execute(update(thread).where(thread.c.id == customer.id).values(contact_id=contact_id))
    if given or customer.contact_id is None:
        contacts_changed(tx, [contact_id])
