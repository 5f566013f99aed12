"""Routing rules (D6), all of them at once in their order."""

import re

from sqlalchemy import delete, insert, select

from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.settings.change import note_change, refuse_stale
from cti_client.hub.store.origin import REMOVED
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import connection, hub, line, routing_rule
from cti_client.wire.settings_api import EditRouting, RoutingRuleView

KIND = "routing"
MOST = 200

_PREFIX = re.compile(r"\+?[0-9]{0,15}")


def put_routing(tx: Tx, agent_id: int, edit: EditRouting) -> None:
    """Raises `StaleVersionError`, and `BadRequestError` whose field is `rules[N].prefix` and the like."""
    version = tx.conn.scalar(select(hub.c.settings_version).with_for_update())
    refuse_stale(version or 0, edit.version)
    if len(edit.rules) > MOST:
        raise BadRequestError(f"At most {MOST} rules.", "rules")
    connections = set(tx.conn.scalars(select(connection.c.id).where(connection.c.active)))
    lines = tx.conn.execute(select(line.c.id, line.c.name, line.c.origin)).all()
    names = {row.id: row.name for row in lines}
    in_use = {row.id for row in lines if row.origin != REMOVED}
    rules = [_checked(place, one, connections, in_use) for place, one in enumerate(edit.rules)]
    rows = tx.conn.execute(select(routing_rule).order_by(routing_rule.c.position, routing_rule.c.id)).all()
    stored = [RoutingRuleView(connection=r.connection_id, prefix=r.prefix, line_id=r.line_id) for r in rows]
    if note_change(tx, agent_id, KIND, "all rules", _fields(stored, names), _fields(rules, names)):
        tx.conn.execute(delete(routing_rule))
        if rules:
            values = [
                {"position": place, "prefix": one.prefix, "line_id": one.line_id, "connection_id": one.connection}
                for place, one in enumerate(rules, 1)
            ]
            tx.conn.execute(insert(routing_rule), values)


def _checked(place: int, rule: RoutingRuleView, connections: set[str], lines: set[int]) -> RoutingRuleView:
    prefix = re.sub(r"[\s().-]", "", rule.prefix)
    if _PREFIX.fullmatch(prefix) is None or prefix == "+":
        raise BadRequestError("A prefix is + and digits, or nothing for all numbers.", f"rules[{place}].prefix")
    if rule.line_id is not None and rule.line_id not in lines:
        raise BadRequestError("This line does not exist any more.", f"rules[{place}].line_id")
    if rule.connection not in connections:
        raise BadRequestError("This connection does not exist any more.", f"rules[{place}].connection")
    return RoutingRuleView(connection=rule.connection, prefix=prefix, line_id=rule.line_id)


def _fields(rules: list[RoutingRuleView], names: dict[int, str]) -> dict[str, str]:
    return {f"rule {place}": _words(one, names) for place, one in enumerate(rules, 1)}


def _words(rule: RoutingRuleView, names: dict[int, str]) -> str:
    whence = "any line" if rule.line_id is None else names[rule.line_id]
    return f"{rule.prefix or 'all numbers'} from {whence} by {rule.connection}"
