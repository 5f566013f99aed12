"""The one gate that every text to a customer passes (B7, B8, A11, D6), whoever or whatever sends it.

Nothing is stored on the way to a gateway but what this gate has cleared: `outgoing.queue_text` takes a `Cleared` alone,
and a `Cleared` is made here alone (a test holds the code to both). A new way to send is a new `Way`, and has to say
what it may do.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from cti_client.domain.clean_text import clean_text
from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import (
    EmptyTextError,
    NotRepliableError,
    OptedOutError,
    RuleError,
    TextRefusedError,
    TextTooLongError,
)
from cti_client.domain.sms_routing import connection_for
from cti_client.domain.sms_text import LONGEST
from cti_client.domain.text_policy import refusal_sentence, refused
from cti_client.hub.services.consents import consent_state
from cti_client.hub.store.routing_rules import routing_rules, text_policy_of
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx


class Way(StrEnum):
    """How a text comes to be sent. The automatic ones are named as their policies (A7)."""

    AGENT_SEND = "agent_send"
    RESEND = "resend"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    HELP = "help"
    WELCOME = "welcome"


AUTOMATIC = frozenset({Way.OPT_OUT_CONFIRMATION, Way.OPT_IN_CONFIRMATION, Way.HELP, Way.WELCOME})
PASSES_OPT_OUT = frozenset({Way.OPT_OUT_CONFIRMATION, Way.HELP})
"""The confirmation itself, which the law allows once; and HELP, which is answered whether or not one is subscribed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A text that may go, as it goes. `connection_id` None: it is kept as failed, for no rule leads anywhere (D6)."""

    way: Way
    thread_id: int
    line_id: int
    connection_id: str | None
    text: str
    consent: ConsentState
    """What stood between line and number when it was let through."""

    @property
    def policy(self) -> str:
        """The name that an automatic text carries; empty for a person's."""
        return self.way.value if self.way in AUTOMATIC else ""


def clear(tx: Tx, way: Way, customer: AnyRow, line: AnyRow, text: str) -> Cleared:
    """Whether this text may go from this line to this customer, whose thread is locked.

    Raises `EmptyTextError`, `TextTooLongError`, `NotRepliableError`, `OptedOutError`, `TextRefusedError`. Nothing is
    stored.
    """
    sendable = _sendable(text)
    if not customer.repliable:
        raise NotRepliableError("This sender takes no replies.")
    consent = consent_state(tx, line.id, customer.address)
    if consent is ConsentState.OPTED_OUT and way not in PASSES_OPT_OUT:
        raise OptedOutError
    connection_id = connection_for(routing_rules(tx.conn), line.id, customer.address, line.connection_id)
    policy = text_policy_of(tx.conn, connection_id)
    if not_going := refused(sendable, policy):
        raise TextRefusedError(refusal_sentence(not_going, policy))
    return Cleared(
        way=way,
        thread_id=customer.id,
        line_id=line.id,
        connection_id=connection_id,
        text=sendable,
        consent=consent,
    )


def clear_automatic(tx: Tx, way: Way, customer: AnyRow, line: AnyRow, text: str) -> Cleared | None:
    """The same for a policy's text, which nobody waits for: None where it may not go or there is no way for it."""
    try:
        cleared = clear(tx, way, customer, line, text)
    except RuleError:
        return None
    return None if cleared.connection_id is None else cleared


def _sendable(raw: str) -> str:
    """What goes out: as typed, composed (a decomposed letter would make the whole text UCS-2)."""
    text = unicodedata.normalize("NFC", clean_text(raw)[0])
    if not text.strip():
        raise EmptyTextError("There is nothing to send.")
    if len(text) > LONGEST:
        raise TextTooLongError(f"The text has {len(text):,} characters; at most {LONGEST:,} can go.")
    return text
