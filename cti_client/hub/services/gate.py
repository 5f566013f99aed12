"""The one gate that every text to a customer passes (B7, B8, B9, A11, D6), whoever or whatever sends it.

Nothing is stored on the way to a gateway but what this gate has cleared: `outgoing.queue_text` takes a `Cleared` alone,
and a `Cleared` is made here alone (a test holds the code to both). A new way to send is a new `Way`, and has to say
what it may do.
"""

import unicodedata
from dataclasses import InitVar, dataclass
from enum import StrEnum

from sqlalchemy import and_, bindparam, or_, select, update

from cti_client.domain import Millis
from cti_client.domain.auto_text import TO_WHO_OPTED_OUT
from cti_client.domain.clean_text import clean_text
from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import (
    EmptyTextError,
    NotRepliableError,
    OptedOutError,
    QuietHoursError,
    RuleError,
    TextRefusedError,
    TextTooLongError,
)
from cti_client.domain.interaction import Direction
from cti_client.domain.quiet_hours import Hours, Place, allowed, local_proof, next_allowed, place_of, refusal_sentence
from cti_client.domain.sms_text import LONGEST
from cti_client.domain.text_policy import refusal_sentence as text_refusal
from cti_client.domain.text_policy import refused
from cti_client.hub.services.consents import consent_state
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.routing_rules import way_out
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import contact, interaction, message


class Way(StrEnum):
    """How a text comes to be sent. The automatic ones are named as their policies (A7)."""

    AGENT_SEND = "agent_send"
    RESEND = "resend"
    HELD = "held"
    """A person's text that was let through before and could not go then."""
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    HELP = "help"
    WELCOME = "welcome"


AUTOMATIC = frozenset({Way.OPT_OUT_CONFIRMATION, Way.OPT_IN_CONFIRMATION, Way.HELP, Way.WELCOME})
PASSES_OPT_OUT = frozenset(Way(policy.value) for policy in TO_WHO_OPTED_OUT)
WAITS_FOR_DAY = frozenset({Way.WELCOME, Way.HELD})
"""What waits for the customer's day by itself (B9). Other automatic texts answer what the customer has just texted."""

_POSTAL = Statement(select(contact.c.postcode, contact.c.country).where(contact.c.id == bindparam("id")))
_HAS_TEXTED = Statement(
    select(message.c.id)
    .where(message.c.interaction_id == bindparam("interaction"), message.c.direction == Direction.IN.value)
    .limit(1)
)
_CHATS = Statement(
    select(interaction.c.id, interaction.c.direction, interaction.c.quiet_ok_until).where(
        or_(
            interaction.c.id == bindparam("own"),
            and_(interaction.c.thread_id == bindparam("thread"), NOT_ENDED),
        )
    )
)
_KEEP_YES = Statement(
    update(interaction).where(interaction.c.id == bindparam("interaction")).values(quiet_ok_until=bindparam("until"))
)
_A_DAY: Millis = 24 * 3_600_000
_MOST_COMPOSED = 4
"""So many characters at most become one when a text is composed."""


_GATE = object()
"""Who has it may say that a text is cleared: nobody outside of this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A text that may go, as it goes. `connection_id` None: it is kept as failed, for no rule leads anywhere (D6).

    Only the gate makes one, and none can be made from another: the token is not kept.
    """

    way: Way
    thread_id: int
    line_id: int
    connection_id: str | None
    text: str
    consent: ConsentState
    """What stood between line and number when it was let through."""
    local_time: str
    """The customer's clock then."""
    due_at: Millis | None = None
    """It may not go before: it is scheduled, and passes the gate again then (B9)."""
    by: InitVar[object]

    def __post_init__(self, by: object) -> None:
        """Raises `TypeError` for whoever goes round the gate."""
        if by is not _GATE:
            raise TypeError("only the gate clears a text")

    @property
    def policy(self) -> str:
        """The name that an automatic text carries; empty for a person's."""
        return self.way.value if self.way in AUTOMATIC else ""


