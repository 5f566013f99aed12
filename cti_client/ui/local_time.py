"""Instants of the hub as the agent's own clock and calendar show them."""

from datetime import UTC, date, datetime
from functools import lru_cache

from PySide6.QtCore import QDate, QLocale

from cti_client.domain import Millis


def local(at: Millis) -> datetime:
    """The instant in the time zone of this computer."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone()


def clock(at: Millis) -> str:
    """`14:01`, the same in every language so that columns stand still."""
    return local(at).strftime("%H:%M")


def clock_seconds(at: Millis) -> str:
    """`13:59:58`."""
    return local(at).strftime("%H:%M:%S")


def day_of(at: Millis) -> date:
    """The local calendar day."""
    return local(at).date()


def day_name(day: date) -> str:
    """`Tuesday, 4 March 2025` in the agent's language."""
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)


def short_day(at: Millis) -> str:
    """`4 Mar` in the agent's language."""
    return _short_day(day_of(at))


def dated_day(at: Millis) -> str:
    """`4 Mar 2025` in the agent's language."""
    day = day_of(at)
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


@lru_cache(maxsize=500)
def _short_day(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM")


def date_and_clock(at: Millis) -> str:
    """Day and clock, for tooltips and screen readers."""
    return f"{day_name(day_of(at))}, {clock_seconds(at)}"
