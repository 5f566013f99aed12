"""Case numbers, and Continue or New (A8)."""

import pytest

from cti_client.domain.case import case_label, default_choice
from cti_client.domain.interaction import CaseChoice

DAY = 24 * 3_600_000
NOW = 1_750_000_000_000


def test_labels() -> None:
    assert case_label(1) == "C-10001"
    assert case_label(123_456) == "C-133456"


@pytest.mark.parametrize(
    ("last_at", "choice"),
    [
        (None, CaseChoice.NEW),
        (NOW, CaseChoice.CONTINUE),
        (NOW + 5_000, CaseChoice.CONTINUE),
        (NOW - DAY, CaseChoice.CONTINUE),
        (NOW - DAY - 1, CaseChoice.NEW),
    ],
)
def test_the_default_is_to_continue_within_a_day(last_at: int | None, choice: CaseChoice) -> None:
    assert default_choice(last_at, NOW) is choice
