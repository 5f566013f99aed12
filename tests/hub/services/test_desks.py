"""C6: whose desktop is an agent's, and since when nobody has heard of it, with several hub processes."""

from cti_client.domain.agent import Presence
from cti_client.hub.services.desks import (
    ABSENCE,
    DESKS,
    Served,
    Unlike,
    Watch,
    absences,
    desk_entered,
    desk_name,
    desks_left,
    is_later,
    note_absence,
    process_ended,
    process_seen,
    process_started,
    unlike,
)
from cti_client.hub.services.set_presence import agent_gone
from cti_client.hub.store import tables
from cti_client.hub.store.streams import append
from cti_client.wire.records import Record
from tests.helpers.hub_store import seed_agent
from tests.helpers.service_hub import MINUTE, ServiceHub

GRACE = MINUTE
A = Watch(process_id="a", grace_ms=GRACE, silence_ms=15_000)
B = Watch(process_id="b", grace_ms=GRACE, silence_ms=15_000)


def wakes(hub: ServiceHub) -> set[str]:
    assert hub.last is not None
    return hub.last.wakes


def presence(hub: ServiceHub, agent_id: int) -> str:
    return str(hub.value(tables.agent, "presence", id=agent_id))


def two_processes(hub: ServiceHub) -> None:
    for name in ("a", "b"):
        hub.run(process_started, name, alone=False)


def entered(hub: ServiceHub, desk: str = "desk 1", process: str = "a") -> None:
    hub.run(desk_entered, hub.anna, desk, process)


def left(hub: ServiceHub, desk: str = "desk 1") -> None:
    hub.run(desks_left, [Served(hub.anna, desk, 0, gone=False)])


