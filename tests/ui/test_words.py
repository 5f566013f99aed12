from datetime import datetime

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import CaseStatus
from cti_client.ui import words
from cti_client.wire.records import CaseBrief

NOON = int(datetime(2025, 3, 4, 12, 0).astimezone().timestamp() * 1000)
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000


@pytest.mark.parametrize(
    ("span", "shown"),
    [(-5_000, "0:00"), (0, "0:00"), (8_999, "0:08"), (192_000, "3:12"), (3_599_999, "59:59"), (3_765_000, "1:02:45")],
)
def test_timer(span: int, shown: str) -> None:
    assert words.timer(span) == shown


@pytest.mark.parametrize(
    ("now", "left"), [(0, 20), (1, 20), (999, 20), (1_000, 19), (19_999, 1), (20_000, 0), (25_000, 0)]
)
def test_seconds_left_are_rounded_up(now: int, left: int) -> None:
    assert words.seconds_left(20_000, now) == left


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (-MINUTE, "now"),
        (59 * SECOND, "now"),
        (MINUTE, "1 min"),
        (59 * MINUTE, "59 min"),
        (HOUR, "1 h"),
        (11 * HOUR, "11 h"),
        (13 * HOUR, "yesterday"),
        (35 * HOUR, "yesterday"),
        (37 * HOUR, "2 Mar"),
    ],
)
def test_ago_counts_calendar_days(span: int, shown: str) -> None:
    assert words.ago(NOON - span, NOON) == shown


def test_case_line_says_you() -> None:
    brief = CaseBrief(id=1, label="C-1", subject="Card declined", last_at=NOON - 20 * HOUR, agent_name="Anna")
    assert words.case_line(brief, NOON, "Anna") == "C-1 yesterday, you"
    assert words.case_line(brief, NOON, "Bo") == "C-1 yesterday, Anna"
    assert words.case_choice_line(brief, NOON, "Bo") == "C-1 yesterday, Anna · Card declined"


def test_every_state_has_a_name() -> None:
    assert {words.case_status_name(status) for status in CaseStatus} == {"Open", "Pending", "Closed"}
    assert {words.presence_name(one) for one in Presence} == {"Available", "Busy", "Away", "Offline", "Missed"}
