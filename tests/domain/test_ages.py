"""Ages of messages and counting timers (A5)."""

import pytest

from cti_client.domain.ages import elapsed, offset

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_750_000_000_000


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "+00:00"),
        (999, "+00:00"),
        (2 * MINUTE + 13 * SECOND, "+02:13"),
        (HOUR - 1, "+59:59"),
        (HOUR, "+1:00:00"),
        (HOUR + 2 * MINUTE + 13 * SECOND, "+1:02:13"),
        (DAY - 1, "+23:59:59"),
        (DAY, "+1 d 00:00"),
        (3 * DAY + 2 * HOUR + 5 * MINUTE, "+3 d 02:05"),
        (-1, "just before"),
        (-MINUTE + 1, "just before"),
        (-MINUTE, "1 min before"),
        (-HOUR + 1, "59 min before"),
        (-2 * HOUR, "2 h before"),
        (-DAY + 1, "23 h before"),
        (-3 * DAY, "3 d before"),
        (-400 * DAY, "400 d before"),
    ],
)
def test_the_fixed_age_of_a_message(span: int, text: str) -> None:
    assert offset(START + span, START) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (-5, "0:00"),
        (7 * SECOND, "0:07"),
        (3 * MINUTE + 12 * SECOND + 999, "3:12"),
        (HOUR + 2 * MINUTE + 13 * SECOND, "1:02:13"),
        (30 * HOUR, "30:00:00"),
        (2 * DAY + 3 * HOUR, "2 d 3 h"),
    ],
)
def test_a_counting_timer(span: int, text: str) -> None:
    assert elapsed(span) == text
