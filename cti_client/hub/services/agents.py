"""People who may sign in: made, given another token, retired. Of a token only the hash is known here.

An agent is never deleted, since cases say whose they were. Retired, it has no token; its name may come back.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from cti_client.domain.agent import Presence
from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.role import Role
from cti_client.hub.services.set_presence import agent_gone
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, stream
from cti_client.hub.store.upsert import insert_or_nothing, upsert
from cti_client.wire.topics import OwnPresence

TOKENS = "tokens"
"""What is woken where a token has changed: every hub then sends away the desktops that still use the old one."""

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ListedAgent:
    """One who may sign in. `configured`: named by the settings file, not by the admin command."""

    name: str
    configured: bool
    presence: Presence
    role: Role


def add_agent(tx: Tx, name: str, token_hash: str, role: Role = Role.AGENT) -> None:
    """Somebody new, or somebody who was retired. Raises `BadRequestError` where the name is none or is taken."""
    if not name or name != clean_text(name)[0].strip() or len(name) > LONGEST_NAME or len(name.splitlines()) > 1:
        raise BadRequestError(f"A name is one line of at most {LONGEST_NAME} letters.")
    stored = _find(tx.conn, name)
    if stored is not None and stored.token_hash:
        raise BadRequestError(f"There is an agent {name} already.")
    let_sign_in(tx, name, token_hash, configured=False)
    give_role(tx, name, role)


def new_token(tx: Tx, name: str, token_hash: str) -> None:
    """The old token is worth nothing from now on. Raises `NotFoundError`, `BadRequestError` (the settings' agent)."""
    _added(tx, name)
    let_sign_in(tx, name, token_hash, configured=False)
    tx.wakes.add(TOKENS)


def set_role(tx: Tx, name: str, role: Role) -> None:
    """Holds from the next request on. Raises `NotFoundError`, `BadRequestError` (the settings' agent)."""
    _added(tx, name)
    give_role(tx, name, role)


def remove_agent(tx: Tx, name: str) -> None:
    """Retire somebody. Raises `NotFoundError`, `BadRequestError` (the settings' agent)."""
    agent_gone(tx, _added(tx, name, locked=False).id)  # which locks customers' threads, before the agent
    retire(tx, _added(tx, name).id)


def list_agents(conn: Connection) -> list[ListedAgent]:
    """All who may sign in, by name."""
    rows = conn.execute(
        select(agent.c.name, agent.c.configured, agent.c.presence, agent.c.role)
        .where(agent.c.token_hash != "")
        .order_by(agent.c.name)
    )
    return [ListedAgent(row.name, row.configured, Presence(row.presence), Role(row.role)) for row in rows]


def let_sign_in(tx: Tx, name: str, token_hash: str, *, configured: bool) -> None:
    """Whoever shows the token of this hash is this agent."""
    upsert(tx.conn, agent, {"name": name}, {"token_hash": token_hash, "configured": configured})
    agent_id = tx.conn.scalar(select(agent.c.id).where(agent.c.name == name))
    insert_or_nothing(tx.conn, stream, {"agent_id": agent_id, "seq": 0})


def give_role(tx: Tx, name: str, role: Role) -> None:
    """What this agent may do from now on; the agent's desktop hears of it."""
    is_other = agent.c.name == name, agent.c.role != role.value
    if tx.conn.execute(update(agent).where(*is_other).values(role=role.value)).rowcount:
        tx.news.topic(OwnPresence.topic)


def retire(tx: Tx, agent_id: int) -> None:
    """No token is this agent's any more; requests before it go to others, its open chats stay (C6)."""
    agent_gone(tx, agent_id)
    tx.conn.execute(update(agent).where(agent.c.id == agent_id).values(token_hash=""))
    tx.wakes.add(TOKENS)


def _added(tx: Tx, name: str, *, locked: bool = True) -> AnyRow:
    stored = _find(tx.conn, name, locked=locked)
    if stored is None or not stored.token_hash:
        raise NotFoundError(f"There is no agent {name}.")
    if stored.configured:
        raise BadRequestError(f"{name} stands in the settings file, with the token: change it there.")
    return stored


def _find(conn: Connection, name: str, *, locked: bool = True) -> AnyRow | None:
    query = select(agent.c.id, agent.c.token_hash, agent.c.configured).where(agent.c.name == name)
    return conn.execute(query.with_for_update() if locked else query).first()
