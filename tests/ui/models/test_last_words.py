import pytest

from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.ui.models.last_words import is_troubled, last_words
from tests.helpers.fake_desk import START, interaction, message

OURS = interaction(12, last_text="On its way", last_direction=Direction.OUT, last_at=START)
THEIRS = interaction(12, last_text="Two\nlines", last_direction=Direction.IN, last_at=START)


def waiting(state: PendingState, at: int = START) -> PendingSend:
    return PendingSend("a", 12, 12, "My \n text", at, state)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DeliveryState.SCHEDULED, "Not sent yet: On its way"),
        (DeliveryState.QUEUED, "Not sent yet: On its way"),
        (DeliveryState.SENDING, "Sending: On its way"),
        (DeliveryState.SENT, "Sent: On its way"),
        (DeliveryState.DELIVERED, "Sent: On its way"),
        (DeliveryState.UNDELIVERED, "Not delivered: On its way"),
        (DeliveryState.FAILED, "Not delivered: On its way"),
        (DeliveryState.UNKNOWN, "Perhaps not sent: On its way"),
        (DeliveryState.CANCELLED, "Cancelled: On its way"),
    ],
)
def test_what_became_of_our_text(state: DeliveryState, said: str) -> None:
    last = message(2, direction=Direction.OUT, text="On its way", state=state)
    earlier = message(1, direction=Direction.OUT, state=DeliveryState.CANCELLED)
    assert last_words(OURS, [earlier, last], []) == said


def test_what_is_not_known_is_not_claimed() -> None:
    assert last_words(OURS, [], []) == "Outgoing: On its way"
    assert last_words(OURS, [message(1)], []) == "Outgoing: On its way"
    assert last_words(interaction(12, last_text="", last_direction=Direction.OUT), [], []) == ""


def test_a_text_of_the_customer_stands_alone() -> None:
    failed = message(1, direction=Direction.OUT, state=DeliveryState.FAILED)
    assert last_words(THEIRS, [failed, message(2)], []) == "Two lines"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PendingState.WAITING, "Not sent yet: My text"),
        (PendingState.ASK, "Not sent yet: My text"),
        (PendingState.SENDING, "Sending: My text"),
        (PendingState.REFUSED, "Not sent: My text"),
    ],
)
def test_a_text_that_waits_on_this_computer(state: PendingState, said: str) -> None:
    sent = message(1, direction=Direction.OUT, state=DeliveryState.SENT)
    assert last_words(OURS, [sent], [waiting(state, START - 1)]) == said, "it follows what the hub has"
    assert last_words(THEIRS, [], [waiting(state)]) == said
    assert last_words(THEIRS, [], [waiting(state, START - 1)]) == "Two lines", "the customer wrote since"


def test_a_long_text_is_cut() -> None:
    said = last_words(interaction(12, last_text="x" * 500), [], [])
    assert (len(said), said[-1]) == (120, "…")


OUT = Direction.OUT


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.UNKNOWN])
def test_a_text_that_has_not_gone_through_troubles_until_the_customer_writes(state: DeliveryState) -> None:
    failed = message(2, direction=OUT, state=state)
    later = message(3, direction=OUT, state=DeliveryState.DELIVERED)
    assert is_troubled([message(1), failed], [])
    assert is_troubled([message(1), failed, later], []), "another went after it"
    assert not is_troubled([failed, later, message(4)], [])
    assert not is_troubled([message(1), later], [])
    assert not is_troubled([], [])


@pytest.mark.parametrize("state", PendingState)
def test_a_text_here_that_needs_somebody_troubles(state: PendingState) -> None:
    needs = state in (PendingState.ASK, PendingState.REFUSED)
    assert is_troubled([message(1)], [waiting(state)]) == needs
