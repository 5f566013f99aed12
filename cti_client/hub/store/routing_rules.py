"""Outbound routing as it is set (D6)."""

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, true

from cti_client.domain.sms_routing import RoutingRule, connection_for
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.store.origin import REMOVED
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import connection, routing_rule

_RULES = Statement(
    select(routing_rule.c.prefix, routing_rule.c.line_id, routing_rule.c.connection_id)
    .join(connection, connection.c.id == routing_rule.c.connection_id)
    .where(connection.c.active == true())
    .order_by(routing_rule.c.position, routing_rule.c.id)
)
_TEXT_POLICY = Statement(
    select(connection.c.text_policy).where(connection.c.id == bindparam("id"), connection.c.active == true())
)


class WayOut(NamedTuple):
    """How a text leaves: by which connection (None: by none), and what that lets through."""

    connection_id: str | None
    text_policy: TextPolicy = TextPolicy.EVERYTHING


def routing_rules(conn: Connection) -> list[RoutingRule]:
    """In the order in which they are tried. One whose connection was removed is none."""
    return [RoutingRule(row.connection_id, row.prefix, row.line_id) for row in _RULES.rows(conn)]


def way_out(conn: Connection, line: AnyRow, address: str) -> WayOut:
    """As a text from this line to this address would leave now. Of a line that was removed nothing leaves."""
    if line.origin == REMOVED:
        return WayOut(None)
    return _as_used(conn, connection_for(routing_rules(conn), line.id, address, line.connection_id))


def text_policy_of(conn: Connection, connection_id: str | None) -> TextPolicy:
    """What this connection lets through; everything where there is none, for then nothing goes at all."""
    return _as_used(conn, connection_id).text_policy


def _as_used(conn: Connection, connection_id: str | None) -> WayOut:
    policy = None if connection_id is None else _TEXT_POLICY.scalar(conn, {"id": connection_id})
    return WayOut(None) if policy is None else WayOut(connection_id, TextPolicy(policy))
