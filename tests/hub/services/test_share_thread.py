"""G2a: who looks at a thread, who is typing there, who replied."""

from cti_client.hub.services.desks import Served, desk_entered, desks_left
from cti_client.hub.services.share_thread import TYPES_FOR, look_at, type_in
from cti_client.hub.store import tables
from cti_client.hub.store.shared_threads import shared_threads
from cti_client.wire.topics import Peer, Shared, SharedThread
from tests.helpers.service_hub import ServiceHub


def seen(hub: ServiceHub) -> dict[int, Shared]:
    return hub.read(shared_threads, [hub.anna, hub.ben], hub.now)


def told(hub: ServiceHub) -> bool:
    assert hub.last is not None
    return "shared" in hub.last.news.topics


def only(shared: Shared) -> SharedThread:
    (thread,) = shared.threads
    return thread


def test_a_thread_of_one_agent_is_not_shared(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(type_in, hub.anna, chat.thread_id)
    assert not told(hub)
    assert not hub.rows(tables.looking)
    assert seen(hub) == {}


def test_who_looks_and_who_holds_see_each_other(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(look_at, hub.ben, [chat.thread_id])
    assert told(hub)
    assert only(seen(hub)[hub.anna]).peers == (Peer(name="Ben"),)
    assert only(seen(hub)[hub.ben]).peers == (Peer(name="Anna", holds=True),)


def test_typing_is_seen_by_the_other_for_six_seconds(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(look_at, hub.ben, [chat.thread_id])
    hub.run(type_in, hub.anna, chat.thread_id)
    assert told(hub)
    (anna,) = only(seen(hub)[hub.ben]).peers
    assert anna == Peer(name="Anna", holds=True, types_until=hub.now + TYPES_FOR)
    assert only(seen(hub)[hub.anna]).peers == (Peer(name="Ben"),), "nobody sees themselves"
    hub.run(type_in, hub.ben, chat.thread_id)
    assert only(seen(hub)[hub.anna]).peers[0].types_until == hub.now + TYPES_FOR


def test_the_newest_reply_of_somebody_else(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(look_at, hub.ben, [chat.thread_id])
    hub.now += 5_000
    hub.send(chat)
    thread = only(seen(hub)[hub.ben])
    assert (thread.replied_by, thread.replied_at) == ("Anna", hub.now)
    assert only(seen(hub)[hub.anna]).replied_by == ""
    hub.text("Thanks")
    assert only(seen(hub)[hub.ben]).replied_by == "Anna"


def test_looking_away_ends_it(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(look_at, hub.ben, [chat.thread_id])
    hub.run(look_at, hub.ben, [])
    assert told(hub)
    assert seen(hub) == {}
    hub.run(look_at, hub.ben, [])
    assert not told(hub)


def test_the_end_of_the_link_ends_it(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(desk_entered, hub.ben, "desk", "process")
    hub.run(look_at, hub.ben, [chat.thread_id])
    hub.run(desks_left, [Served(hub.ben, "desk", 0, gone=False)])
    assert told(hub)
    assert seen(hub) == {}


def test_threads_that_are_not_there_are_passed_over(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(look_at, hub.ben, [99, chat.thread_id, -1])
    assert [row.thread_id for row in hub.rows(tables.looking)] == [chat.thread_id]
    hub.run(type_in, hub.ben, 99)
    assert len(hub.rows(tables.looking)) == 1
