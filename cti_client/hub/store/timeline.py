"""What happened in a chat and before it (`wire.api.Timeline`, B1)."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select

from cti_client.domain.case import case_label
from cti_client.domain.errors import NotFoundError
from cti_client.domain.interaction import Disposition
from cti_client.hub.store.tables import agent, case, case_event, interaction, phone, thread
from cti_client.wire import api
from cti_client.wire.records import CaseBrief

MOST_EVENTS = 200
MOST_CASES = 50

_INTERACTION = (
    select(interaction.c.case_id, interaction.c.thread_id, thread.c.contact_id)
    .join(thread, thread.c.id == interaction.c.thread_id)
    .where(interaction.c.id == bindparam("id"))
)
_EVENTS = (
    select(case_event.c.at, case_event.c.kind, case_event.c.detail, agent.c.name.label("by"))
    .outerjoin(agent, agent.c.id == case_event.c.agent_id)
    .where(
        or_(case_event.c.interaction_id == bindparam("interaction_id"), case_event.c.case_id == bindparam("case_id"))
    )
    .order_by(case_event.c.at.desc(), case_event.c.id.desc())
    .limit(MOST_EVENTS)
)
_numbers = select(phone.c.address).where(phone.c.contact_id == bindparam("contact_id"))
_THREADS = select(thread.c.id).where(thread.c.address.in_(_numbers))
_CASES = (
    select(case.c.id, case.c.subject, case.c.last_at, case.c.closed_at, agent.c.name.label("agent_name"))
    .join(agent, agent.c.id == case.c.agent_id)
    .where(case.c.thread_id.in_(bindparam("threads", expanding=True)), case.c.id != bindparam("case_id"))
    .order_by(case.c.last_at.desc(), case.c.id.desc())
    .limit(MOST_CASES)
)

_WORDS = {
    "offered": "Offered",
    "accepted": "Accepted",
    "declined": "Declined",
    "lapsed": "Not answered in time",
    "taken": "Taken from the Waiting list",
    "started": "Chat started by us",
    "opted_out": "Opted out",
    "opted_in": "Opted in",
    "closed": "Closed",
    "moved": "Moved to another case",
    "released": "Offered to others, agent away",
    "resumed": "Agent back",
}
_DISPOSITIONS = {
    Disposition.RESOLVED: "Resolved",
    Disposition.FOLLOW_UP: "Follow-up",
    Disposition.NO_REPLY_NEEDED: "No reply needed",
    Disposition.WRONG_NUMBER: "Wrong number",
    Disposition.SPAM: "Spam",
}


def interaction_timeline(conn: Connection, interaction_id: int) -> api.Timeline:
    """The events of this chat and of its case, and the customer's other cases on any number of theirs; newest first.

    An event's text does not name the agent, who is its `by`. Raises `NotFoundError`.
    """
    chat = conn.execute(_INTERACTION, {"id": interaction_id}).first()
    if chat is None:
        raise NotFoundError("This chat does not exist.")
    case_id = chat.case_id or 0
    events = conn.execute(_EVENTS, {"interaction_id": interaction_id, "case_id": case_id}).all()
    threads = {chat.thread_id, *conn.scalars(_THREADS, {"contact_id": chat.contact_id or 0})}
    cases = conn.execute(_CASES, {"threads": sorted(threads), "case_id": case_id}).all()
    entries = [_event(row) for row in events] + [_case(row) for row in cases]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return api.Timeline(entries=tuple(entries))


def _event(row: Row[*tuple[Any, ...]]) -> api.TimelineEntry:
    return api.TimelineEntry(at=row.at, kind=row.kind, text=_text(row.kind, row.detail), by=row.by or "")


def _text(kind: str, detail: str) -> str:
    words = _WORDS.get(kind, kind)
    if not detail:
        return words
    match kind:
        case "closed" if detail in _DISPOSITIONS:
            return f"Closed: {_DISPOSITIONS[Disposition(detail)]}"
        case "moved":
            return f"Moved to {detail}"
        case "opted_out" | "opted_in":
            return f"{words}: “{detail}”"
    return f"{words}: {detail}"


def _case(row: Row[*tuple[Any, ...]]) -> api.TimelineEntry:
    at = row.last_at if row.closed_at is None else row.closed_at
    label = case_label(row.id)
    brief = CaseBrief(
        id=row.id,
        label=label,
        subject=row.subject,
        last_at=at,
        agent_name=row.agent_name,
        closed=row.closed_at is not None,
    )
    return api.TimelineEntry(at=at, kind="case", text=row.subject or label, by=row.agent_name, case=brief)
