"""The link to the hub as a state machine: no sockets, no clock, no tasks.

A driver feeds events with the time and does what comes back. It keeps a socket open as long as `wants_socket` says so,
and feeds `TimePassed` once `deadline` is reached.

    idle --Start--> opening --Opened--> greeting --Welcome--> syncing --Snapshot--> live

    opening, greeting, syncing, live --loss, time-out, odd frame, gap, Goodbye--> paused --deadline, Nudge--> opening
    opening, greeting, syncing, live --401, wire version, `replaced`--> refused --Retry--> opening

A Welcome of the hub whose numbers are held leads straight to live. `Stop` leads from everywhere to closed. An event
that makes no sense in a phase is the driver's mistake: it raises and changes nothing. What makes no sense from the hub
is the hub's: the link is ended and tried again.

Records must come without a gap. After one, the link is opened again from the last good number; after a second one in
the same place, from a snapshot.

Times are milliseconds of any clock that never goes back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cti_client.desk.views import LinkStatus
from cti_client.domain import Millis
from cti_client.wire import WIRE_LEAST, WIRE_MOST
from cti_client.wire.frames import Goodbye, Hello, HubFrame, Records, Snapshot, Topic, Welcome

OPEN_LIMIT: Millis = 10_000
"""From the wish to connect to an open socket."""
GREET_LIMIT: Millis = 10_000
"""From the open socket to the Welcome."""
SYNC_LIMIT: Millis = 30_000
"""From the Welcome to the Snapshot."""
LEAST_PAUSE: Millis = 50
FIRST_PAUSE: Millis = 1_000
"""The longest pause after a first loss; it doubles with each further one, up to `LONGEST_PAUSE`. The pause itself is
anything from `LEAST_PAUSE` up to it, by chance: the desktops that one hub has lost come back evenly, not at once."""
LONGEST_PAUSE: Millis = 30_000
STEADY: Millis = 5_000
"""A link that was live this long counts as good: the next loss starts with the first pause again."""

_AWAY = "The hub cannot be reached."
_LOST = "The link to the hub was lost."
_NOT_KNOWN = "The hub does not know this desktop's token. Sign in with another one."
_SLOW = "The hub does not answer."
_ODD = "The hub said something that this program does not understand."
_GAP = "News from the hub were missing; they are fetched again."


class IllegalEventError(Exception):
    """The driver fed an event that cannot happen now. Nothing was changed."""


class Phase(Enum):
    """Where the machine stands."""

    IDLE = "idle"
    OPENING = "opening"
    GREETING = "greeting"
    SYNCING = "syncing"
    LIVE = "live"
    PAUSED = "paused"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Start:
    """Begin to connect."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The socket is open."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The hub answered the request for a socket with this HTTP status. `rest`: it asks to be left alone for so long."""

    status: int
    rest: Millis = 0


@dataclass(frozen=True, slots=True)
class Lost:
    """The socket could not be opened, or has ended. `detail`: a sentence that knows more, if there is one."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A frame of the hub; None for one whose tag this version does not know."""

    frame: HubFrame | None


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something came that is no frame."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline may have been reached."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """The network changed or the computer woke up: a pause may end now."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The person wants to try again now."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The desktop goes."""


Event = Start | Opened | Denied | Lost | Received | Garbled | TimePassed | Nudge | Retry | Stop


@dataclass(frozen=True, slots=True)
class Say:
    """Send this frame."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The hub has greeted."""

    welcome: Welcome


