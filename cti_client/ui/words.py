"""Durations, dates and names of states as every window says them."""

from PySide6.QtCore import QCoreApplication

from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import CaseStatus
from cti_client.ui.local_time import day_of, short_day
from cti_client.wire.records import CaseBrief

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE


def tr(text: str) -> str:
    """The text in the agent's language."""
    return QCoreApplication.translate("words", text)


def timer(span: Millis) -> str:
    """A counting span: `3:12`, `1:02:45`; never below `0:00`, since two clocks may differ by a moment."""
    seconds = max(0, span) // 1000
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def seconds_left(deadline: Millis, now: Millis) -> int:
    """Whole seconds until the deadline, rounded up, never below 0."""
    return max(0, -((now - deadline) // 1000))


def ago(at: Millis, now: Millis) -> str:
    """How long ago, short enough for a column: `now`, `2 min`, `1 h`, `yesterday`, `4 Mar`."""
    span = max(0, now - at)
    if span < MINUTE:
        return tr("now")
    if span < HOUR:
        return tr("{n} min").format(n=span // MINUTE)
    days = (day_of(now) - day_of(at)).days
    if days == 0:
        return tr("{n} h").format(n=span // HOUR)
    return tr("yesterday") if days == 1 else short_day(at)


def case_line(brief: CaseBrief, now: Millis, me: str) -> str:
    """A case in a few words: `C-10460 yesterday, Anna`; the agent's own are `you`."""
    when = f"{brief.label} {ago(brief.last_at, now)}"
    if not brief.agent_name:
        return when
    return f"{when}, {tr('you') if brief.agent_name == me else brief.agent_name}"


def case_choice_line(brief: CaseBrief, now: Millis, me: str) -> str:
    """The same with its subject, for a menu."""
    line = case_line(brief, now, me)
    return f"{line} · {brief.subject}" if brief.subject else line


def texts_line(texts: int, newest: str, first: str) -> str:
    """What a customer who waits wrote: the newest words, after the count where there are several."""
    words = newest or first
    count = tr("{n} texts").format(n=texts) if texts > 1 else ""
    return " · ".join(part for part in (count, f"“{words}”" if words else "") if part)


def presence_name(presence: Presence) -> str:
    """The state's name."""
    return {
        Presence.AVAILABLE: tr("Available"),
        Presence.BUSY: tr("Busy"),
        Presence.AWAY: tr("Away"),
        Presence.OFFLINE: tr("Offline"),
        Presence.MISSED: tr("Missed"),
    }[presence]


def consent_name(consent: ConsentState) -> str:
    """What stands between a number and our line."""
    return {
        ConsentState.OPTED_IN: tr("SMS opted in"),
        ConsentState.OPTED_OUT: tr("SMS opted out"),
        ConsentState.UNKNOWN: tr("No SMS consent yet"),
    }[consent]


def consent_words(consent: ConsentState, *, live: bool) -> str:
    """The same, and of what nobody tells us any more that it may be otherwise by now."""
    name = consent_name(consent)
    return name if live else tr("{consent}, as last known").format(consent=name)


def case_status_name(status: CaseStatus) -> str:
    """The status's name."""
    return {
        CaseStatus.OPEN: tr("Open"),
        CaseStatus.PENDING: tr("Pending"),
        CaseStatus.CLOSED: tr("Closed"),
    }[status]
