"""An agent's cases as a list (`wire.api.CaseList`)."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, tuple_

from cti_client.domain.case import case_label
from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.interaction import CaseStatus
from cti_client.domain.phone_number import display
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.consent_states import CONSENT_SHOWN
from cti_client.hub.store.tables import agent, case, contact, interaction, line, thread
from cti_client.wire import api

MOST_CASES = 500
"""The longest page."""

_live = select(interaction.c.id).where(interaction.c.case_id == case.c.id, NOT_ENDED).limit(1).correlate(case)
_CASES = (
    select(
        case.c.id,
        case.c.subject,
        case.c.status,
        case.c.last_at,
        case.c.thread_id,
        thread.c.address,
        thread.c.last_line_id,
        contact.c.name.label("customer"),
        CONSENT_SHOWN.label("consent_state"),
        agent.c.name.label("agent_name"),
        _live.scalar_subquery().label("interaction_id"),
    )
    .join(thread, thread.c.id == case.c.thread_id)
    .join(agent, agent.c.id == case.c.agent_id)
    .outerjoin(contact, contact.c.id == thread.c.contact_id)
    .outerjoin(line, line.c.id == thread.c.last_line_id)
    .where(case.c.agent_id == bindparam("agent_id"))
    .order_by(case.c.last_at.desc(), case.c.id.desc())
    .limit(bindparam("rows"))
)
_FURTHER = _CASES.where(tuple_(case.c.last_at, case.c.id) < tuple_(bindparam("last_at"), bindparam("id")))
_LAST_AT = select(case.c.last_at).where(case.c.id == bindparam("id"))


def list_cases(conn: Connection, agent_id: int, limit: int, before: int | None) -> api.CaseList:
    """Up to `limit` of this agent's cases, the one last touched first; `before`: those that follow this case.

    Raises `NotFoundError` where the case `before` is gone, `BadRequestError` for a page of nothing.
    """
    if limit < 1:
        raise BadRequestError("A page has at least one case.")
    limit = min(limit, MOST_CASES)
    values = {"agent_id": agent_id, "rows": limit + 1}
    if before is None:
        rows = conn.execute(_CASES, values).all()
    else:
        last_at = conn.scalar(_LAST_AT, {"id": before})
        if last_at is None:
            raise NotFoundError("This case does not exist any more.")
        rows = conn.execute(_FURTHER, {**values, "last_at": last_at, "id": before}).all()
    return api.CaseList(cases=tuple(_row(row) for row in rows[:limit]), more=len(rows) > limit)


def _row(row: Row[*tuple[Any, ...]]) -> api.CaseRow:
    return api.CaseRow(
        id=row.id,
        label=case_label(row.id),
        subject=row.subject,
        customer=row.customer or "",
        address=row.address,
        address_display=display(row.address),
        status=CaseStatus(row.status),
        last_at=row.last_at,
        thread_id=row.thread_id,
        interaction_id=row.interaction_id,
        agent_name=row.agent_name,
        consent=None if row.last_line_id is None else ConsentState(row.consent_state or ConsentState.UNKNOWN),
    )
