"""What an agent's desktop is told first (`wire.frames.Welcome`)."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from cti_client.domain.role import Role
from cti_client.hub.store import tables
from cti_client.hub.store.roles import role_of
from cti_client.hub.store.setup import read_setup
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.streams import last_seq
from cti_client.wire.frames import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What the store says of the Welcome. `seq` is the last number of the agent's stream."""

    hub_id: str
    seq: int
    lines: tuple[Line, ...]
    offer_seconds: int
    role: Role


_HUB_ID = Statement(select(tables.hub.c.hub_id))


def hub_id(conn: Connection) -> str:
    """The name under which desktops keep what they hold of this hub."""
    return _HUB_ID.scalar(conn) or ""


def read_greeting(conn: Connection, agent_id: int) -> Greeting:
    """All of it, in one consistent read."""
    setup = read_setup(conn)
    return Greeting(
        hub_id=hub_id(conn),
        seq=last_seq(conn, agent_id),
        lines=setup.lines,
        offer_seconds=setup.offer_seconds,
        role=role_of(conn, agent_id),
    )
