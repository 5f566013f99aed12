"""An agent writes down that a customer wants no more texts, said in other words than STOP (B7)."""

from cti_client.domain.consent import TOLD_AGENT
from cti_client.hub.services.consent_by_hand import clean_note, customer_on_line
from cti_client.hub.services.consents import change_consent
from cti_client.hub.store.consent_states import consent_between
from cti_client.hub.store.number_consent import number_consent
from cti_client.hub.store.store import Tx
from cti_client.wire.consent_api import AskConsent, NumberConsent, OptOut


def opt_out(tx: Tx, agent_id: int, wish: OptOut) -> NumberConsent:
    """Nothing goes to the number from the line (or its pool) any more; the customer is not told. What stands then.

    A second time nothing happens; a text of the customer's own that opted out keeps its weight. Raises
    `NotANumberError`, `NotFoundError`, and `BadRequestError` for a note that is too long.
    """
    note = clean_note(wish.note)
    customer, line = customer_on_line(tx, wish.address, wish.line_id)
    standing = consent_between(tx.conn, line.id, customer.address)
    change_consent(
        tx,
        customer,
        line.id,
        standing.after_opt_out().state,
        basis=TOLD_AGENT,
        note=note,
        agent_id=agent_id,
        before=standing.state,
    )
    return number_consent(tx.conn, AskConsent(address=customer.address, line_id=line.id))
