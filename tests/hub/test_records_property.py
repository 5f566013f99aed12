"""Whatever happens in whatever order: old state + records = fresh snapshot.

Every service of the hub is an action here. Hypothesis looks for the shortest day on which it does not hold; the long
days by chance make sure that every service was reached and had something to tell.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.helpers.memory_database import MemoryDatabase
from tests.helpers.postgres import PostgresDatabase
from tests.helpers.working_day import ACTIONS, SERVICES, Action, WorkingDay

T = TypeVar("T")

TELL_NOTHING = {"agent_connected", "agent_gone", "set_presence", "route_offers", "lapse_offers", "expire_leases"}
"""Services that only tell agents something where they move a chat, which the days may or may not see."""

_DAYS_AT_LEAST = 3
_DAYS_AT_MOST = 12


class AnyDay(RuleBasedStateMachine):
    """Draws one action after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.database = MemoryDatabase()
        self.day = WorkingDay(self.database)

    @rule(action=st.sampled_from(ACTIONS), data=st.data())
    def something_happens(self, action: Action, data: st.DataObject) -> None:
        def pick(options: Sequence[T], /) -> T:
            return data.draw(st.sampled_from(options))

        action(self.day, pick)

    @invariant()
    def records_lead_to_the_snapshot(self) -> None:
        self.day.hub.check()

    def teardown(self) -> None:
        self.database.close()


AnyDay.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyDay = AnyDay.TestCase


def test_long_days_reach_every_service() -> None:
    done: set[str] = set()
    told: set[str] = set()
    for seed in range(_DAYS_AT_MOST):
        chance = random.Random(seed)
        database = MemoryDatabase()
        day = WorkingDay(database)
        for _ in range(150):
            chance.choice(ACTIONS)(day, chance.choice)
            day.hub.check()
        database.close()
        done |= day.done
        told |= day.told
        if seed >= _DAYS_AT_LEAST - 1 and done >= SERVICES and told >= SERVICES - TELL_NOTHING:
            return
    raise AssertionError(f"never did or told anything: {SERVICES - done | SERVICES - TELL_NOTHING - told}")


def test_a_long_day_on_postgresql(postgres_database: PostgresDatabase) -> None:
    """The same statements with another engine's answers: orders, truth values, conflicts."""
    postgres_database.empty()
    chance = random.Random(1)
    day = WorkingDay(postgres_database)
    for _ in range(150):
        chance.choice(ACTIONS)(day, chance.choice)
        day.hub.check()
    assert len(day.done) > len(SERVICES) / 2
