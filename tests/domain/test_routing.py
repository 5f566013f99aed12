"""Who gets the next chat (C2, C3)."""

from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.routing import RoutableAgent, choose_agent

AGENTS = st.lists(st.builds(RoutableAgent, st.integers(1, 20), st.integers(0, 5)), unique_by=lambda one: one.agent_id)


def test_the_longest_idle_agent_is_asked_first() -> None:
    anna, ben = RoutableAgent(1, idle_since=2_000), RoutableAgent(2, idle_since=1_000)
    assert choose_agent([anna, ben]) == 2
    assert choose_agent([anna, ben], asked={2}) == 1
    assert choose_agent([anna, ben], asked=[1, 2]) is None
    assert choose_agent([]) is None


@given(AGENTS, st.sets(st.integers(1, 20)))
def test_the_choice_is_fair_and_does_not_depend_on_order(agents: list[RoutableAgent], asked: set[int]) -> None:
    chosen = choose_agent(agents, asked)
    left = [agent for agent in agents if agent.agent_id not in asked]
    assert (chosen is None) == (not left)
    if chosen is not None:
        winner = next(agent for agent in left if agent.agent_id == chosen)
        assert all((winner.idle_since, winner.agent_id) <= (agent.idle_since, agent.agent_id) for agent in left)
    assert choose_agent(reversed(agents), asked) == chosen
