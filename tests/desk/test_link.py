"""The link's machine: every event in every phase, and two machines back to back."""

from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.desk import link as machine
from cti_client.desk.link import (
    Apply,
    Denied,
    Event,
    Garbled,
    IllegalEventError,
    Link,
    Lost,
    Nudge,
    Opened,
    Phase,
    PushedOut,
    Received,
    Replace,
    Retry,
    Say,
    Show,
    Start,
    Stop,
    TimePassed,
    Welcomed,
)
from cti_client.desk.state import DeskState
from cti_client.desk.views import LinkStatus
from cti_client.wire.codec import encode
from cti_client.wire.frames import Goodbye, Hello, HubFrame, Records, Snapshot, Topic, Welcome
from cti_client.wire.records import Record
from tests.helpers import fake_desk
from tests.helpers.hub_side import HubSide

WELCOME = Welcome(wire=1, hub_id="hub-1", agent_id=7, agent_name="Anna", now=0)


def middle() -> float:
    return 0.5


def new_link() -> Link:
    return Link(0, middle)


def step(link: Link, *events: Event, now: int = 0) -> list[machine.Output]:
    outputs: list[machine.Output] = []
    for event in events:
        outputs = link.handle(event, now)
    return outputs


def hear(frame: HubFrame | None) -> Received:
    return Received(frame)


def records(*numbers: int) -> Records:
    return Records(records=tuple(Record(seq=number, kind="offer", id=1, removed=True) for number in numbers))


def live_link(seq: int = 3) -> Link:
    link = new_link()
    step(link, Start(), Opened(), hear(WELCOME), hear(Snapshot(seq=seq)))
    return link


def in_phase(phase: Phase) -> Link:
    link = new_link()
    ways: dict[Phase, tuple[Event, ...]] = {
        Phase.IDLE: (),
        Phase.OPENING: (Start(),),
        Phase.GREETING: (Start(), Opened()),
        Phase.SYNCING: (Start(), Opened(), hear(WELCOME)),
        Phase.LIVE: (Start(), Opened(), hear(WELCOME), hear(Snapshot(seq=3))),
        Phase.PAUSED: (Start(), Lost()),
        Phase.REFUSED: (Start(), Denied(401)),
        Phase.CLOSED: (Stop(),),
    }
    step(link, *ways[phase])
    assert link.phase is phase
    return link


def picture(link: Link) -> dict[str, object]:
    return dict(vars(link))


OPEN_ENDED = frozenset(Phase) - {Phase.CLOSED}


def stays(*but: tuple[Phase, Phase]) -> dict[Phase, Phase]:
    return {phase: phase for phase in OPEN_ENDED} | dict(but)