def clear(
    tx: Tx,
    way: Way,
    customer: AnyRow,
    line: AnyRow,
    text: str,
    *,
    chat: AnyRow | None = None,
    in_quiet_hours: bool = False,
    of_chat: int | None = None,
) -> Cleared:
    """Whether this text may go from this line to this customer, whose thread is locked.

    `chat`: the live one in which a person sends it. `in_quiet_hours`: that person was asked and goes on (B9), which
    then holds for this chat until the customer's day begins. `of_chat`: the id of that in which what was held was sent.

    Raises `EmptyTextError`, `TextTooLongError`, `NotRepliableError`, `OptedOutError`, `TextRefusedError`, and
    `QuietHoursError` last, since only that one can be answered with a yes. Nothing is stored then.
    """
    sendable = _sendable(text)
    if not customer.repliable:
        raise NotRepliableError("This sender takes no replies.")
    consent = consent_state(tx, line.id, customer.address)
    if consent is ConsentState.OPTED_OUT and way not in PASSES_OPT_OUT:
        raise OptedOutError
    connection_id, policy = way_out(tx.conn, line, customer.address)
    if not_going := refused(sendable, policy):
        raise TextRefusedError(text_refusal(not_going, policy))
    place = _place(tx, customer, line)
    due_at = None
    if not allowed(tx.now, place, _hours(line)):
        if chat is not None:
            _require_yes(tx, chat, place, line, in_quiet_hours=in_quiet_hours)
        elif way in WAITS_FOR_DAY and not (way is Way.HELD and _is_talked_with(tx, customer, of_chat)):
            due_at = next_allowed(tx.now, place, _hours(line))
            if due_at is None:
                raise QuietHoursError(refusal_sentence(tx.now, place, _hours(line)))
    return Cleared(
        by=_GATE,
        way=way,
        thread_id=customer.id,
        line_id=line.id,
        connection_id=connection_id,
        text=sendable,
        consent=consent,
        local_time=local_proof(tx.now, place),
        due_at=due_at,
    )


def quiet_until(tx: Tx, customer: AnyRow, line: AnyRow, *, in_quiet_hours: bool) -> Millis:
    """Whether a person may begin to text this customer now (B9): the value of the new chat's `quiet_ok_until`.

    Raises `QuietHoursError` outside the hours, unless the person was asked and goes on.
    """
    place, hours = _place(tx, customer, line), _hours(line)
    if allowed(tx.now, place, hours):
        return 0
    if not in_quiet_hours:
        raise QuietHoursError(refusal_sentence(tx.now, place, hours))
    return next_allowed(tx.now, place, hours) or tx.now + _A_DAY


def night_ends(tx: Tx, customer: AnyRow, line: AnyRow, policy: str, of_chat: int | None) -> Millis | None:
    """Until when a text that was let through by day and is about to leave only now has to wait (B9); None: it may go.

    Locks nothing.
    """
    place, hours = _place(tx, customer, line), _hours(line)
    if allowed(tx.now, place, hours):
        return None
    if policy and Way(policy) not in WAITS_FOR_DAY:
        return None
    if not policy and _is_talked_with(tx, customer, of_chat):
        return None
    return next_allowed(tx.now, place, hours) or tx.now + _A_DAY


def clear_automatic(tx: Tx, way: Way, customer: AnyRow, line: AnyRow, text: str) -> Cleared | None:
    """The same for a policy's text, which nobody waits for: None where it may not go or there is no way for it."""
    try:
        cleared = clear(tx, way, customer, line, text)
    except RuleError:
        return None
    return None if cleared.connection_id is None else cleared


def _hours(line: AnyRow) -> Hours:
    return Hours(line.quiet_hours, line.texts_from, line.texts_until)


def _place(tx: Tx, customer: AnyRow, line: AnyRow) -> Place:
    postal = None if customer.contact_id is None else _POSTAL.first(tx.conn, {"id": customer.contact_id})
    if postal is None:
        return place_of(customer.address, line.country)
    return place_of(customer.address, line.country, postal.postcode, postal.country)


def _require_yes(tx: Tx, chat: AnyRow, place: Place, line: AnyRow, *, in_quiet_hours: bool) -> None:
    """A reply passes. In a chat that we began and the customer has not answered, a person's yes is needed, once."""
    if _passes(tx, chat):
        return
    if not in_quiet_hours:
        raise QuietHoursError(refusal_sentence(tx.now, place, _hours(line)))
    until = next_allowed(tx.now, place, _hours(line)) or tx.now + _A_DAY
    _KEEP_YES.run(tx.conn, {"interaction": chat.id, "until": until})


def _passes(tx: Tx, chat: AnyRow) -> bool:
    """Whether texts of this chat go at night too: it is the customer's, they have answered, or a person said yes."""
    if chat.direction == Direction.IN or tx.now < chat.quiet_ok_until:
        return True
    return _HAS_TEXTED.first(tx.conn, {"interaction": chat.id}) is not None


def _is_talked_with(tx: Tx, customer: AnyRow, of_chat: int | None) -> bool:
    """The same of the chat in which a text was sent, and of the one that is live."""
    chats = _CHATS.rows(tx.conn, {"own": of_chat, "thread": customer.id})
    return any(_passes(tx, chat) for chat in chats)


def _sendable(raw: str) -> str:
    """What goes out: as typed, composed (a decomposed letter would make the whole text UCS-2)."""
    text = clean_text(raw)[0]
    if len(text) <= _MOST_COMPOSED * LONGEST:  # composing a heap of accents takes the square of its length
        text = unicodedata.normalize("NFC", text)
    if not text.strip():
        raise EmptyTextError("There is nothing to send.")
    if len(text) > LONGEST:
        raise TextTooLongError(f"The text has {len(text):,} characters; at most {LONGEST:,} can go.")
    return text
