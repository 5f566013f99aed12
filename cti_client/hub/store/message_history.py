"""Everything known of one message's way: its attempts and the reports on them (D3, E6)."""

from sqlalchemy import Connection, bindparam, select

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason, with_word
from cti_client.domain.errors import NotFoundError
from cti_client.domain.interaction import Direction
from cti_client.hub.store.messages import STANDING_WORD
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import agent, connection, delivery_report, message, message_attempt, settlement
from cti_client.wire import api

MOST_REPORTS = 200
"""The newest ones are shown where a gateway sent more."""

_settler = agent.alias("settler")
_WORD = (settlement.c.arrived, settlement.c.at.label("settled_at"), _settler.c.name.label("settler"))
_MESSAGE = Statement(
    select(
        *(message.c.direction, message.c.at, message.c.state, message.c.state_at, message.c.attempt),
        *(message.c.reason, message.c.reason_text, message.c.checked_consent, message.c.local_time),
        connection.c.name.label("connection_name"),
        *_WORD,
    )
    .outerjoin(connection, connection.c.id == message.c.connection_id)
    .outerjoin(settlement, STANDING_WORD)
    .outerjoin(_settler, _settler.c.id == settlement.c.agent_id)
    .where(message.c.id == bindparam("id"))
)
_ENDED = Statement(
    select(
        *(message_attempt.c.attempt, message_attempt.c.at, message_attempt.c.ended_at, message_attempt.c.state),
        *(message_attempt.c.reason, message_attempt.c.reason_text),
        connection.c.name.label("connection_name"),
        agent.c.name.label("agent_name"),
        _settler.c.name.label("settler"),
    )
    .outerjoin(connection, connection.c.id == message_attempt.c.connection_id)
    .outerjoin(agent, agent.c.id == message_attempt.c.agent_id)
    .outerjoin(settlement, settlement.c.id == message_attempt.c.settlement_id)
    .outerjoin(_settler, _settler.c.id == settlement.c.agent_id)
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

_SETTLEMENTS = Statement(
    select(settlement.c.at, settlement.c.arrived, settlement.c.attempt, agent.c.name.label("by"))
    .join(agent, agent.c.id == settlement.c.agent_id)
    .where(settlement.c.message_id == bindparam("id"))
    .order_by(settlement.c.id)
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
        attempts.append(_attempt(row, DeliveryState(row.state), began, row.ended_at, by, row.settler))
        began, by = row.ended_at, row.agent_name or ""
    state = with_word(DeliveryState(now.state), now.arrived)
    is_word = state != now.state
    ended_at = now.settled_at if is_word else now.state_at
    attempts.append(_attempt(now, state, began, ended_at, by, now.settler if is_word else None))
    reports = tuple(
        api.Report(at=row.at, state=DeliveryState(row.state), raw=row.raw, part=row.part, attempt=row.attempt)
        for row in reversed(_REPORTS.rows(conn, of_it))
    )
    return api.MessageHistory(
        attempts=tuple(attempts),
        reports=reports,
        checked_consent=now.checked_consent,
        local_time=now.local_time,
        settlements=tuple(
            api.Settlement(at=row.at, arrived=bool(row.arrived), by=row.by, attempt=row.attempt)
            for row in _SETTLEMENTS.rows(conn, of_it)
        ),
    )


def _attempt(
    row: AnyRow, state: DeliveryState, began: Millis, state_at: Millis, by: str, settled_by: str | None
) -> api.Attempt:
    return api.Attempt(
        attempt=row.attempt,
        at=began,
        state=state,
        state_at=state_at,
        connection=row.connection_name or "",
        reason=FailureReason(row.reason) if row.reason and state is not DeliveryState.DELIVERED else None,
        reason_text=row.reason_text,
        by=by,
        settled_by=settled_by or "",
    )
