"""C2, C3, C6, A9, G2a: several agents at hubs that really run, each with the desktop's own link."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from cti_client.desk.errors import HubRefusedError
from cti_client.domain.agent import Presence
from cti_client.wire.topics import Peer, SharedThread
from tests.helpers.engines import ENGINES
from tests.helpers.linked_desk import NAMES, LinkedDesk, Team, customer, team

OpenTeam = Callable[..., AbstractAsyncContextManager[Team]]


@pytest.fixture(params=ENGINES)
def one_hub(request: pytest.FixtureRequest, tmp_path: Path) -> OpenTeam:
    """One hub on each engine in turn."""
    if request.param == "sqlite":
        return lambda **options: team(tmp_path / "hub.db", **options)
    return _on_postgresql(request)


@pytest.fixture
def two_hubs(request: pytest.FixtureRequest) -> OpenTeam:
    """Two hubs on one PostgreSQL."""
    opened = _on_postgresql(request)
    return lambda **options: opened(hubs=2, **options)


def _on_postgresql(request: pytest.FixtureRequest) -> OpenTeam:
    shared = request.getfixturevalue("shared_postgres")
    shared.empty()

    def opened(**options: Any) -> AbstractAsyncContextManager[Team]:
        return team(shared.url, **options)

    return opened


async def ringing(desks: list[LinkedDesk]) -> LinkedDesk:
    """Whoever is asked now."""
    waits = {asyncio.create_task(desk.offer()): desk for desk in desks}
    done, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return waits[done.pop()]


async def test_requests_spread_among_five_agents(one_hub: OpenTeam) -> None:
    async with one_hub() as hub:
        desks = [await hub.sign_in(name) for name in NAMES]
        for number in range(10):
            await hub.text(customer(number))
        for desk in desks:
            await desk.until(lambda desk=desk: len(desk.offers) == 2)  # type: ignore[misc]  # a default, bound now
        asked = Counter(offer.interaction_id for desk in desks for offer in desk.offers)
        assert len(asked) == 10
        assert set(asked.values()) == {1}


async def test_no_agent_gets_more_than_there_is_room_for(one_hub: OpenTeam) -> None:
    async with one_hub(chats_per_agent=1) as hub:
        anna = await hub.sign_in("Anna")
        for number in range(3):
            await hub.text(customer(number))
        await anna.until(lambda: len(anna.waiting) == 2)
        assert [chat.why for chat in anna.waiting] == ["everyone was busy"] * 2
        assert len(anna.offers) == 1
        await anna.take(anna.waiting[0].interaction_id)
        await anna.until(lambda: len(anna.chats) == 1)


async def test_a_declined_request_goes_to_the_next_and_then_waits(one_hub: OpenTeam) -> None:
    async with one_hub() as hub:
        desks = [await hub.sign_in(name) for name in NAMES[:3]]
        await hub.text(customer(1))
        asked = []
        for _ in desks:
            desk = await ringing(desks)
            asked.append(desk.name)
            await desk.decline(desk.offers[0])
            await desk.until(lambda desk=desk: not desk.offers)  # type: ignore[misc]  # a default, bound now
        assert sorted(asked) == sorted(NAMES[:3])
        for desk in desks:
            await desk.until(lambda desk=desk: desk.waiting)  # type: ignore[misc]  # a default, bound now
        assert desks[0].waiting[0].why == "declined"


async def test_two_misses_in_a_row_and_the_way_back(one_hub: OpenTeam) -> None:
    async with one_hub(offer_seconds=1) as hub:
        anna, ben = await hub.sign_in("Anna"), await hub.sign_in("Ben")
        await ben.set_presence(Presence.BUSY)
        await hub.text(customer(1))
        await hub.text(customer(2))
        await anna.until(lambda: anna.presence is Presence.MISSED)
        await ben.until(lambda: len(ben.waiting) == 2)
        assert {chat.why for chat in ben.waiting} == {"nobody answered"}
        await anna.until(lambda: not anna.offers)
        await hub.text(customer(3))
        await ben.until(lambda: len(ben.waiting) == 3)
        await anna.set_presence(Presence.AVAILABLE)
        await anna.offer()


async def test_a_missed_request_goes_to_the_next(one_hub: OpenTeam) -> None:
    async with one_hub(offer_seconds=1) as hub:
        desks = [await hub.sign_in(name) for name in NAMES[:2]]
        await hub.text(customer(1))
        first = await ringing(desks)
        second = desks[1 - desks.index(first)]
        offer = await second.offer()
        assert offer.number == 2
        await second.accept(offer)
        await second.until(lambda: second.chats)
        assert not first.chats


async def test_who_is_late_hears_who_was_faster(one_hub: OpenTeam) -> None:
    async with one_hub() as hub:
        desks = [await hub.sign_in(name) for name in NAMES[:2]]
        await hub.text(customer(1))
        first = await ringing(desks)
        second = desks[1 - desks.index(first)]
        offer = first.offers[0]
        await first.decline(offer)
        await second.accept(await second.offer())
        with pytest.raises(HubRefusedError) as refused:
            await first.accept(offer)
        assert (refused.value.problem.code, refused.value.problem.by) == ("offer_gone", second.name)
        assert refused.value.problem.text == f"Taken by {second.name}."


async def test_many_pull_the_same_chat_and_one_has_it(two_hubs: OpenTeam) -> None:
    async with two_hubs() as hub:
        desks = [await hub.sign_in(name, number % 2) for number, name in enumerate(NAMES)]
        for desk in desks:
            await desk.set_presence(Presence.BUSY)
        await hub.text(customer(1))
        (chat,) = await desks[-1].until(lambda: desks[-1].waiting)
        results = await asyncio.gather(*(desk.take(chat.interaction_id) for desk in desks), return_exceptions=True)
        refused = [one.problem for one in results if isinstance(one, HubRefusedError)]
        assert len(refused) == len(NAMES) - 1
        (winner,) = (desk for desk, one in zip(desks, results, strict=True) if not isinstance(one, BaseException))
        assert {problem.by for problem in refused} == {winner.name}
        await winner.until(lambda: winner.chats)
        for desk in desks:
            await desk.until(lambda desk=desk: not desk.waiting)  # type: ignore[misc]  # a default, bound now


async def test_a_lost_link_moves_requests_and_waiting_customers_on(one_hub: OpenTeam) -> None:
    """C6, A9: and who comes back hears what became of the chat."""
    async with one_hub(grace_seconds=0.3) as hub:
        anna = await hub.sign_in("Anna")
        await hub.text(customer(1))
        chat = await anna.accept(await anna.offer())
        await hub.text(customer(2))
        await anna.offer()
        ben = await hub.sign_in("Ben")
        await anna.leave()
        await ben.until(lambda: len(ben.offers) == 2)
        moved = next(offer for offer in ben.offers if offer.interaction_id == chat.interaction_id)
        assert (await ben.accept(moved)).case_id == chat.case_id
        await ben.until(lambda: ben.state.messages_of(chat.interaction_id))
        back = await hub.sign_in("Anna")
        assert back.presence is Presence.AVAILABLE
        assert not back.chats
        with pytest.raises(HubRefusedError, match="Ben has this chat now"):
            await back.send(chat.interaction_id, "Late", composed_at=back.now)


async def test_back_in_time_nothing_has_changed(one_hub: OpenTeam) -> None:
    async with one_hub(grace_seconds=60.0) as hub:
        anna, ben = await hub.sign_in("Anna"), await hub.sign_in("Ben")
        await ben.set_presence(Presence.BUSY)
        await hub.text(customer(1))
        chat = await anna.accept(await anna.offer())
        await anna.leave()
        await hub.text(customer(1), "Still there?")
        back = await hub.sign_in("Anna")
        assert list(back.chats) == [chat.interaction_id]
        assert len(back.state.messages_of(chat.interaction_id)) == 2
        assert not ben.waiting


async def test_the_newer_desk_wins_at_another_hub_too(two_hubs: OpenTeam) -> None:
    async with two_hubs() as hub:
        older = await hub.sign_in("Anna", 0)
        newer = await hub.sign_in("Anna", 1)
        await older.until(lambda: older.pushed_out)
        assert older.pushed_out == "You have signed in at another desktop."
        await hub.text(customer(1), hub=0)
        await newer.accept(await newer.offer())
        await newer.until(lambda: newer.chats)


async def test_a_request_made_at_one_hub_rings_at_the_other(two_hubs: OpenTeam) -> None:
    async with two_hubs() as hub:
        anna, ben = await hub.sign_in("Anna", 0), await hub.sign_in("Ben", 1)
        for number in range(4):
            await hub.text(customer(number), hub=number % 2)
        for desk in (anna, ben):
            await desk.until(lambda desk=desk: len(desk.offers) == 2)  # type: ignore[misc]  # a default, bound now


async def test_an_agent_of_a_hub_that_stops_is_gone_for_the_others(two_hubs: OpenTeam) -> None:
    async with two_hubs(grace_seconds=0.3) as hub:
        anna, ben = await hub.sign_in("Anna", 0), await hub.sign_in("Ben", 1)
        await ben.set_presence(Presence.BUSY)
        await hub.text(customer(1))
        await anna.offer()
        await ben.set_presence(Presence.AVAILABLE)
        await anna.leave()
        await ben.accept(await ben.offer())


async def test_two_at_one_thread_see_each_other(two_hubs: OpenTeam) -> None:
    """G2a: across hubs, and gone with the link."""
    async with two_hubs() as hub:
        anna, ben = await hub.sign_in("Anna", 0), await hub.sign_in("Ben", 1)
        await ben.set_presence(Presence.BUSY)
        await hub.text(customer(1))
        chat = await anna.accept(await anna.offer())
        look_away = ben.sharing.look(chat.thread_id)
        await anna.until(lambda: anna.sharing.others_in(chat.thread_id))
        await ben.until(lambda: ben.sharing.others_in(chat.thread_id))
        assert (_peer(anna, chat.thread_id).name, _peer(anna, chat.thread_id).holds) == ("Ben", False)
        assert (_peer(ben, chat.thread_id).name, _peer(ben, chat.thread_id).holds) == ("Anna", True)
        anna.sharing.type_in(chat.thread_id)
        await ben.until(lambda: _peer(ben, chat.thread_id).types_until > ben.now)
        await anna.send(chat.interaction_id, "Hi", composed_at=anna.now)
        await ben.until(lambda: _shared(ben, chat.thread_id).replied_by == "Anna")
        look_away()
        await anna.until(lambda: anna.sharing.others_in(chat.thread_id) is None)
        ben.sharing.look(chat.thread_id)
        await anna.until(lambda: anna.sharing.others_in(chat.thread_id))
        await ben.leave()
        await anna.until(lambda: anna.sharing.others_in(chat.thread_id) is None)


def _shared(desk: LinkedDesk, thread_id: int) -> SharedThread:
    shared = desk.sharing.others_in(thread_id)
    assert shared is not None
    return shared


def _peer(desk: LinkedDesk, thread_id: int) -> Peer:
    (peer,) = _shared(desk, thread_id).peers
    return peer
