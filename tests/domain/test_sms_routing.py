"""D6: the first rule that fits."""

import pytest

from cti_client.domain.sms_routing import RoutingRule, connection_for

RULES = [
    RoutingRule("premium", "+4420", line_id=7),
    RoutingRule("uk", "+44"),
    RoutingRule("short", "12345"),
    RoutingRule("second", line_id=8),
]


@pytest.mark.parametrize(
    ("line", "address", "own", "expected"),
    [
        (7, "+442071234567", None, "premium"),
        (8, "+442071234567", None, "uk"),
        (7, "+15551234567", "us", "us"),
        (7, "+15551234567", None, None),
        (8, "+15551234567", "us", "second"),
        (7, "12345", None, "short"),
        (7, "+12345678901", None, None),
    ],
)
def test_by_prefix_and_line(line: int, address: str, own: str | None, expected: str | None) -> None:
    assert connection_for(RULES, line, address, own) == expected


def test_the_order_decides() -> None:
    assert connection_for([RULES[1], RULES[0]], 7, "+442071234567", None) == "uk"