# Where each event leads; a phase that is not named makes it illegal.
LEADS: dict[str, tuple[Event, dict[Phase, Phase]]] = {
    "start": (Start(), {Phase.IDLE: Phase.OPENING}),
    "opened": (Opened(), {Phase.OPENING: Phase.GREETING}),
    "denied 401": (Denied(401), {Phase.OPENING: Phase.REFUSED}),
    "denied 503": (Denied(503), {Phase.OPENING: Phase.PAUSED}),
    "lost": (
        Lost(),
        dict.fromkeys((Phase.OPENING, Phase.GREETING, Phase.SYNCING, Phase.LIVE), Phase.PAUSED),
    ),
    "garbled": (Garbled(), dict.fromkeys((Phase.GREETING, Phase.SYNCING, Phase.LIVE), Phase.PAUSED)),
    "unknown frame": (hear(None), {p: p for p in (Phase.GREETING, Phase.SYNCING, Phase.LIVE)}),
    "welcome": (
        hear(WELCOME),
        {Phase.GREETING: Phase.SYNCING, Phase.SYNCING: Phase.PAUSED, Phase.LIVE: Phase.PAUSED},
    ),
    "snapshot": (
        hear(Snapshot(seq=9)),
        {Phase.GREETING: Phase.PAUSED, Phase.SYNCING: Phase.LIVE, Phase.LIVE: Phase.LIVE},
    ),
    "records": (
        hear(records(4)),
        {Phase.GREETING: Phase.PAUSED, Phase.SYNCING: Phase.PAUSED, Phase.LIVE: Phase.LIVE},
    ),
    "topic": (
        hear(Topic(name="waiting", value=msgspec.Raw(b"{}"))),
        {Phase.GREETING: Phase.PAUSED, Phase.SYNCING: Phase.SYNCING, Phase.LIVE: Phase.LIVE},
    ),
    "goodbye replaced": (
        hear(Goodbye(reason="replaced")),
        dict.fromkeys((Phase.GREETING, Phase.SYNCING, Phase.LIVE), Phase.REFUSED),
    ),
    "goodbye signed out": (
        hear(Goodbye(reason="signed_out")),
        dict.fromkeys((Phase.GREETING, Phase.SYNCING, Phase.LIVE), Phase.REFUSED),
    ),
    "goodbye shutdown": (
        hear(Goodbye(reason="shutdown")),
        dict.fromkeys((Phase.GREETING, Phase.SYNCING, Phase.LIVE), Phase.PAUSED),
    ),
    "goodbye wire_version": (
        hear(Goodbye(reason="wire_version", text="Please update.")),
        dict.fromkeys((Phase.GREETING, Phase.SYNCING, Phase.LIVE), Phase.REFUSED),
    ),
    "time, before the deadline": (TimePassed(), {p: p for p in Phase}),
    "nudge": (Nudge(), stays((Phase.PAUSED, Phase.OPENING))),
    "retry": (Retry(), stays((Phase.PAUSED, Phase.OPENING), (Phase.REFUSED, Phase.OPENING))),
    "stop": (Stop(), dict.fromkeys(Phase, Phase.CLOSED)),
}


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("name", LEADS)
def test_every_event_in_every_phase(name: str, phase: Phase) -> None:
    event, leads = LEADS[name]
    link = in_phase(phase)
    before = picture(link)

    if phase in leads:
        link.handle(event, 1)
        assert link.phase is leads[phase]
    else:
        with pytest.raises(IllegalEventError):
            link.handle(event, 1)
        assert picture(link) == before


@pytest.mark.parametrize(
    ("phase", "then"),
    [
        (Phase.OPENING, Phase.PAUSED),
        (Phase.GREETING, Phase.PAUSED),
        (Phase.SYNCING, Phase.PAUSED),
        (Phase.PAUSED, Phase.OPENING),
    ],
)
def test_each_deadline_ends_its_phase(phase: Phase, then: Phase) -> None:
    link = in_phase(phase)
    assert link.deadline is not None

    link.handle(TimePassed(), link.deadline - 1)
    assert link.phase is phase
    link.handle(TimePassed(), link.deadline)
    assert link.phase is then


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.LIVE, Phase.REFUSED, Phase.CLOSED])
def test_the_other_phases_have_no_deadline(phase: Phase) -> None:
    assert in_phase(phase).deadline is None


def test_a_link_with_a_name_counts_its_connections() -> None:
    link = Link(0, middle, desktop="d1")
    step(link, Start())
    assert step(link, Opened()) == [Say(Hello(wire_least=1, wire_most=1, desktop="d1", attempt=1))]
    step(link, Lost(), Nudge())
    assert step(link, Opened()) == [Say(Hello(wire_least=1, wire_most=1, desktop="d1", attempt=2))]


def test_the_first_hello_holds_nothing_and_a_resume_says_where() -> None:
    link = new_link()
    step(link, Start())
    assert step(link, Opened()) == [Say(Hello(wire_least=1, wire_most=1))]
    step(link, hear(WELCOME), hear(Snapshot(seq=3)), hear(records(4, 5)), Lost())

    step(link, Nudge())
    assert step(link, Opened()) == [Say(Hello(wire_least=1, wire_most=1, hub_id="hub-1", last_seq=5))]
    assert step(link, hear(WELCOME)) == [Welcomed(WELCOME)]
    assert link.status is LinkStatus.LIVE
    assert step(link, hear(records(6))) == [Apply(records(6))]


