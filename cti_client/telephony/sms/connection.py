"""The port to a gateway: what every SMS connection can do, and the values that cross it.

A connection knows nothing of chats, consent or storage. Texts and reports come in by one of three modes:

* `WEBHOOK`: the gateway calls `/gateway/{connection id}/...`; the hub hands the request to `on_webhook`, stores what
  it found in one transaction and only then gives the gateway the reply.
* `POLL`: the hub calls `poll(cursor)`, stores, and remembers the new cursor in the same transaction.
* `BIND`: the connection holds a session of its own and awaits `intake(...)`, which returns once stored.

Submitting is at most once: a connection never tries a second time by itself, and says honestly (`Unclear`) when the
gateway may have taken a text without saying so.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.text_policy import TextPolicy


class InboundMode(StrEnum):
    """How texts and reports come in."""

    WEBHOOK = "webhook"
    POLL = "poll"
    BIND = "bind"


class SplitMode(StrEnum):
    """How long text is split (D2)."""

    CONCATENATE = "concatenate"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSms:
    """A text as the gateway handed it over. `gateway_id` is unique per connection for ever.

    `sent_at`: the gateway's own time stamp, where it gives one. `omitted`: attachments that were left out.
    """

    gateway_id: str
    sender: str
    recipient: str
    text: str
    sent_at: Millis | None = None
    omitted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A report on one of our messages. `raw` is kept as it came. `part` counts from 0 where reports come by part.

    `attempt`: which submit of the message it is about (E6). `parts`: of how many parts it tells one; a report may come
    before the submit's answer says so. None: as many as the message is known to have.
    """

    message_id: int
    state: DeliveryState
    raw: str
    gateway_id: str = ""
    part: int | None = None
    reason: FailureReason | None = None
    at: Millis | None = None
    attempt: int = 1
    parts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundSms:
    """One text to submit. `sender` is the line's address, `recipient` exact E.164 or a short code.

    `attempt` counts resends from 1; reports on it must come back with it.
    """

    message_id: int
    sender: str
    recipient: str
    text: str
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The gateway has it."""

    gateway_id: str = ""
    parts: int = 1
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The gateway surely did not take it, and trying again would not help."""

    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The gateway surely did not take it now; try again, not before `retry_after` milliseconds where given.

    `asked` False: it was not even offered, so this counts as no try.
    """

    detail: str
    retry_after: int | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The gateway may have taken it (D4): never send again by itself."""

    detail: str


SubmitOutcome: TypeAlias = Taken | Refused | NotTaken | Unclear


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A call from the gateway. `path` is what follows `/gateway/{connection id}/`; header names are lower case.

    `raw_query` is the query as it came, percent escapes and all: gateways put bytes into it that are no UTF-8.
    """

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    body: bytes
    raw_query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """What the gateway is told after the commit."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOutcome:
    """What a call carried. The reply is given only after texts and reports are stored."""

    texts: tuple[InboundSms, ...] = ()
    reports: tuple[DeliveryReport, ...] = ()
    reply: WebhookReply = field(default_factory=WebhookReply)


class WebhookRefusedError(Exception):
    """The call is not to be believed or understood. `status` goes to the gateway, `str()` to the log (no text)."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What a poll brought; `cursor` is handed to the next poll."""

    texts: tuple[InboundSms, ...] = ()
    reports: tuple[DeliveryReport, ...] = ()
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSms:
    """A text whose fate is not known. `gateway_id` empty: the gateway never said whether it took it (D4)."""

    message_id: int
    attempt: int
    recipient: str
    gateway_id: str = ""


Intake: TypeAlias = Callable[[WebhookOutcome], Awaitable[None]]
"""Stores what a bound connection brought; returns after the commit, raises where the store is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """What an operator configures for one connection.

    `public_url` is the hub's address as the gateway reaches it, without a trailing slash, to which
    `/gateway/{id}/...` is added; `text_policy`: what may be sent (A11); `options` are the adapter's own (documented in
    its module).
    """

    id: str
    kind: str
    name: str
    public_url: str = ""
    country: str = "US"
    split: SplitMode = SplitMode.CONCATENATE
    secret: str = ""
    per_second: float | None = None
    text_policy: TextPolicy = TextPolicy.LETTERS
    options: Mapping[str, str] = field(default_factory=dict)


class SmsConnection(Protocol):
    """One gateway."""

    settings: ConnectionSettings
    inbound: InboundMode

    async def start(self, intake: Intake) -> None:
        """Get ready. Never fails because the gateway is away; that shows in `submit`."""

    async def stop(self) -> None:
        """Let go of sockets and tasks. Submits under way end as `Unclear`."""

    async def submit(self, sms: OutboundSms) -> SubmitOutcome:
        """Hand one text over. Never raises for the gateway's faults; always answers within 40 s."""

    async def on_webhook(self, request: WebhookRequest) -> WebhookOutcome:
        """Read a call. Raises `WebhookRefusedError`."""

    async def poll(self, cursor: str) -> PollOutcome:
        """Fetch what came since `cursor` (empty: from the start). Only for `InboundMode.POLL`."""

    async def test(self) -> str:
        """Ask the gateway whether it is there and knows us: an empty string, or what is wrong in one sentence."""


@runtime_checkable
class CanBeAsked(Protocol):
    """A connection whose gateway says, when it is asked, what became of texts (D3). Reports may have been lost."""

    async def ask(self, texts: Sequence[AskedSms]) -> tuple[DeliveryReport, ...]:
        """What the gateway knows of these; nothing on those it knows nothing of. Raises for the gateway's faults."""
