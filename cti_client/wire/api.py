"""Bodies of the HTTP API, all under `/api/v1`, all with `Authorization: Bearer TOKEN`.

| method and path                         | request       | answer            |
|-----------------------------------------|---------------|-------------------|
| GET  /health (no token)                 |               | `Health`          |
| GET  /me                                |               | `Me`              |
| POST /offers/{id}/accept                | `Accept`      | `Accepted`        |
| POST /offers/{id}/decline               | `Decline`     | `Done`            |
| POST /waiting/{interaction}/take        | `Take`        | `Accepted`        |
| POST /chats                             | `StartChat`   | `Accepted`        |
| POST /messages                          | `Send`        | `records.Message` |
| POST /messages/{id}/settle              | `Settle`      | `records.Message` |
| POST /messages/{id}/resend              | `Resend`      | `records.Message` |
| POST /messages/{id}/cancel              | `Cancel`      | `records.Message` |
| GET  /messages/{id}/history             |               | `MessageHistory`  |
| POST /interactions/{id}/read            | `MarkRead`    | `Done`            |
| POST /interactions/{id}/close           | `Close`       | `Done`            |
| POST /interactions/{id}/case            | `ChooseCase`  | `Accepted`        |
| POST /interactions/{id}/contact         | `ChooseContact` | `Done`          |
| GET  /interactions/{id}/timeline        |               | `Timeline`        |
| PATCH /cases/{id}                       | `EditCase`    | `records.Case`    |
| GET  /cases?limit=N&before=ID           |               | `CaseList`        |
| GET  /threads/{id}/messages?before=ID&after=ID&limit=N | | `MessagePage`    |
| PUT  /contacts/{id}                     | `EditContact` | `records.Contact` |
| GET  /directory/sources                 |               | `SourceList`      |
| POST /directory/{source}/lookup         | `Lookup`      | `LookupResult`    |
| POST /numbers/check                     | `CheckNumber` | `NumberAbilities` |
| POST /presence                          | `SetPresence` | `Done`            |

A refusal is `Problem` with status 400 (bad_request, not_a_number, empty, too_long, text_refused), 401 (unauthorised),
403 (opted_out, not_repliable, not_allowed), 404 (not_found), 409 (offer_gone, chat_ended, unseen_text, stale_version,
stale_send, quiet_hours), 413 (too_large), 503 (unavailable, no_connection). There is more in
`settings_api.py` and `consent_api.py`.
Every command may be repeated: a second Accept by the same agent, a second Send with the same `client_id`, a
second Close answer like the first.
"""

import msgspec

from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.interaction import CaseChoice, CaseStatus, Disposition
from cti_client.wire.records import CaseBrief, Message


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused. `code` as in `domain.errors`; `text` is a sentence for the person."""

    code: str
    text: str
    by: str = ""
    """Who was faster, for `offer_gone`."""
    field: str = ""
    """The input at fault, where a form was refused."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """It is done."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The hub serves and its database answers."""

    ok: bool
    hub_id: str = ""
    version: str = ""
    wire_least: int = 1
    """The oldest wire version the hub speaks; a desktop looks at it before it shows its token."""
    wire_most: int = 1


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Whose token it is. Asking takes nothing over from another desktop of the same agent."""

    hub_id: str
    agent_id: int
    agent_name: str


class Accept(msgspec.Struct, frozen=True, kw_only=True):
    """Accept offer number `number`. `choice` None: the offer's default."""

    number: int
    choice: CaseChoice | None = None


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The chat is this agent's."""

    interaction_id: int
    case_id: int
    thread_id: int


class Decline(msgspec.Struct, frozen=True, kw_only=True):
    """Decline offer number `number`."""

    number: int


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """Pull a chat from the Waiting list."""

    choice: CaseChoice | None = None


class StartChat(msgspec.Struct, frozen=True, kw_only=True):
    """Start (or come back to) a chat with a number (A12). `line_id` None: the thread's last line, else the first."""

    address: str
    line_id: int | None = None
    contact_id: int | None = None
    in_quiet_hours: bool = False
    """The person was told that it is late where the customer is, and goes on (B9)."""


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `client_id`: a UUID the desktop made, unique for ever. `composed_at`: when Send was pressed.

    `confirmed`: the person was asked about a stale send and said yes (H1).
    """

    client_id: str
    interaction_id: int
    text: str
    composed_at: Millis
    confirmed: bool = False
    in_quiet_hours: bool = False
    """The same about the customer's time of day (B9)."""


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """The agent decides on an `unknown` message (D4): `delivered` (the customer has it) or `failed` (they do not).

    Said otherwise later, the later word counts. Any report outweighs it.
    """

    arrived: bool


class Resend(msgspec.Struct, frozen=True, kw_only=True):
    """A new attempt at a failed or undelivered message (E6): the same row. `attempt`: the one that the person saw fail.

    Repeated, it answers like the first.
    """

    attempt: int
    in_quiet_hours: bool = False