def test_another_hub_counts_from_its_own_snapshot() -> None:
    link = live_link(seq=30)
    step(link, Lost(), Nudge(), Opened())

    step(link, hear(msgspec.structs.replace(WELCOME, hub_id="hub-2")))

    assert link.status is LinkStatus.SYNCING
    assert step(link, hear(Snapshot(seq=2))) == [Replace(Snapshot(seq=2))]
    assert (link.hub_id, link.last_seq, link.status) == ("hub-2", 2, LinkStatus.LIVE)


def test_another_agent_of_the_same_hub_never_goes_on_with_the_first_ones_numbers() -> None:
    link = live_link(seq=30)
    step(link, Lost(), Nudge(), Opened())

    step(link, hear(msgspec.structs.replace(WELCOME, agent_id=8)))
    assert link.phase is Phase.PAUSED
    step(link, Nudge())
    assert step(link, Opened()) == [Say(Hello(wire_least=1, wire_most=1))]


@pytest.mark.parametrize("numbers", [(5,), (3,), (2,), (4, 6)])
def test_a_gap_leads_to_a_resume_from_the_last_good_number(numbers: tuple[int, ...]) -> None:
    link = live_link(seq=3)

    outputs = step(link, hear(records(*numbers)))

    assert link.phase is Phase.PAUSED
    good = [number for number in numbers if number == 4]
    assert outputs == ([Apply(records(*good))] if good else [])
    step(link, Nudge())
    says = step(link, Opened())
    assert says == [Say(Hello(wire_least=1, wire_most=1, hub_id="hub-1", last_seq=3 + len(good)))]


def test_a_second_gap_in_the_same_place_leads_to_a_snapshot() -> None:
    link = live_link(seq=3)
    step(link, hear(records(5)), Nudge(), Opened(), hear(WELCOME), hear(records(5)), Nudge())

    assert step(link, Opened()) == [Say(Hello(wire_least=1, wire_most=1))]


def test_pauses_grow_spread_and_end_at_thirty_seconds() -> None:
    pauses = []
    for random in (0.0, 0.999):
        link = Link(0, lambda random=random: random)  # type: ignore[misc]  # bound as it is now
        step(link, Start())
        row = []
        for _ in range(9):
            step(link, Lost())
            assert link.deadline is not None
            row.append(link.deadline)
            step(link, Nudge())
        pauses.append(row)

    assert pauses[0] == [machine.LEAST_PAUSE] * 9
    assert pauses[1] == [999, 1_998, 3_996, 7_992, 15_984, 29_970, 29_970, 29_970, 29_970]


def attempts_of(links: list[Link], until: int) -> list[int]:
    """When each of them tried again, while none gets through."""
    tried: list[int] = []
    for link in links:
        now = 0
        while link.deadline is not None and (now := link.deadline) < until:
            link.handle(TimePassed(), now)
            tried.append(now)
            link.handle(Lost(), now)
    return tried