@dataclass(frozen=True, slots=True)
class Replace:
    """Hold exactly this."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Apply:
    """Take these in, in order."""

    records: Records


@dataclass(frozen=True, slots=True)
class Show:
    """The newest value of a topic."""

    topic: Topic


@dataclass(frozen=True, slots=True)
class PushedOut:
    """Another desktop of the same agent has taken over."""

    text: str


Output = Say | Welcomed | Replace | Apply | Show | PushedOut

_WITH_SOCKET = frozenset({Phase.OPENING, Phase.GREETING, Phase.SYNCING, Phase.LIVE})
_TALKING = frozenset({Phase.GREETING, Phase.SYNCING, Phase.LIVE})
_LEGAL: dict[type[Event], frozenset[Phase]] = {
    Start: frozenset({Phase.IDLE}),
    Opened: frozenset({Phase.OPENING}),
    Denied: frozenset({Phase.OPENING}),
    Lost: _WITH_SOCKET,
    Received: _TALKING,
    Garbled: _TALKING,
    TimePassed: frozenset(Phase),
    Nudge: frozenset(Phase) - {Phase.CLOSED},
    Retry: frozenset(Phase) - {Phase.CLOSED},
    Stop: frozenset(Phase),
}


class Link:
    """One desktop's link. `last_seq` is the number of the last record taken in, of the hub `hub_id`."""

    def __init__(self, now: Millis, random: Callable[[], float], client: str = "", desktop: str = "") -> None:
        """`random` gives numbers from 0 up to 1, to spread the attempts of many desktops.

        `desktop` names this link among all that there are; the hub is then told which of its connections is the newest.
        """
        self.phase = Phase.IDLE
        self.status = LinkStatus.CONNECTING
        self.detail = ""
        self.since = now
        self.deadline: Millis | None = None
        self.needs_token = False
        """Refused, and only another token helps."""
        self.hub_id = ""
        self.agent_id = 0
        self.last_seq = 0
        self._random = random
        self._client = client
        self._desktop = desktop
        self._attempts = 0
        self._failures = 0
        self._live_since: Millis | None = None
        self._resuming = False
        self._gap_after: int | None = None

    @property
    def wants_socket(self) -> bool:
        """A socket is to be opened, or kept open."""
        return self.phase in _WITH_SOCKET

    def handle(self, event: Event, now: Millis) -> list[Output]:
        """What is to be done. Raises `IllegalEventError`."""
        if self.phase not in _LEGAL[type(event)]:
            raise IllegalEventError(f"{type(event).__name__} while {self.phase.value}")
        outputs: list[Output] = []
        match event:
            case Start():
                self._open(now)
            case Opened():
                outputs.append(self._greet(now))
            case Denied(status, rest):
                self._denied(status, rest, now)
            case Lost(detail):
                self._pause(now, detail or (_AWAY if self.phase is Phase.OPENING else _LOST))
            case Received(frame):
                self._received(frame, now, outputs)
            case Garbled():
                self._pause(now, _ODD)
            case TimePassed():
                self._time_passed(now)
            case Nudge():
                if self.phase is Phase.PAUSED:
                    self._open(now)
            case Retry():
                if self.phase in (Phase.PAUSED, Phase.REFUSED):
                    self._failures = 0
                    self._open(now)
            case Stop():
                self._enter(Phase.CLOSED, LinkStatus.OFFLINE, now)
        return outputs

    def _received(self, frame: HubFrame | None, now: Millis, outputs: list[Output]) -> None:
        match frame:
            case None:
                return
            case Goodbye():
                self._goodbye(frame, now, outputs)
            case Welcome() if self.phase is Phase.GREETING:
                self._welcome(frame, now, outputs)
            case Snapshot() if self.phase in (Phase.SYNCING, Phase.LIVE):
                self.last_seq = frame.seq
                outputs.append(Replace(frame))
                if self.phase is Phase.SYNCING:
                    self._go_live(now)
            case Records() if self.phase is Phase.LIVE:
                self._records(frame, now, outputs)
            case Topic() if self.phase in (Phase.SYNCING, Phase.LIVE):
                outputs.append(Show(frame))
            case _:
                self._pause(now, _ODD)

    def _welcome(self, welcome: Welcome, now: Millis, outputs: list[Output]) -> None:
        if not WIRE_LEAST <= welcome.wire <= WIRE_MOST:
            self._refuse(now, "This program and the hub are too far apart in version; please update.")
            return
        same_numbers = (welcome.hub_id, welcome.agent_id) == (self.hub_id, self.agent_id)
        if self._resuming and welcome.hub_id == self.hub_id and not same_numbers:
            self.last_seq = 0  # the number we said counts another agent's records
            self._pause(now, _GAP)
            return
        if not same_numbers:
            self.hub_id, self.agent_id, self.last_seq = welcome.hub_id, welcome.agent_id, 0
        outputs.append(Welcomed(welcome))
        if same_numbers and self._resuming:
            self._go_live(now)
        else:
            self._enter(Phase.SYNCING, LinkStatus.SYNCING, now, deadline=now + SYNC_LIMIT)

    def _records(self, frame: Records, now: Millis, outputs: list[Output]) -> None:
        expected = self.last_seq
        good = 0
        for record in frame.records:
            if record.seq != expected + 1:
                break
            expected += 1
            good += 1
        if good:
            outputs.append(Apply(frame if good == len(frame.records) else Records(records=frame.records[:good])))
            self.last_seq = expected
        if good == len(frame.records):
            return
        if self._gap_after == self.last_seq:
            self._gap_after, self.last_seq = None, 0
        else:
            self._gap_after = self.last_seq
        self._pause(now, _GAP)

    def _goodbye(self, goodbye: Goodbye, now: Millis, outputs: list[Output]) -> None:
        match goodbye.reason:
            case "replaced":
                text = goodbye.text or "You have signed in on another desktop. This one no longer gets anything."
                self._refuse(now, text)
                outputs.append(PushedOut(text))
            case "wire_version":
                self._refuse(now, goodbye.text or "This program and the hub are too far apart in version.")
            case "signed_out":
                self._sign_out(now, goodbye.text or _NOT_KNOWN)
            case "shutdown":
                if self.phase is Phase.LIVE:
                    self._failures = 0
                self._pause(now, goodbye.text or "The hub is restarting.")
            case _:
                self._pause(now, goodbye.text or _LOST)

    def _denied(self, status: int, rest: Millis, now: Millis) -> None:
        if status == 401:
            self._sign_out(now, _NOT_KNOWN)
        else:
            self._pause(now, f"The hub refused the link ({status}).", rest)

    def _sign_out(self, now: Millis, why: str) -> None:
        self._refuse(now, why)
        self.needs_token = True

    def _time_passed(self, now: Millis) -> None:
        if self.deadline is None or now < self.deadline:
            return
        if self.phase is Phase.PAUSED:
            self._open(now)
        else:
            self._pause(now, _AWAY if self.phase is Phase.OPENING else _SLOW)

    def _open(self, now: Millis) -> None:
        """While attempts fail the status stays OFFLINE: it does not flicker with each of them."""
        status = LinkStatus.OFFLINE if self._failures else LinkStatus.CONNECTING
        self._enter(Phase.OPENING, status, now, self.detail if self._failures else "", now + OPEN_LIMIT)

    def _greet(self, now: Millis) -> Say:
        self._enter(Phase.GREETING, self.status, now, self.detail, now + GREET_LIMIT)
        self._resuming = self.last_seq > 0
        self._attempts += 1
        hello = Hello(
            wire_least=WIRE_LEAST,
            wire_most=WIRE_MOST,
            hub_id=self.hub_id if self._resuming else "",
            last_seq=self.last_seq,
            client=self._client,
            desktop=self._desktop,
            attempt=self._attempts if self._desktop else 0,
        )
        return Say(hello)

    def _go_live(self, now: Millis) -> None:
        self._live_since = now
        self._enter(Phase.LIVE, LinkStatus.LIVE, now)

    def _pause(self, now: Millis, detail: str, rest: Millis = 0) -> None:
        if self._live_since is not None and now - self._live_since >= STEADY:
            self._failures = 0
        longest = min(LONGEST_PAUSE, FIRST_PAUSE << min(self._failures, 10))
        self._failures += 1
        pause = LEAST_PAUSE + round((longest - LEAST_PAUSE) * self._random())
        self._enter(Phase.PAUSED, LinkStatus.OFFLINE, now, detail, now + rest + pause)

    def _refuse(self, now: Millis, detail: str) -> None:
        self._enter(Phase.REFUSED, LinkStatus.REFUSED, now, detail)

    def _enter(
        self, phase: Phase, status: LinkStatus, now: Millis, detail: str = "", deadline: Millis | None = None
    ) -> None:
        self.phase, self.detail, self.deadline, self.needs_token = phase, detail, deadline, False
        if phase is not Phase.LIVE:
            self._live_since = None
        if status is not self.status:
            self.status, self.since = status, now
