"""What a desktop is told at its greeting, as queries."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from cti_client.domain.phone_number import display
from cti_client.hub.store import tables
from cti_client.wire.frames import Line


@dataclass(frozen=True, slots=True)
class Greeting:
    """`seq`: the number of the agent's newest record."""

    hub_id: str
    seq: int
    lines: tuple[Line, ...]
    offer_seconds: int


def hub_id(conn: Connection) -> str:
    """The name under which desktops keep what they hold of this hub."""
    return conn.scalar(select(tables.hub.c.hub_id)) or ""


def read_greeting(conn: Connection, agent_id: int) -> Greeting:
    """All of it, in one consistent read."""
    line = tables.line
    rows = conn.execute(
        select(line.c.id, line.c.name, line.c.address, line.c.connection_id, line.c.offer_seconds).order_by(line.c.id)
    ).all()
    return Greeting(
        hub_id=hub_id(conn),
        seq=conn.scalar(select(tables.stream.c.seq).where(tables.stream.c.agent_id == agent_id)) or 0,
        lines=tuple(
            Line(
                id=row.id,
                name=row.name,
                address=row.address,
                display=display(row.address),
                can_send=row.connection_id is not None,
            )
            for row in rows
        ),
        offer_seconds=max((row.offer_seconds for row in rows), default=20),
    )
