"""The life of an interaction: every legal step, and that an illegal one raises (A8, A10, C3)."""

from itertools import product

import pytest

from cti_client.domain.errors import IllegalMoveError, RuleError
from cti_client.domain.interaction import InteractionEvent, InteractionState, next_state

S = InteractionState
E = InteractionEvent
LEGAL = {
    (S.QUEUED, E.OFFERED): S.OFFERED,
    (S.QUEUED, E.NOBODY_LEFT): S.WAITING,
    (S.QUEUED, E.OPENED): S.OPEN,
    (S.OFFERED, E.PASSED): S.QUEUED,
    (S.OFFERED, E.OPENED): S.OPEN,
    (S.WAITING, E.OPENED): S.OPEN,
    (S.QUEUED, E.RESUMED): S.OPEN,
    (S.WAITING, E.RESUMED): S.OPEN,
    (S.OPEN, E.RELEASED): S.QUEUED,
    (S.OPEN, E.CLOSED): S.ENDED,
}


@pytest.mark.parametrize(("state", "event"), list(product(S, E)))
def test_every_step(state: S, event: E) -> None:
    if (state, event) in LEGAL:
        assert next_state(state, event) is LEGAL[state, event]
        return
    with pytest.raises(IllegalMoveError) as error:
        next_state(state, event)
    assert str(error.value) == f"interaction: {event} cannot happen while {state}"


def test_an_illegal_step_is_our_mistake_and_not_a_refusal() -> None:
    assert not issubclass(IllegalMoveError, RuleError)
