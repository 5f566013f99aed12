"""Customers who wait for an agent who is gone are offered to others (A9).

The chat stays that agent's until another opens it: they find it as they left it when they are back first.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select

from cti_client.domain.interaction import InteractionEvent, InteractionState, next_state
from cti_client.hub.services.events import note_event
from cti_client.hub.services.interactions import agent_name, resume_chat, touch
from cti_client.hub.services.threads import lock_thread
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, interaction, offer

_GONE_SINCE = Statement(select(agent.c.gone_since).where(agent.c.id == bindparam("agent")))
_LAST_NUMBER = Statement(select(func.max(offer.c.number)).where(offer.c.interaction_id == bindparam("chat")))
_THEIRS = Statement(
    select(interaction.c.id, interaction.c.thread_id)
    .where(interaction.c.agent_id == bindparam("agent"), NOT_ENDED)
    .order_by(interaction.c.thread_id)
)
_AGAIN = Statement(select(interaction).where(interaction.c.id == bindparam("id")).with_for_update())


def release_if_gone(tx: Tx, chat: AnyRow) -> bool:
    """Put an open, locked chat in which the customer waits back into the queue where its agent is gone."""
    if _GONE_SINCE.scalar(tx.conn, {"agent": chat.agent_id}) is None:
        return False
    released = next_state(InteractionState.OPEN, InteractionEvent.RELEASED)
    touch(
        tx,
        chat.id,
        state=released,
        why_waiting=f"{agent_name(tx, chat.agent_id)} is away",
        round_after=_LAST_NUMBER.scalar(tx.conn, {"chat": chat.id}) or 0,
    )
    note_event(tx, chat.id, "released", case_id=chat.case_id, agent_id=chat.agent_id)
    tx.news.topic("waiting")
    return True


def release_unanswered(tx: Tx, agent_id: int) -> None:
    """The agent is gone: each of their chats in which the customer waits goes to the queue. Route after it."""
    for chat in _locked(tx, agent_id):
        if chat.state == InteractionState.OPEN and chat.waiting_since is not None:
            release_if_gone(tx, chat)


def resume_all(tx: Tx, agent_id: int) -> None:
    """The agent is back: what nobody else took meanwhile is theirs as before."""
    for chat in _locked(tx, agent_id):
        if chat.state not in (InteractionState.OPEN, InteractionState.ENDED):
            resume_chat(tx, chat)


def _locked(tx: Tx, agent_id: int) -> Iterable[AnyRow]:
    """The agent's chats one after the other, each with its thread locked before it and read after that."""
    for one in _THEIRS.rows(tx.conn, {"agent": agent_id}):
        lock_thread(tx, one.thread_id)
        chat = _AGAIN.one(tx.conn, {"id": one.id})
        if chat.agent_id == agent_id:
            yield chat