class Cancel(msgspec.Struct, frozen=True, kw_only=True):
    """Do not send a scheduled message after all (D3). Repeated, it answers like the first."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at a message: when it began, by which connection, how it ended or stands."""

    attempt: int
    at: Millis
    state: DeliveryState
    state_at: Millis
    connection: str = ""
    reason: FailureReason | None = None
    reason_text: str = ""
    by: str = ""
    """Who pressed Resend for it; empty for the first."""
    settled_by: str = ""
    """Whose word `state` is, where an agent said so and no report did (D4)."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery report as it came. `raw`: the gateway's own words."""

    at: Millis
    state: DeliveryState
    raw: str
    part: int | None = None
    attempt: int | None = None


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent said of an `unknown` message (D4)."""

    at: Millis
    arrived: bool
    by: str
    attempt: int


class MessageHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one message's way, oldest first."""

    attempts: tuple[Attempt, ...]
    reports: tuple[Report, ...] = ()
    checked_consent: str = ""
    local_time: str = ""
    """The customer's clock when it was let through."""
    settlements: tuple[Settlement, ...] = ()


class MarkRead(msgspec.Struct, frozen=True, kw_only=True):
    """The agent has seen everything up to this message."""

    message_id: int


class Close(msgspec.Struct, frozen=True, kw_only=True):
    """End the interaction (A8).

    `seen`: the newest message that stood before the agent, 0 for none; with a later text of the customer the chat stays
    open (unseen_text). None: whatever has come is ended.
    """

    disposition: Disposition
    notes: str | None = None
    seen: int | None = None


class ChooseCase(msgspec.Struct, frozen=True, kw_only=True):
    """Move the running chat to a new case, or to the case `case_id`."""

    choice: CaseChoice
    case_id: int | None = None


class ChooseContact(msgspec.Struct, frozen=True, kw_only=True):
    """This is the customer: an own contact by id, or a candidate of a directory to be kept as a contact."""

    contact_id: int | None = None
    candidate: "Candidate | None" = None


class EditCase(msgspec.Struct, frozen=True, kw_only=True):
    """Fields to change; None leaves one as it is. `version`: the one the agent saw."""

    version: int
    subject: str | None = None
    status: CaseStatus | None = None
    category: str | None = None
    notes: str | None = None


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of My cases. `interaction_id`: of its live chat, if any."""

    id: int
    label: str
    subject: str
    customer: str
    address: str
    address_display: str
    status: CaseStatus
    last_at: Millis
    thread_id: int
    interaction_id: int | None = None
    agent_name: str = ""
    consent: ConsentState | None = None
    """Between the number and the line last used with it; None: no such line, or an older hub."""


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    cases: tuple[CaseRow, ...]
    more: bool = False


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of one thread, oldest first. `more_before`/`more_after`: there are others beyond this page."""

    messages: tuple[Message, ...]
    more_before: bool = False
    more_after: bool = False


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: offered, accepted, declined, lapsed, taken, started, opted_out, opted_in, closed, moved,
    released, resumed, case."""

    at: Millis
    kind: str
    text: str
    by: str = ""
    case: CaseBrief | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first: this interaction's events and the customer's earlier cases."""

    entries: tuple[TimelineEntry, ...]


class EditContact(msgspec.Struct, frozen=True, kw_only=True):
    """Fields to change; None leaves one as it is."""

    version: int
    name: str | None = None
    company: str | None = None
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One place to look addresses up."""

    id: str
    name: str


class SourceList(msgspec.Struct, frozen=True, kw_only=True):
    """In the order in which they are tried."""

    sources: tuple[Source, ...]


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """By number (`address`), or by hand (`query`: words of a name, street, town, postcode, or a number)."""

    address: str = ""
    query: str = ""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a source. `contact_id` where it is one of our own contacts."""

    name: str = ""
    company: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    address: str = ""
    contact_id: int | None = None
    source: str = ""


class LookupResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one source answered. `error`: one sentence where it is broken (then there are no candidates)."""

    source: str
    candidates: tuple[Candidate, ...] = ()
    error: str = ""


class CheckNumber(msgspec.Struct, frozen=True, kw_only=True):
    """May this number be texted or called?"""

    address: str
    line_id: int | None = None


class NumberAbilities(msgspec.Struct, frozen=True, kw_only=True):
    """Empty `why_no_sms`: an SMS chat may be started; else why not (A12). `tel`: what to hand to the phone program."""

    address: str
    display: str
    why_no_sms: str = ""
    why_no_call: str = ""
    tel: str = ""
    consent: ConsentState | None = None
    """Between the number and the line that a chat would use; None: there is no such pair, or an older hub."""
    can_allow: bool = False
    """Consent is all that is missing, and may be recorded by hand (*Allow SMS…*, B2)."""


class SetPresence(msgspec.Struct, frozen=True, kw_only=True):
    """Change the agent's own presence."""

    presence: Presence
    reason: str = ""
