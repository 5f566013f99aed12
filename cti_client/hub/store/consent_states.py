"""What stands between our lines and a number (B7). The lines of a pool share the consent of one of them."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, select

from cti_client.domain.consent import Consent, ConsentState
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import consent, consent_ledger, line, thread

CONSENT_LINE: ColumnElement[int] = func.coalesce(line.c.consent_line_id, line.c.id)
"""Under which line the consent of `line`, joined in the same query, is kept: its pool's, else its own."""

_asked = line.alias("line_asked")
CONSENT_LINE_ASKED: ColumnElement[int] = (
    select(func.coalesce(_asked.c.consent_line_id, _asked.c.id))
    .where(_asked.c.id == bindparam("line"))
    .scalar_subquery()
)
"""The same of the line whose id is the parameter `line`."""

CONSENT_SHOWN: ScalarSelect[str] = (
    select(consent.c.state)
    .where(consent.c.line_id == CONSENT_LINE, consent.c.address == thread.c.address)
    .correlate(line, thread)
    .scalar_subquery()
)
"""The state, for a query that has joined `line` and `thread`; NULL where nothing is on record.

Not a join: one more table, and PostgreSQL no longer looks for the best order of the previews' joins.
"""

_LINE = Statement(select(CONSENT_LINE).where(line.c.id == bindparam("line")))
_STATE = Statement(
    select(consent.c.state).where(consent.c.line_id == CONSENT_LINE_ASKED, consent.c.address == bindparam("address"))
)
_LATEST_OPT_OUT = Statement(
    select(consent_ledger.c.agent_id)
    .join(line, line.c.id == consent_ledger.c.line_id)
    .where(
        consent_ledger.c.address == bindparam("address"),
        consent_ledger.c.state == ConsentState.OPTED_OUT.value,
        CONSENT_LINE == CONSENT_LINE_ASKED,
    )
    .order_by(consent_ledger.c.id.desc())
    .limit(1)
)


def consent_line(conn: Connection, line_id: int) -> int:
    """The line under which this line's consent is kept."""
    return int(_LINE.scalar(conn, {"line": line_id}))


def state_between(conn: Connection, line_id: int, address: str) -> ConsentState:
    """The state alone."""
    state = _STATE.scalar(conn, {"line": line_id, "address": address})
    return ConsentState.UNKNOWN if state is None else ConsentState(state)


def consent_between(conn: Connection, line_id: int, address: str) -> Consent:
    """The state, and on whose word an opt-out rests: an agent's alone where the latest proof of one names an agent."""
    state = state_between(conn, line_id, address)
    if state is not ConsentState.OPTED_OUT:
        return Consent(state)
    latest: Any = _LATEST_OPT_OUT.first(conn, {"line": line_id, "address": address})
    return Consent(state, own=latest is None or latest.agent_id is None)
