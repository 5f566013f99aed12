"""Everything known of one message's way: its attempts and the reports on them (D3, E6)."""

from sqlalchemy import Connection, bindparam, select

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import NotFoundError
from cti_client.domain.interaction import Direction
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import agent, connection, delivery_report, message, message_attempt
from cti_client.wire import api

MOST_REPORTS = 200
"""The newest ones are shown where a gateway sent more."""

_MESSAGE = Statement(
    select(
        *(message.c.direction, message.c.at, message.c.state, message.c.state_at, message.c.attempt),
        *(message.c.reason, message.c.reason_text, message.c.checked_consent, message.c.local_time),
        connection.c.name.label("connection_name"),
    )
    .outerjoin(connection, connection.c.id == message.c.connection_id)
    .where(message.c.id == bindparam("id"))
)
_ENDED = Statement(
    select(
        *(message_attempt.c.attempt, message_attempt.c.at, message_attempt.c.ended_at, message_attempt.c.state),
        *(message_attempt.c.reason, message_attempt.c.reason_text),
        connection.c.name.label("connection_name"),
        agent.c.name.label("agent_name"),
    )
    .outerjoin(connection, connection.c.id == message_attempt.c.connection_id)
    .outerjoin(agent, agent.c.id == message_attempt.c.agent_id)
    .where(message_attempt.c.message_id == bindparam("id"))
    .order_by(message_attempt.c.attempt)
)
_REPORTS = Statement(
    select(
        *(delivery_report.c.at, delivery_report.c.state, delivery_report.c.part),
        *(delivery_report.c.raw, delivery_report.c.attempt),
    )
    .where(delivery_report.c.message_id == bindparam("id"))
    .order_by(delivery_report.c.id.desc())
    .limit(MOST_REPORTS)
)


def message_history(conn: Connection, message_id: int) -> api.MessageHistory:
    """Oldest first. Raises `NotFoundError` where there is no such message of ours."""
    of_it = {"id": message_id}
    now = _MESSAGE.first(conn, of_it)
    if now is None or now.direction != Direction.OUT:
        raise NotFoundError("This message does not exist.")
    attempts: list[api.Attempt] = []
    began, by = now.at, ""
    for row in _ENDED.rows(conn, of_it):
        attempts.append(_attempt(row, row.attempt, began, row.ended_at, by))
        began, by = row.ended_at, row.agent_name or ""
    attempts.append(_attempt(now, now.attempt, began, now.state_at, by))
    reports = tuple(
        api.Report(at=row.at, state=DeliveryState(row.state), raw=row.raw, part=row.part, attempt=row.attempt)
        for row in reversed(_REPORTS.rows(conn, of_it))
    )
    return api.MessageHistory(
        attempts=tuple(attempts),
        reports=reports,
        checked_consent=now.checked_consent,
        local_time=now.local_time,
    )


def _attempt(row: AnyRow, attempt: int, began: Millis, state_at: Millis, by: str) -> api.Attempt:
    return api.Attempt(
        attempt=attempt,
        at=began,
        state=DeliveryState(row.state),
        state_at=state_at,
        connection=row.connection_name or "",
        reason=FailureReason(row.reason) if row.reason else None,
        reason_text=row.reason_text,
        by=by,
    )
