"""The live interaction of a thread: found, opened for an agent, touched."""

from typing import Any

from sqlalchemy import bindparam, func, select, update

from cti_client.domain import Millis
from cti_client.domain.errors import ChatEndedError, NotFoundError
from cti_client.domain.interaction import CaseChoice, InteractionEvent, InteractionState, next_state
from cti_client.hub.services.cases import begin_case
from cti_client.hub.services.customers import contact_of
from cti_client.hub.services.events import note_event
from cti_client.hub.services.threads import lock_thread, lock_thread_of_interaction
from cti_client.hub.store.change import change_row
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, case_event, interaction, message
from cti_client.wire import api

_LIVE = Statement(
    select(interaction).where(interaction.c.thread_id == bindparam("thread_id"), NOT_ENDED).with_for_update()
)
_LAST_MESSAGE = Statement(select(func.max(message.c.id)).where(message.c.interaction_id == bindparam("interaction")))
_SET_CASE_OF_EVENTS = Statement(
    update(case_event)
    .where(case_event.c.interaction_id == bindparam("interaction"), case_event.c.case_id.is_(None))
    .values(case_id=bindparam("case"))
)
_SET_IDLE = Statement(update(agent).where(agent.c.id == bindparam("agent")).values(idle_since=bindparam("since")))
_BY_ID = Statement(select(interaction).where(interaction.c.id == bindparam("id")).with_for_update())


def live_interaction(tx: Tx, thread_id: int) -> AnyRow | None:
    """The thread's one interaction that has not ended, locked. Lock the thread first."""
    return _LIVE.first(tx.conn, {"thread_id": thread_id})


def lock_interaction(tx: Tx, interaction_id: int) -> tuple[AnyRow, AnyRow]:
    """Thread and interaction, locked in this order. Raises `NotFoundError`."""
    thread_row = lock_thread_of_interaction(tx, interaction_id)
    if thread_row is None:
        raise NotFoundError("This chat does not exist.")
    return thread_row, _BY_ID.one(tx.conn, {"id": interaction_id})


def require_holder(chat: AnyRow, agent_id: int) -> None:
    """Raises `ChatEndedError` unless this agent holds the chat."""
    if chat.state != InteractionState.OPEN or chat.agent_id != agent_id:
        ended = chat.state == InteractionState.ENDED
        raise ChatEndedError("This chat has ended." if ended else "This chat is not yours any more.")


def touch(tx: Tx, interaction_id: int, **values: Any) -> None:
    """Set `values`, count the version up and name it in the news."""
    change_row(tx.conn, interaction, interaction_id, values)
    tx.news.interaction(interaction_id)


def open_for_agent(
    tx: Tx, chat: AnyRow, agent_id: int, choice: CaseChoice | None, kind: str, *, as_of: Millis
) -> api.Accepted:
    """Give a locked interaction that nobody holds to this agent, with the case by `choice` and the contact.

    `choice` None: the rule's answer `as_of` the moment for which the agent was shown it. `kind` names the event:
    accepted, taken or started. Any standing offer is the caller's to end first.
    """
    state = next_state(InteractionState(chat.state), InteractionEvent.OPENED)
    thread_row = lock_thread(tx, chat.thread_id)
    contact_id = contact_of(tx, thread_row)
    case_id = begin_case(tx, chat.thread_id, contact_id, agent_id, choice, as_of=as_of)
    last_message = _LAST_MESSAGE.scalar(tx.conn, {"interaction": chat.id})
    touch(
        tx,
        chat.id,
        state=state,
        agent_id=agent_id,
        case_id=case_id,
        accepted_at=tx.now,
        unread=0,
        read_up_to=last_message or 0,
        why_waiting="",
    )
    _SET_CASE_OF_EVENTS.run(tx.conn, {"interaction": chat.id, "case": case_id})
    note_event(tx, chat.id, kind, case_id=case_id, agent_id=agent_id)
    agent_was_busy(tx, agent_id)
    messages_read_differently(tx, chat.id)
    tx.news.topic("waiting")
    return api.Accepted(interaction_id=chat.id, case_id=case_id, thread_id=chat.thread_id)


def messages_read_differently(tx: Tx, interaction_id: int) -> None:
    """Its messages belong to another case now, which each of them names."""
    for message_id in tx.conn.scalars(
        update(message)
        .where(message.c.interaction_id == interaction_id)
        .values(version=message.c.version + 1)
        .returning(message.c.id)
    ):
        tx.news.message(message_id)


def agent_was_busy(tx: Tx, agent_id: int) -> None:
    """The agent got or ended a chat: others who have been idle longer are asked before them now."""
    _SET_IDLE.run(tx.conn, {"agent": agent_id, "since": tx.now})


def agent_name(tx: Tx, agent_id: int | None) -> str:
    """An agent's name; empty for none."""
    name = None if agent_id is None else tx.conn.scalar(select(agent.c.name).where(agent.c.id == agent_id))
    return name or ""
