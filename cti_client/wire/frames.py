"""Frames of the agent's WebSocket.

The desktop opens `GET /api/v1/agent` with `Authorization: Bearer TOKEN` and says `Hello` first; the hub answers
`Welcome`, then `Snapshot` if the desktop's number is unknown or too old, then `Records` for ever. After its Hello a
desktop may say `Looking` and `Typing` (G2a). Frames are tagged by `t`; either side ignores frames whose tag it does not
know.
"""

from typing import Annotated

import msgspec

from cti_client.domain import Millis
from cti_client.domain.role import Role
from cti_client.domain.text_policy import TextPolicy
from cti_client.wire.records import Record

ThreadId = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""As the hub's database takes it."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A number of ours. `can_send` is False where no connection serves it."""

    id: int
    name: str
    address: str
    display: str
    can_send: bool = True
    text_policy: TextPolicy = TextPolicy.EVERYTHING
    """What its connection lets through (A11); an older hub refuses nothing."""
    separate: bool = False
    """Long text goes as messages of their own (D2)."""


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="hello"):
    """Desktop to hub, first. `last_seq` counts only together with the `hub_id` it came from; 0: nothing held.

    `desktop` names this run of a desktop, letters and digits by chance; `attempt` counts its connections from 1. A hub
    that gets to an earlier connection last knows by them that the desktop has given that one up.
    """

    wire_least: int
    wire_most: int
    hub_id: str = ""
    last_seq: int = 0
    client: str = ""
    desktop: str = ""
    attempt: int = 0


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="welcome"):
    """Hub to desktop, first. `now` lets the desktop count the hub's deadlines with its own clock."""

    wire: int
    hub_id: str
    agent_id: int
    agent_name: str
    now: Millis
    lines: tuple[Line, ...] = ()
    offer_seconds: int = 20
    categories: tuple[str, ...] = ()
    role: Role = Role.AGENT


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="snapshot"):
    """Everything the agent holds, as of `seq`. Replaces all that was held."""

    seq: int
    records: tuple[Record, ...] = ()


class Records(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="records"):
    """The next records, in order, without a gap."""

    records: tuple[Record, ...]


class Topic(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="topic"):
    """The newest value of one topic; `value` is JSON of the struct in `topics.py` that `name` names."""

    name: str
    value: msgspec.Raw


class Goodbye(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="goodbye"):
    """Hub to desktop, last. `reason`: `shutdown` (another hub may be there already: connect again at once), `replaced`,
    `signed_out` (the token was revoked), `given_up` (the same desktop has connected again since), `too_slow`,
    `wire_version`, `bad_hello` or `bad_frame`."""

    reason: str
    text: str = ""


class Looking(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="looking"):
    """Desktop to hub: all threads that stand on its screen while another holds their chat, at most `MOST_LOOKED_AT`.

    Said after each Welcome, and whenever they change.
    """

    threads: tuple[ThreadId, ...] = ()


class Typing(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="typing"):
    """Desktop to hub: the agent is typing in this thread, which `topics.Shared` names. At most one in three seconds."""

    thread_id: ThreadId


MOST_LOOKED_AT = 50
"""Threads in a `Looking`; a hub takes no more."""

HubFrame = Welcome | Snapshot | Records | Topic | Goodbye
