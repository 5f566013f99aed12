"""What an agent may do (G1)."""

from sqlalchemy import Connection, bindparam, select

from cti_client.domain.role import Role
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import agent

_ROLE = Statement(select(agent.c.role).where(agent.c.id == bindparam("id")))


def role_of(conn: Connection, agent_id: int) -> Role:
    """As of now; an agent for one we do not know."""
    return Role(_ROLE.scalar(conn, {"id": agent_id}) or Role.AGENT)
