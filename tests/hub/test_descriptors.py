"""No more desktops than the system lets the hub open files."""

import logging
import sys

import pytest

from cti_client.hub.config import Limits
from cti_client.hub.descriptors import RESERVE, raise_limit, within


def test_within_the_limit_nothing_changes() -> None:
    limits = Limits(sockets=100)
    assert within(limits, None) is limits
    assert within(limits, 100 + RESERVE) is limits


def test_beyond_it_there_are_fewer_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    assert within(Limits(sockets=1_000, submits=3), 1_000) == Limits(sockets=1_000 - RESERVE, submits=3)
    assert within(Limits(sockets=1_000), 10).sockets == 1
    assert [one.levelno for one in caplog.records] == [logging.WARNING] * 2


if sys.platform != "win32":  # Windows has no such limit
    import resource

    def test_the_limit_is_raised_as_far_as_allowed() -> None:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        hard = 4_096 if before[1] == resource.RLIM_INFINITY else min(before[1], 4_096)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard // 2, before[1]))
            raised = raise_limit()
            assert raised is not None
            assert raised > hard // 2
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == raised
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