def test_a_desktop_that_comes_makes_its_agent_available(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    assert presence(hub, hub.anna) == "available"
    assert hub.read(unlike, "a", [], [], []) == Unlike([Served(hub.anna, "desk 1", 0, gone=False)], [])
    assert hub.read(absences, A, hub.now) == {}


def test_a_process_hears_of_just_what_is_otherwise_than_it_believes(hub: ServiceHub) -> None:
    two_processes(hub)
    ben, cleo, dora = hub.ben, *(hub.run(seed_agent, name, Presence.AVAILABLE) for name in ("Cleo", "Dora"))
    for agent_id in (hub.anna, ben, cleo, dora):
        hub.run(desk_entered, agent_id, f"desk-of-{agent_id}", "a")
    agents = [hub.anna, ben, cleo, dora]
    believed = agents, [f"desk-of-{agent_id}" for agent_id in agents], [0] * len(agents)
    assert hub.read(unlike, "a", *believed) == Unlike([], [])

    hub.run(lambda tx: append(tx.conn, {ben: [Record(seq=0, kind="offer", id=1, removed=True)]}, 1))
    hub.run(desk_entered, cleo, "desk-at-the-other-hub", "b")
    hub.run(agent_gone, dora)
    rows, lost = hub.read(unlike, "a", *believed)
    assert sorted(rows) == [
        Served(ben, f"desk-of-{ben}", 1, gone=False),
        Served(dora, f"desk-of-{dora}", 0, gone=True),
    ]
    assert lost == [cleo]
    rows, lost = hub.read(unlike, "a", [hub.anna, ben], ["an-earlier-desk", f"desk-of-{ben}"], [0, 1])
    assert sorted(rows) == [
        Served(hub.anna, f"desk-of-{hub.anna}", 0, gone=False),
        Served(dora, f"desk-of-{dora}", 0, gone=True),
    ]
    assert lost == []


def test_the_newer_desktop_takes_over_and_the_other_process_is_told(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    assert DESKS not in wakes(hub)
    entered(hub, "desk 2", "b")
    assert DESKS in wakes(hub)
    assert hub.read(unlike, "a", [hub.anna], ["desk-1"], [0]) == Unlike([], [hub.anna])
    assert [one.desk_id for one in hub.read(unlike, "b", [], [], []).rows] == ["desk 2"]
    left(hub, "desk 1")  # the older one's end is of no account
    assert hub.read(absences, B, hub.now) == {}


def test_an_earlier_connection_of_the_same_desktop_that_a_hub_comes_to_last_pushes_nobody_out(hub: ServiceHub) -> None:
    two_processes(hub)
    later, earlier = desk_name("d1", 12, "x"), desk_name("d1", 9, "y")
    assert hub.run(desk_entered, hub.anna, later, "b")
    assert not hub.run(desk_entered, hub.anna, earlier, "a")
    assert DESKS not in wakes(hub)
    assert [one.desk_id for one in hub.read(unlike, "b", [], [], []).rows] == [later]
    left(hub, later)
    assert not hub.run(desk_entered, hub.anna, earlier, "a")
    assert hub.run(desk_entered, hub.anna, desk_name("d2", 1, "z"), "a")  # another desktop takes over


def test_names_of_connections() -> None:
    assert is_later(desk_name("d1", 10, "x"), desk_name("d1", 9, "x"))
    assert not is_later(desk_name("d1", 9, "x"), desk_name("d1", 9, "y"))
    assert not is_later(desk_name("d2", 10, "x"), desk_name("d1", 9, "x"))
    for desktop, attempt in (("", 1), ("d1", 0), ("d.1", 1), ("é", 1), ("d" * 33, 1), ("d1", 10**9), ("d1", -1)):
        assert desk_name(desktop, attempt, "x") == "x"
    assert not is_later("x", "x")


def test_past_the_grace_time_the_agent_is_gone_and_not_before(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    left(hub)
    assert ABSENCE in wakes(hub)
    assert hub.read(absences, B, hub.now) == {hub.anna: hub.now + GRACE}
    hub.now += GRACE - 1
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "available"
    hub.now += 1
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "offline"
    assert hub.read(absences, B, hub.now) == {}


def test_who_comes_back_in_time_is_not_gone(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    left(hub)
    hub.now += GRACE - 1
    entered(hub, "desk 2", "b")
    hub.now += GRACE
    hub.run(process_seen, "b")
    hub.run(note_absence, hub.anna, A)
    assert presence(hub, hub.anna) == "available"


def test_a_hub_that_dies_takes_its_desktops_with_it(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    died = hub.now
    for _ in range(4):
        hub.now += 5_000
        hub.run(process_seen, "b")
    assert hub.read(absences, B, hub.now) == {hub.anna: died + GRACE}
    hub.now = died + GRACE
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "offline"
    assert hub.value(tables.agent, "presence_before", id=hub.anna) == "available"


def test_a_hub_never_takes_itself_for_dead(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    hub.now += 10 * GRACE
    assert hub.read(absences, A, hub.now) == {}


def test_a_hub_that_was_frozen_hears_that_its_agent_counts_as_gone(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    hub.run(agent_gone, hub.anna)
    assert [one.gone for one in hub.read(unlike, "a", [], [], []).rows] == [True]
    entered(hub, "desk 1 again")
    assert [one.gone for one in hub.read(unlike, "a", [], [], []).rows] == [False]
    assert presence(hub, hub.anna) == "available"


def test_a_hub_that_stops_in_order_lets_its_desktops_go(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    hub.run(process_ended, "a")
    assert hub.read(absences, B, hub.now) == {hub.anna: hub.now + GRACE}
    assert [row.id for row in hub.rows(tables.hub_process)] == ["b"]


def test_the_only_hub_finds_what_the_one_before_it_left(hub: ServiceHub) -> None:
    two_processes(hub)
    entered(hub)
    hub.now += 8 * 60 * MINUTE
    hub.run(process_started, "c", alone=True)
    watch = Watch(process_id="c", grace_ms=GRACE, silence_ms=15_000)
    assert hub.read(absences, watch, hub.now) == {hub.anna: hub.now + GRACE}
    assert [row.id for row in hub.rows(tables.hub_process)] == ["c"]


def test_of_whom_no_desktop_is_known_the_grace_time_begins_when_somebody_looks(hub: ServiceHub) -> None:
    hub.set(tables.agent, {"id": hub.anna}, presence=Presence.AVAILABLE)
    assert hub.read(absences, A, hub.now) == {hub.anna: None}
    hub.run(note_absence, hub.anna, A)
    assert presence(hub, hub.anna) == "available"
    assert hub.read(absences, A, hub.now) == {hub.anna: hub.now + GRACE}
    hub.now += GRACE
    hub.run(note_absence, hub.anna, A)
    assert presence(hub, hub.anna) == "offline"


def test_of_a_process_that_was_never_heard_of_the_grace_time_begins_when_somebody_looks(hub: ServiceHub) -> None:
    hub.run(process_started, "b", alone=False)
    entered(hub)  # before its process has said for the first time that it is there
    assert hub.read(absences, B, hub.now) == {hub.anna: None}
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "available"
    assert [one.desk_id for one in hub.read(unlike, "a", [], [], []).rows] == ["desk 1"], (
        "a process that lives serves it still"
    )
    hub.now += GRACE - 1
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "available"
    hub.now += 1
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "offline"


def test_a_process_that_speaks_after_all_keeps_its_desktops(hub: ServiceHub) -> None:
    hub.run(process_started, "b", alone=False)
    entered(hub)
    hub.run(note_absence, hub.anna, B)
    hub.run(process_started, "a", alone=False)
    hub.now += GRACE
    hub.run(process_seen, "a")
    hub.run(note_absence, hub.anna, B)
    assert presence(hub, hub.anna) == "available"


def test_an_offline_agent_who_was_never_here_is_nobody_s_worry(hub: ServiceHub) -> None:
    assert hub.read(absences, A, hub.now) == {}
