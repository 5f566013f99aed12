"""Spans of time as text: the fixed age of a message (A5), and timers that count."""

from cti_client.domain import Millis

_SECOND: Millis = 1_000
_MINUTE: Millis = 60 * _SECOND
_HOUR: Millis = 60 * _MINUTE
_DAY: Millis = 24 * _HOUR


def offset(at: Millis, started_at: Millis) -> str:
    """The age of a message from when the interaction was initiated. It never changes.

    `+02:13` and `+1:02:13` within it, `+1 d 02:13` (hours and minutes) after a day; `3 d before`, `2 h before`,
    `5 min before` and `just before` for what came earlier.
    """
    span = at - started_at
    if span < 0:
        return _before(-span)
    days, rest = divmod(span, _DAY)
    if days:
        return f"+{days} d {rest // _HOUR:02}:{rest % _HOUR // _MINUTE:02}"
    hours, rest = divmod(rest, _HOUR)
    clock = f"{rest // _MINUTE:02}:{rest % _MINUTE // _SECOND:02}"
    return f"+{hours}:{clock}" if hours else f"+{clock}"


def elapsed(span: Millis) -> str:
    """A counting timer: `0:07`, `3:12`, `1:02:13`, and `2 d 3 h` after two days. A negative span counts as none."""
    span = max(span, 0)
    if span >= 2 * _DAY:
        return f"{span // _DAY} d {span % _DAY // _HOUR} h"
    hours, rest = divmod(span, _HOUR)
    minutes, seconds = rest // _MINUTE, rest % _MINUTE // _SECOND
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _before(span: Millis) -> str:
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if span >= unit:
            return f"{span // unit} {name} before"
    return "just before"
