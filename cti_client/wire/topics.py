"""Latest-value topics: what many only watch. Unnumbered; each value replaces the one before."""

from typing import ClassVar

import msgspec

from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.domain.role import Role
from cti_client.wire.frames import Line
from cti_client.wire.records import CaseBrief


class WaitingChat(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the Waiting list (C3)."""

    interaction_id: int
    thread_id: int
    call_id: str
    address: str
    address_display: str
    line_name: str
    waiting_since: Millis
    customer_name: str = ""
    first_words: str = ""
    last_words: str = ""
    """Of the newest text; empty where the setting hides them, or from an older hub."""
    texts: int = 1
    """How many texts wait for an answer."""
    why: str = ""
    """One phrase: `nobody answered`, `declined`, `nobody was available`."""
    last_case: CaseBrief | None = None
    continues: bool = False
    """Take continues `last_case` by default."""
    consent: ConsentState | None = None
    """Between the line and the number. None: an older hub, which does not say."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The longest-waiting chats first, at most 200; `total` counts all."""

    topic: ClassVar[str] = "waiting"
    chats: tuple[WaitingChat, ...] = ()
    total: int = 0


class OwnPresence(msgspec.Struct, frozen=True, kw_only=True):
    """This agent's presence as the hub holds it."""

    topic: ClassVar[str] = "presence"
    presence: Presence = Presence.OFFLINE
    reason: str = ""
    role: Role | None = None
    """What this agent may do now; None: as the `Welcome` said."""


class ConnectionHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway as the agent's header shows it. `since`: of the present state."""

    id: str
    name: str
    kind: str
    ok: bool
    since: Millis
    detail: str = ""
    simulated: bool = False


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """All gateways."""

    topic: ClassVar[str] = "connections"
    connections: tuple[ConnectionHealth, ...] = ()


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else at the same thread. `holds`: the chat is theirs. `types_until`: they are typing until then."""

    name: str
    holds: bool = False
    types_until: Millis = 0


class SharedThread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread that this agent holds or looks at, and somebody else too (G2a).

    `replied_by`: whose text to the customer is the newest one, where that is not this agent.
    """

    thread_id: int
    peers: tuple[Peer, ...] = ()
    replied_by: str = ""
    replied_at: Millis = 0


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """All of this agent's shared threads. Not sent to an agent who never had one."""

    topic: ClassVar[str] = "shared"
    threads: tuple[SharedThread, ...] = ()


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """One canned reply (E10), inserted by `/shortcut`."""

    id: int
    shortcut: str
    title: str
    text: str


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What is set for all agents and may change while they work: replaces what `Welcome` said of it."""

    topic: ClassVar[str] = "setup"
    lines: tuple[Line, ...] = ()
    offer_seconds: int = 20
    replies: tuple[CannedReply, ...] = ()
    version: int = 0
    """Of all settings: whoever looks at them hears of every change, also of one that agents see nothing of."""
