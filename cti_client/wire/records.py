"""Numbered records: the state one agent must act on.

A record is an upsert or a removal of one versioned thing, never an action. A record may have a parent
(`"interaction:12"`): removing the parent removes it too, and a record whose parent is not held is passed on to
whoever watches but not kept. With that one rule, `old state + records = fresh snapshot`.
"""

from typing import ClassVar

import msgspec

from cti_client.domain import Millis
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.interaction import CaseChoice, CaseStatus, Direction, Disposition, InteractionState


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope. `body` is JSON of the struct that `kind` names, absent when `removed`.

    `seq` is the agent's own running number; 0 inside a snapshot. `key` (`"message:88"`) names the thing. `parting`: a
    sentence that tells the agent why a chat was removed that they did not end themselves.
    """

    seq: int
    kind: str
    id: int
    parent: str = ""
    removed: bool = False
    parting: str = ""
    body: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def key(self) -> str:
        """The name under which the thing is held."""
        return f"{self.kind}:{self.id}"


class CaseBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A case as one line of text shows it. `last_at`: when it was closed, or last touched while open."""

    id: int
    label: str
    subject: str
    last_at: Millis
    agent_name: str = ""
    closed: bool = True


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An SMS chat request in the telephony panel (A2). `number` counts this interaction's offers from 1."""

    kind: ClassVar[str] = "offer"
    id: int
    version: int
    interaction_id: int
    number: int
    made_at: Millis
    deadline: Millis
    call_id: str
    address: str
    address_display: str
    line_id: int
    line_name: str
    waiting_since: Millis
    customer_name: str = ""
    """Empty: no contact known."""
    region: str = ""
    """Country of the number in English, empty where unknown."""
    first_words: str = ""
    """Empty where the setting hides them."""
    last_words: str = ""
    """Of the newest text; empty where the setting hides them, or from an older hub."""
    texts: int = 1
    """How many texts wait for an answer."""
    last_case: CaseBrief | None = None
    default_choice: CaseChoice = CaseChoice.NEW
    thread_id: int = 0
    """Also the seed of the customer's colour."""
    consent: ConsentState | None = None
    """Between the line and the number. None: an older hub, which does not say."""


class PhoneEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a contact. `type`: Mobile, Home, Work or Other (B2)."""

    address: str
    display: str
    type: str = "Mobile"
    sms: bool = False
    consent: ConsentState | None = None
    """Between the number and the line of the chat whose customer has it. None: not said, or an older hub."""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as known to us. `source` names where the address came from (own contacts, a directory)."""

    id: int
    version: int
    name: str = ""
    company: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    source: str = ""
    phones: tuple[PhoneEntry, ...] = ()


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """A chat this agent holds: who, on which line, since when.

    `started_at` is the zero of the message ages (A5). `waiting_since` is the oldest customer text that no agent's
    text has followed, None when nothing waits. `unread` counts customer texts since the agent last looked.
    """

    kind: ClassVar[str] = "interaction"
    id: int
    version: int
    state: InteractionState
    direction: Direction
    thread_id: int
    case_id: int
    call_id: str
    address: str
    address_display: str
    repliable: bool
    line_id: int
    line_name: str
    line_address: str
    line_display: str
    started_at: Millis
    accepted_at: Millis
    waiting_since: Millis | None = None
    unread: int = 0
    last_text: str = ""
    last_direction: Direction = Direction.IN
    last_at: Millis = 0
    consent: ConsentState = ConsentState.UNKNOWN
    contact: Contact | None = None
    """None only in the moment before a contact is found or created."""
    other_contacts: tuple[Contact, ...] = ()
    """Further contacts with this number: the agent picks (A4)."""
    last_case: CaseBrief | None = None
    """The case that Continue would have chosen, so that the choice can be changed afterwards (A8)."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The record the agent works in. Parent: its interaction."""

    kind: ClassVar[str] = "case"
    id: int
    version: int
    label: str
    interaction_id: int
    subject: str = ""
    status: CaseStatus = CaseStatus.OPEN
    category: str = ""
    notes: str = ""
    agent_name: str = ""
    opened_at: Millis = 0
    closed_at: Millis | None = None
    disposition: Disposition | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a thread, newest last by `id`. Parent: its interaction, where it has one.

    `client_id` is the unique id the desktop made (empty for inbound). `policy` names the policy of an automatic
    text (A7). `note` says in one sentence what was left out (attachments, characters that could not be kept).
    """

    kind: ClassVar[str] = "message"
    id: int
    version: int
    thread_id: int
    interaction_id: int | None
    line_id: int
    direction: Direction
    at: Millis
    text: str
    state: DeliveryState
    client_id: str = ""
    author: str = ""
    policy: str = ""
    note: str = ""
    parts: int = 1
    encoding: str = "GSM-7"
    reason: FailureReason | None = None
    reason_text: str = ""
    """The gateway's own code and words, kept as they came (D5)."""
    state_at: Millis = 0
    attempt: int = 1
    """Counts from 1; Resend raises it (E6)."""
    retry_at: Millis | None = None
    """When the next attempt is due, for a queued message that failed before, or when a scheduled one goes."""
    case_label: str = ""
    case_agent: str = ""
    """For the separators of the chat view: the case this message belongs to and its agent."""
    settled_by: str = ""
    """Whose word `state` is, where an agent said so and no report does (D4)."""