@pytest.mark.parametrize("end", [Lost(), hear(Goodbye(reason="shutdown"))], ids=["killed", "restarting"])
def test_the_desktops_of_one_hub_do_not_come_back_all_at_once(end: Event) -> None:
    chance = Random(5)
    links = [live_link() for _ in range(2_000)]
    for link in links:
        link._random = chance.random
        step(link, end)

    first = [link.deadline or 0 for link in links]
    tried = attempts_of(links, 120_000)

    assert max(first) <= machine.FIRST_PAUSE
    a_tenth = Counter(when // 100 for when in tried)
    assert max(a_tenth.values()) < 2_000 * 0.2  # a second for all of them, and who was early tries again in it
    later = [count for tenth, count in a_tenth.items() if 600 <= tenth < 1_100]
    assert max(later) < 2_000 * 0.02


def test_a_hub_that_asks_for_a_rest_gets_it() -> None:
    link = new_link()
    step(link, Start(), Denied(503, rest=5_000))
    assert link.deadline == 5_000 + 525


def test_a_token_that_nobody_knows_is_told_from_other_refusals() -> None:
    link = new_link()
    step(link, Start(), Denied(401))
    assert (link.status, link.needs_token) == (LinkStatus.REFUSED, True)
    step(link, Retry())
    assert not link.needs_token
    assert not in_phase(Phase.PAUSED).needs_token


def test_a_token_that_was_revoked_asks_for_another_at_once() -> None:
    link = live_link()
    step(link, hear(Goodbye(reason="signed_out", text="This desktop's token is no longer valid.")))
    assert (link.status, link.needs_token) == (LinkStatus.REFUSED, True)
    assert link.detail == "This desktop's token is no longer valid."


def test_a_steady_link_starts_with_a_short_pause_and_a_shaky_one_does_not() -> None:
    link = new_link()
    step(link, Start(), Lost(), Nudge(), Lost(), Nudge(), Lost(), Nudge(), Opened(), hear(WELCOME))
    step(link, hear(Snapshot(seq=1)), now=0)
    step(link, Lost(), now=machine.STEADY - 1)
    assert link.deadline == machine.STEADY - 1 + 4_025

    step(link, Nudge(), Opened(), hear(WELCOME), now=10_000)
    step(link, Lost(), now=10_000 + machine.STEADY)
    assert link.deadline == 10_000 + machine.STEADY + 525


def test_a_restarting_hub_is_tried_again_soon() -> None:
    link = new_link()
    step(link, Start(), Lost(), Nudge(), Lost(), Nudge(), Lost(), Nudge(), Opened(), hear(WELCOME))
    step(link, hear(Snapshot(seq=1)))

    step(link, hear(Goodbye(reason="shutdown")))

    assert link.deadline == 525


def test_being_replaced_is_said_and_ends_all_attempts_until_the_person_wants_one() -> None:
    link = live_link()

    outputs = step(link, hear(Goodbye(reason="replaced", text="Signed in elsewhere.")))

    assert outputs == [PushedOut("Signed in elsewhere.")]
    assert (link.status, link.detail, link.deadline) == (LinkStatus.REFUSED, "Signed in elsewhere.", None)
    step(link, Nudge(), TimePassed(), now=10**9)
    assert not link.wants_socket
    step(link, Retry())
    assert link.wants_socket


@pytest.mark.parametrize("wire", [0, 2])
def test_a_welcome_in_a_wire_version_we_do_not_speak_is_refused(wire: int) -> None:
    link = in_phase(Phase.GREETING)

    outputs = step(link, hear(msgspec.structs.replace(WELCOME, wire=wire)))

    assert outputs == []
    assert link.status is LinkStatus.REFUSED
    assert "version" in link.detail


def test_the_status_does_not_flicker_while_attempts_fail() -> None:
    link = new_link()
    seen = [link.status]
    for now in range(5):
        for event in (Start(), Lost()) if now == 0 else (Nudge(), Lost()):
            link.handle(event, now)
            seen.append(link.status)

    assert seen == [LinkStatus.CONNECTING] * 2 + [LinkStatus.OFFLINE] * 9
    assert link.since == 0
    step(link, Nudge(), Opened(), hear(WELCOME), now=7)
    assert (link.status, link.since) == (LinkStatus.SYNCING, 7)


def test_topics_are_passed_on() -> None:
    topic = Topic(name="waiting", value=msgspec.Raw(b"{}"))

    assert step(live_link(), hear(topic)) == [Show(topic)]


class Wire:
    """A link, a state and a hub's side, with the wire between them in the test's hands."""

    def __init__(self) -> None:
        self.now = 0
        self.hub = HubSide()
        self.link = new_link()
        self.state = DeskState()
        self.feed(Start())

    def feed(self, event: Event) -> None:
        for output in self.link.handle(event, self.now):
            match output:
                case Say(hello):
                    self.hub.greet(hello)
                case Replace(snapshot):
                    self.state.replace(snapshot)
                case Apply(records=frame):
                    for record in frame.records:
                        self.state.apply(record)
                case _:
                    pass
        if not self.link.wants_socket:
            self.hub.hang_up()

    def move(self) -> bool:
        """One thing happens by itself; False where all is quiet."""
        match self.link.phase:
            case Phase.OPENING:
                self.feed(Opened())
            case Phase.PAUSED:
                assert self.link.deadline is not None
                self.now = self.link.deadline
                self.feed(TimePassed())
            case Phase.REFUSED:
                self.feed(Retry())
            case _:
                frame = self.hub.next_frame()
                if frame is None:
                    return False
                self.feed(Received(frame))
        return True

    def cut(self) -> None:
        self.hub.hang_up()
        if self.link.wants_socket:
            self.feed(Lost())

    def say(self, frame: HubFrame) -> None:
        if self.link.phase in (Phase.GREETING, Phase.SYNCING, Phase.LIVE):
            self.hub.say(frame)

    def new_hub(self) -> None:
        self.cut()
        self.hub = HubSide(hub_id=self.hub.hub_id + "'", hellos=self.hub.hellos)


def upsert(kind: str, id_: int, words: str) -> Record:
    body = fake_desk.offer(id_, first_words=words) if kind == "offer" else fake_desk.interaction(id_, last_text=words)
    return Record(seq=0, kind=kind, id=id_, body=msgspec.Raw(encode(body)))


def case_of(id_: int, words: str) -> Record:
    body = fake_desk.case(id_, subject=words)
    return Record(seq=0, kind="case", id=body.id, parent=f"interaction:{id_}", body=msgspec.Raw(encode(body)))


Move = Callable[[Wire], object]
some_id = st.integers(1, 3)
words = st.text(max_size=2)
moves: st.SearchStrategy[Move] = st.one_of(
    st.builds(
        lambda k, i, w: lambda wire: wire.hub.write(upsert(k, i, w)),
        st.sampled_from(["offer", "interaction"]),
        some_id,
        words,
    ),
    st.builds(lambda i, w: lambda wire: wire.hub.write(case_of(i, w)), some_id, words),
    st.builds(
        lambda k, i: lambda wire: wire.hub.write(Record(seq=0, kind=k, id=i, removed=True)),
        st.sampled_from(["offer", "interaction"]),
        some_id,
    ),
    st.just(lambda wire: wire.move()),
    st.just(lambda wire: wire.move()),
    st.just(lambda wire: wire.cut()),
    st.just(lambda wire: wire.hub.lose_one()),
    st.just(lambda wire: wire.hub.prune()),
    st.just(lambda wire: wire.new_hub()),
    st.builds(
        lambda reason: lambda wire: wire.say(Goodbye(reason=reason)),
        st.sampled_from(["shutdown", "replaced", "too_slow", "bad_hello", "wire_version", "surprise"]),
    ),
    st.just(lambda wire: wire.say(WELCOME)),
)


@given(st.lists(moves, max_size=40))
def test_back_to_back_the_desk_ends_with_what_the_hub_holds(what_happens: list[Move]) -> None:
    wire = Wire()
    for happen in what_happens:
        happen(wire)

    wire.hub.write(upsert("offer", 1, "last"))  # so that a loss just before is noticed
    steps = 0
    while wire.move():
        steps += 1
        assert steps < 500, "it does not come to rest"

    assert wire.link.status is LinkStatus.LIVE
    assert wire.link.last_seq == wire.hub.seq
    held = {f"offer:{id_}": encode(body) for id_, body in wire.state.offers.items()}
    held |= {f"interaction:{id_}": encode(body) for id_, body in wire.state.interactions.items()}
    held |= {f"case:{body.id}": encode(body) for body in wire.state.cases.values()}
    assert held == {key: bytes(row.body) for key, row in wire.hub.rows.items()}


def test_after_a_short_loss_nothing_is_sent_again() -> None:
    wire = Wire()
    for id_ in (1, 2, 3):
        wire.hub.write(upsert("offer", id_, "before"))
    while wire.move():
        pass
    wire.cut()
    wire.hub.write(upsert("offer", 2, "meanwhile"))
    while wire.move():
        pass

    assert [hello.last_seq for hello in wire.hub.hellos] == [0, 3]
    assert wire.state.offers[2].first_words == "meanwhile"
