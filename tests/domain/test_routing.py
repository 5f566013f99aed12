"""Who gets which chat (C1, C2, C3)."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.agent import Presence
from cti_client.domain.routing import (
    Decision,
    LeaveIt,
    MakeOffer,
    QueuedChat,
    RoutableAgent,
    Why,
    room,
    route,
)

NOW = 1_000_000
ANNA, BEN, CARA = (RoutableAgent(number, idle_since=number) for number in (1, 2, 3))

IDS = st.integers(1, 6)
AGENTS = st.lists(
    st.builds(
        RoutableAgent,
        IDS,
        st.integers(0, 5),
        st.integers(0, 4),
        st.integers(1, 4),
        st.sampled_from((*(Presence.AVAILABLE,) * 4, *Presence)),
        st.booleans(),
    ),
    unique_by=lambda one: one.agent_id,
)
CHATS = st.lists(
    st.builds(
        QueuedChat,
        st.integers(1, 99),
        st.sampled_from((5_000, 20_000)),
        st.frozensets(IDS),
        st.integers(0, 9),
        st.none() | IDS,
    ),
    unique_by=lambda one: one.chat_id,
    max_size=8,
)


def agents_of(decisions: list[Decision]) -> list[int | Why]:
    return [one.agent_id if isinstance(one, MakeOffer) else one.why for one in decisions]


def chat(number: int = 1, *, asked: set[int] | None = None, previous: int | None = None) -> QueuedChat:
    return QueuedChat(number, 20_000, frozenset(asked or ()), len(asked or ()), previous)


def test_the_longest_idle_agent_is_asked_first() -> None:
    assert agents_of(route([chat()], [BEN, ANNA], NOW)) == [1]
    assert agents_of(route([chat(asked={1})], [BEN, ANNA], NOW)) == [2]


def test_who_has_no_chat_comes_before_who_has_one() -> None:
    busy = RoutableAgent(1, idle_since=0, load=1)
    assert agents_of(route([chat()], [busy, BEN], NOW)) == [2]


def test_the_agent_of_the_last_case_comes_first_when_free() -> None:
    assert agents_of(route([chat(previous=3)], [ANNA, BEN, CARA], NOW)) == [3]
    full = RoutableAgent(3, idle_since=0, load=3)
    assert agents_of(route([chat(previous=3)], [ANNA, BEN, full], NOW)) == [1]
    assert agents_of(route([chat(previous=3, asked={3})], [ANNA, BEN, CARA], NOW)) == [1]


def test_chats_are_spread_and_the_first_comes_first() -> None:
    made = route([chat(number) for number in range(1, 6)], [ANNA, BEN, CARA], NOW)
    assert agents_of(made) == [1, 2, 3, 1, 2]
    one = RoutableAgent(1, idle_since=0, capacity=1)
    assert agents_of(route([chat(1), chat(2)], [one], NOW)) == [1, Why.EVERYONE_BUSY]


def test_an_agent_who_turns_available_does_not_get_the_whole_queue() -> None:
    made = route([chat(number) for number in range(1, 10)], [ANNA], NOW)
    assert agents_of(made) == [1, 1, 1, *[Why.EVERYONE_BUSY] * 6]


def test_an_agent_who_is_cut_off_is_passed_over_while_another_is_there() -> None:
    cut_off = replace(ANNA, cut_off=True)
    assert agents_of(route([chat(previous=1)], [cut_off, BEN], NOW)) == [2]
    assert agents_of(route([chat(asked={2})], [cut_off, BEN], NOW)) == [Why.EVERYONE_BUSY]
    full = replace(BEN, load=3)
    assert agents_of(route([chat()], [cut_off, full], NOW)) == [Why.EVERYONE_BUSY]
    assert room([cut_off, full]) == 0
    away = replace(BEN, presence=Presence.AWAY)
    assert agents_of(route([chat()], [cut_off, away], NOW)) == [1]


def test_why_a_chat_goes_before_nobody() -> None:
    away = RoutableAgent(1, idle_since=0, presence=Presence.AWAY)
    full = RoutableAgent(2, idle_since=0, load=3)
    assert agents_of(route([chat()], [away], NOW)) == [Why.NOBODY_AVAILABLE]
    assert agents_of(route([chat()], [away, full], NOW)) == [Why.EVERYONE_BUSY]
    assert agents_of(route([chat(asked={1})], [away], NOW)) == [Why.NOBODY_LEFT]
    assert agents_of(route([chat(asked={2})], [full], NOW)) == [Why.NOBODY_LEFT]
    assert agents_of(route([chat(asked={1})], [ANNA, full], NOW)) == [Why.EVERYONE_BUSY]


def test_the_offer_has_the_next_number_and_its_line_s_time() -> None:
    slow = QueuedChat(7, offer_ms=90_000, asked=frozenset({1}), last_number=4)
    assert route([slow], [BEN], NOW) == [MakeOffer(7, 2, number=5, deadline=NOW + 90_000)]


@given(CHATS, AGENTS)
def test_what_always_holds(chats: list[QueuedChat], agents: list[RoutableAgent]) -> None:
    decisions = route(chats, agents, NOW)
    assert [one.chat_id for one in decisions] == [one.chat_id for one in chats]
    by_id = {agent.agent_id: agent for agent in agents}
    given_to = Counter(one.agent_id for one in decisions if isinstance(one, MakeOffer))
    for agent_id, more in given_to.items():
        agent = by_id[agent_id]
        assert agent.presence is Presence.AVAILABLE
        assert agent.load + more <= agent.capacity
        assert not agent.cut_off or all(one.cut_off for one in agents if one.presence is Presence.AVAILABLE)
    assert sum(given_to.values()) <= room(agents)
    for one, decision in zip(chats, decisions, strict=True):
        if isinstance(decision, MakeOffer):
            assert decision.agent_id not in one.asked
            assert decision.number == one.last_number + 1
        else:
            _check_why(one, decision, agents, given_to)
    assert route(chats, list(reversed(agents)), NOW) == decisions


def _check_why(one: QueuedChat, left: LeaveIt, agents: list[RoutableAgent], given_to: Counter[int]) -> None:
    """Nobody who could have had it was passed over."""
    available = [agent for agent in agents if agent.presence is Presence.AVAILABLE]
    unasked = [agent for agent in available if agent.agent_id not in one.asked]
    there = any(not agent.cut_off for agent in available)
    could = [agent for agent in unasked if not (agent.cut_off and there)]
    assert all(agent.load + given_to[agent.agent_id] >= agent.capacity for agent in could)
    match left.why:
        case Why.EVERYONE_BUSY:
            assert unasked
        case Why.NOBODY_LEFT:
            assert one.asked
            assert not unasked
        case Why.NOBODY_AVAILABLE:
            assert not available


@given(CHATS, AGENTS)
def test_the_first_chat_gets_the_best_of_those_left(chats: list[QueuedChat], agents: list[RoutableAgent]) -> None:
    """Previous agent, then fewest chats, then longest idle, then the smaller id."""
    for one in chats[:1]:
        (decision,) = route([one], agents, NOW)
        available = [agent for agent in agents if agent.presence is Presence.AVAILABLE]
        there = [agent for agent in available if not agent.cut_off] or available
        free = [agent for agent in there if agent.has_room and agent.agent_id not in one.asked]
        if one.previous_agent in {agent.agent_id for agent in free}:
            best: int | None = one.previous_agent
        else:
            ranked = sorted(free, key=lambda agent: (agent.load, agent.idle_since, agent.agent_id))
            best = ranked[0].agent_id if ranked else None
        assert (decision.agent_id if isinstance(decision, MakeOffer) else None) == best
