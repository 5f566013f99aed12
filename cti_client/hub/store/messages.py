"""Messages from the tables: as records, and page by page through a thread of any length (A5).

A page costs the same at the newest end of a million messages as in the middle: it is read from the index on
(thread, message id), and every join is by primary key.
"""

from typing import Any

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, select

from cti_client.domain import Millis
from cti_client.domain.case import case_label
from cti_client.domain.delivery import DeliveryState, FailureReason, with_word
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.interaction import Direction
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import agent, case, interaction, message, outbox, settlement, thread
from cti_client.wire import api, records

MOST_MESSAGES = 500
"""The longest page."""

_author = agent.alias("author")
_case_agent = agent.alias("case_agent")
_settler = agent.alias("settler")

STANDING_WORD = and_(settlement.c.id == message.c.settlement_id, settlement.c.attempt == message.c.attempt)
"""Joins a message to what an agent said of its present attempt."""

MESSAGE_COLUMNS: Select[Any] = (
    select(
        message.c.id,
        message.c.version,
        message.c.thread_id,
        message.c.interaction_id,
        message.c.line_id,
        message.c.direction,
        message.c.at,
        message.c.text,
        message.c.state,
        message.c.state_at,
        message.c.client_id,
        message.c.policy,
        message.c.note,
        message.c.parts,
        message.c.encoding,
        message.c.reason,
        message.c.reason_text,
        _author.c.name.label("author"),
        interaction.c.case_id,
        _case_agent.c.name.label("case_agent"),
        outbox.c.due_at,
        message.c.attempt,
        outbox.c.attempt.label("tries"),
        settlement.c.arrived,
        settlement.c.at.label("settled_at"),
        _settler.c.name.label("settler"),
    )
    .select_from(message)
    .outerjoin(_author, _author.c.id == message.c.agent_id)
    .outerjoin(interaction, interaction.c.id == message.c.interaction_id)
    .outerjoin(case, case.c.id == interaction.c.case_id)
    .outerjoin(_case_agent, _case_agent.c.id == case.c.agent_id)
    .outerjoin(outbox, outbox.c.message_id == message.c.id)
    .outerjoin(settlement, STANDING_WORD)
    .outerjoin(_settler, _settler.c.id == settlement.c.agent_id)
)
"""One row a message for `to_wire`; add conditions, order and limit on `message`."""

_ONE = Statement(MESSAGE_COLUMNS.where(message.c.id == bindparam("id")))
_THREAD = MESSAGE_COLUMNS.where(message.c.thread_id == bindparam("thread_id"))
_BEFORE = message.c.id < bindparam("before")
_AFTER = message.c.id > bindparam("after")
_ROWS: BindParameter[int] = bindparam("rows")
_BACKWARDS = _THREAD.order_by(message.c.id.desc()).limit(_ROWS)
_NEWEST = Statement(_BACKWARDS)
_OLDER = Statement(_BACKWARDS.where(_BEFORE))
_ONWARDS = _THREAD.where(_AFTER).order_by(message.c.id).limit(_ROWS)
_NEWER = Statement(_ONWARDS)
_BETWEEN = Statement(_ONWARDS.where(_BEFORE))
_IN_THREAD = select(message.c.id).where(message.c.thread_id == bindparam("thread_id")).limit(1)
_FROM = Statement(_IN_THREAD.where(message.c.id >= bindparam("id")))
_UP_TO = Statement(_IN_THREAD.where(message.c.id <= bindparam("id")))
_THREAD_ID = Statement(select(thread.c.id).where(thread.c.id == bindparam("thread_id")))


def to_wire(row: AnyRow) -> records.Message:
    """The record of one row of `MESSAGE_COLUMNS`."""
    reported = DeliveryState(row.state)
    state = with_word(reported, row.arrived)
    is_word = state is not reported
    tried = state is DeliveryState.QUEUED and row.tries
    retry_at: Millis | None = row.due_at if tried or state is DeliveryState.SCHEDULED else None
    return records.Message(
        id=row.id,
        version=row.version,
        thread_id=row.thread_id,
        interaction_id=row.interaction_id,
        line_id=row.line_id,
        direction=Direction(row.direction),
        at=row.at,
        text=row.text,
        state=state,
        client_id=row.client_id or "",
        author=row.author or "",
        policy=row.policy,
        note=row.note,
        parts=row.parts,
        encoding=row.encoding,
        reason=None if row.reason is None or state is DeliveryState.DELIVERED else FailureReason(row.reason),
        reason_text=row.reason_text,
        state_at=row.settled_at if is_word else row.state_at,
        attempt=row.attempt,
        retry_at=retry_at,
        case_label="" if row.case_id is None else case_label(row.case_id),
        case_agent=row.case_agent or "",
        settled_by=row.settler if is_word else "",
    )


def one_message(conn: Connection, message_id: int) -> records.Message:
    """This message. Raises `NotFoundError`."""
    row = _ONE.first(conn, {"id": message_id})
    if row is None:
        raise NotFoundError("This message does not exist.")
    return to_wire(row)


def message_page(
    conn: Connection, thread_id: int, before: int | None, after: int | None, limit: int
) -> api.MessagePage:
    """Up to `limit` messages of a thread, oldest first.

    `before`: those just before this message id. `after`: those just after it. Both: those just after `after` that are
    before `before`. Neither: the newest. The ids need not exist. Raises `NotFoundError` for a thread that does not, and
    `BadRequestError` for a page of nothing.
    """
    if limit < 1:
        raise BadRequestError("A page has at least one message.")
    limit = min(limit, MOST_MESSAGES)
    values = {"thread_id": thread_id, "rows": limit + 1}
    if after is not None:
        query, bounds = (_NEWER, {"after": after}) if before is None else (_BETWEEN, {"after": after, "before": before})
    else:
        query, bounds = (_NEWEST, {}) if before is None else (_OLDER, {"before": before})
    rows = query.rows(conn, {**values, **bounds})
    more = len(rows) > limit
    rows = rows[:limit]
    if not rows and _THREAD_ID.scalar(conn, {"thread_id": thread_id}) is None:
        raise NotFoundError("This conversation does not exist.")
    if after is None:
        later = before is not None and _FROM.scalar(conn, {"thread_id": thread_id, "id": before}) is not None
        return api.MessagePage(messages=tuple(map(to_wire, reversed(rows))), more_before=more, more_after=later)
    earlier = _UP_TO.scalar(conn, {"thread_id": thread_id, "id": after}) is not None
    if before is not None and not more:
        more = _FROM.scalar(conn, {"thread_id": thread_id, "id": before}) is not None
    return api.MessagePage(messages=tuple(map(to_wire, rows)), more_before=earlier, more_after=more)
