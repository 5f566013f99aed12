"""Bodies of the settings screens, all under `/api/v1/settings`, for owners and admins alone (403 `not_allowed`).

| method and path              | request              | answer              |
|------------------------------|----------------------|---------------------|
| GET    /                     |                      | `AllSettings`       |
| PUT    /connections/{id}     | `EditConnection`     | `AllSettings`       |
| DELETE /connections/{id}     |                      | `AllSettings`       |
| POST   /connections/test     | `EditConnection`     | `TestResult`        |
| POST   /lines                | `EditLine`           | `AllSettings`       |
| PUT    /lines/{id}           | `EditLine`           | `AllSettings`       |
| DELETE /lines/{id}           |                      | `AllSettings`       |
| PUT    /lines/{id}/texts/{policy} | `EditAutoText`  | `AllSettings`       |
| PUT    /routing              | `EditRouting`        | `AllSettings`       |
| POST   /replies              | `EditCannedReply`    | `AllSettings`       |
| PUT    /replies/{id}         | `EditCannedReply`    | `AllSettings`       |
| DELETE /replies/{id}         |                      | `AllSettings`       |
| GET    /audit?limit=N&before=ID |                   | `Audit`             |

A refusal is a `Problem`; `field` of it names the input at fault (`options.url`, `address`, `text` ...). What was
changed by somebody else since it was read is refused with 409 `stale_version`. A change takes effect at every
hub at once.
"""

from typing import Annotated

import msgspec

from cti_client.domain import Millis
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.text_policy import TextPolicy

SECRET_KEPT = "\N{BULLET}" * 8
"""What stands for a secret that is set: a secret itself is never told again. Sent back, it leaves the secret alone."""


LineId = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""As the hub's database takes it."""


class OptionField(msgspec.Struct, frozen=True, kw_only=True):
    """One option that a kind of gateway takes."""

    key: str
    label: str
    help: str = ""
    default: str = ""
    secret: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()


class ConnectionKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of gateway that a connection can be made for."""

    kind: str
    name: str
    options: tuple[OptionField, ...] = ()
    needs_secret: bool = False
    """Whether calls from the gateway carry the connection's own secret."""
    can_separate: bool = True


class ConnectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One connection. `editable` False: the settings file has it. `webhook_url`: what the gateway is to be told."""

    id: str
    kind: str
    name: str
    version: int
    editable: bool = True
    country: str = "US"
    text_policy: TextPolicy = TextPolicy.LETTERS
    separate: bool = False
    per_second: float | None = None
    options: dict[str, str] = {}
    secret: str = ""
    """`SECRET_KEPT` where one is set; the same in `options` that are secret."""
    webhook_url: str = ""
    trouble: str = ""
    """Why it cannot work as it is set; empty where it can."""


class EditConnection(msgspec.Struct, frozen=True, kw_only=True):
    """A connection to be made (`version` 0) or changed. For a test: as it stands on the screen, saved or not."""

    id: str
    kind: str
    name: str
    version: int = 0
    country: str = "US"
    text_policy: TextPolicy = TextPolicy.LETTERS
    separate: bool = False
    per_second: float | None = None
    options: dict[str, str] = {}
    secret: str = ""


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """`ok`, or what is wrong in one sentence."""

    ok: bool
    text: str


class AutoTextView(msgspec.Struct, frozen=True, kw_only=True):
    """One automatic text of a line (A7). `editable` False: the settings file says it."""

    policy: AutoPolicy
    enabled: bool
    text: str
    version: int = 0
    editable: bool = True


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One of our numbers. `pool_line_id`: the line of its pool that consent is kept under (B7); None: its own.

    `fixed`: the fields that the settings file says; whatever an `EditLine` has in them is refused where it differs.
    """

    id: int
    address: str
    display: str
    name: str
    version: int
    editable: bool = True
    active: bool = True
    connection: str | None = None
    country: str = "US"
    offer_seconds: int = 20
    shows_first_words: bool = True
    carrier_answers_keywords: bool = False
    pool_line_id: int | None = None
    quiet_hours: bool = True
    texts_from: int = 480
    """Minutes of the customer's day."""
    texts_until: int = 1260
    auto_texts: tuple[AutoTextView, ...] = ()
    fixed: tuple[str, ...] = ()


class EditLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be made or changed. `address` cannot be changed afterwards.

    Of a line of the settings file only the pool and the quiet hours can change, and they not where the file says them.
    """

    address: str
    name: str
    version: int = 0
    connection: str | None = None
    country: str = "US"
    offer_seconds: int = 20
    shows_first_words: bool = True
    carrier_answers_keywords: bool = False
    pool_line_id: LineId | None = None
    quiet_hours: bool = True
    texts_from: int = 480
    texts_until: int = 1260


class EditAutoText(msgspec.Struct, frozen=True, kw_only=True):
    """Turn an automatic text on or off, or change its words."""

    enabled: bool
    text: str
    version: int = 0


class RoutingRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """Texts to numbers that begin with `prefix` (empty: all) from `line_id` (None: any) go by `connection` (D6)."""

    connection: str
    prefix: str = ""
    line_id: LineId | None = None


class EditRouting(msgspec.Struct, frozen=True, kw_only=True):
    """All rules in their order. `version`: of the settings as they were read."""

    rules: tuple[RoutingRuleView, ...]
    version: int


class CannedReplyView(msgspec.Struct, frozen=True, kw_only=True):
    """One canned reply (E10). `shortcut`: what is typed after `/` to insert it."""

    id: int
    shortcut: str
    title: str
    text: str
    version: int = 1


class EditCannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """A canned reply to be made (`version` 0) or changed."""

    shortcut: str
    title: str
    text: str
    version: int = 0


class AllSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the settings screens show. `keeps_secrets`: this hub has a key to encrypt secrets with."""

    version: int
    kinds: tuple[ConnectionKind, ...] = ()
    connections: tuple[ConnectionView, ...] = ()
    lines: tuple[LineView, ...] = ()
    rules: tuple[RoutingRuleView, ...] = ()
    replies: tuple[CannedReplyView, ...] = ()
    keeps_secrets: bool = True


class AuditChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a change. A secret says only that it was set."""

    field: str
    before: str
    after: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed what. `kind`: connection, line, routing, automatic text, canned reply.

    `action`: added, changed, removed.
    """

    id: int
    at: Millis
    by: str
    kind: str
    what: str
    action: str
    changes: tuple[AuditChange, ...] = ()


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    entries: tuple[AuditEntry, ...]
    more: bool = False
