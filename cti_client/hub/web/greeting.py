"""What a desktop is told at its greeting, as queries."""

from dataclasses import dataclass

from sqlalchemy import Connection, exists, or_, select

from cti_client.domain.phone_number import display
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.store import tables
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.streams import last_seq
from cti_client.telephony.sms.connection import SplitMode
from cti_client.wire.frames import Line


@dataclass(frozen=True, slots=True)
class Greeting:
    """`seq`: the number of the agent's newest record."""

    hub_id: str
    seq: int
    lines: tuple[Line, ...]
    offer_seconds: int


_line = tables.line
_connection = tables.connection
_RULES_OF_IT = exists().where(or_(tables.routing_rule.c.line_id.is_(None), tables.routing_rule.c.line_id == _line.c.id))
_LINES = Statement(
    select(
        *(_line.c.id, _line.c.name, _line.c.address, _line.c.connection_id, _line.c.offer_seconds),
        *(_connection.c.text_policy, _connection.c.split),
        _RULES_OF_IT.label("has_rules"),
    )
    .outerjoin(_connection, _connection.c.id == _line.c.connection_id)
    .order_by(_line.c.id)
)
_HUB_ID = Statement(select(tables.hub.c.hub_id))


def hub_id(conn: Connection) -> str:
    """The name under which desktops keep what they hold of this hub."""
    return _HUB_ID.scalar(conn) or ""


def read_greeting(conn: Connection, agent_id: int) -> Greeting:
    """All of it, in one consistent read."""
    rows = _LINES.rows(conn)
    return Greeting(
        hub_id=hub_id(conn),
        seq=last_seq(conn, agent_id),
        lines=tuple(
            Line(
                id=row.id,
                name=row.name,
                address=row.address,
                display=display(row.address),
                can_send=row.connection_id is not None or row.has_rules,
                text_policy=TextPolicy(row.text_policy or TextPolicy.EVERYTHING),
                separate=row.split == SplitMode.SEPARATE,
            )
            for row in rows
        ),
        offer_seconds=max((row.offer_seconds for row in rows), default=20),
    )
