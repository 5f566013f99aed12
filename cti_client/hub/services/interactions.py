"""The live interaction of a thread: found, opened for an agent, touched.

Locks are taken in one order everywhere: an agent's desk, threads, contacts, interactions, messages and offers, agents,
agents' streams; several of one kind by id. A sweep passes over what is locked.
"""

from typing import Any

from sqlalchemy import bindparam, func, select, update

from cti_client.domain import Millis
from cti_client.domain.errors import ChatEndedError, NotFoundError
from cti_client.domain.interaction import CaseChoice, InteractionEvent, InteractionState, next_state
from cti_client.domain.offer import OfferState
from cti_client.hub.services.cases import begin_case, leave_case, new_case, reopen_case
from cti_client.hub.services.customers import contact_of
from cti_client.hub.services.events import note_event
from cti_client.hub.services.misses import answered
from cti_client.hub.services.threads import lock_thread, lock_thread_of_interaction
from cti_client.hub.store.change import change_row
from cti_client.hub.store.conditions import NOT_ENDED, OFFER_IS_OPEN
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, case_event, interaction, message, offer
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
_WITHDRAW = Statement(
    update(offer)
    .where(offer.c.interaction_id == bindparam("interaction"), OFFER_IS_OPEN)
    .values(state=OfferState.WITHDRAWN.value, answered_at=bindparam("now"), version=offer.c.version + 1)
    .returning(offer.c.id)
)
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


def held_interaction(tx: Tx, interaction_id: int, agent_id: int) -> tuple[AnyRow, AnyRow]:
    """Thread and interaction, locked and open with this agent. Raises `NotFoundError`, `ChatEndedError`.

    One that stands before others because this agent was gone is theirs again: they are acting on it (A9).
    """
    thread_row, chat = lock_interaction(tx, interaction_id)
    if chat.state == InteractionState.ENDED:
        raise ChatEndedError("This chat has ended.")
    if chat.agent_id != agent_id:
        by = agent_name(tx, chat.agent_id)
        raise ChatEndedError(f"{by} has this chat now." if by else "This chat is not yours any more.")
    if chat.state != InteractionState.OPEN:
        resume_chat(tx, chat)
        chat = _BY_ID.one(tx.conn, {"id": interaction_id})
    return thread_row, chat


def resume_chat(tx: Tx, chat: AnyRow) -> None:
    """A locked chat that stands before others is open with its agent again."""
    state = InteractionState(chat.state)
    if state is InteractionState.OFFERED:
        for offer_id in _WITHDRAW.scalars(tx.conn, {"interaction": chat.id, "now": tx.now}):
            tx.news.offer(offer_id)
        state = next_state(state, InteractionEvent.PASSED)
    touch(tx, chat.id, state=next_state(state, InteractionEvent.RESUMED), why_waiting="")
    note_event(tx, chat.id, "resumed", case_id=chat.case_id, agent_id=chat.agent_id)
    tx.news.topic("waiting")


def touch(tx: Tx, interaction_id: int, **values: Any) -> None:
    """Set `values`, count the version up and name it in the news."""
    change_row(tx.conn, interaction, interaction_id, values)
    tx.news.interaction(interaction_id)


def open_for_agent(
    tx: Tx, chat: AnyRow, agent_id: int, choice: CaseChoice | None, kind: str, *, as_of: Millis
) -> api.Accepted:
    """Give a locked interaction that is not open to this agent, with the case by `choice` and the contact.

    `choice` None: the rule's answer `as_of` the moment for which the agent was shown it. One that was with an agent who
    is gone moves with its case. `kind` names the event: accepted, taken or started. Any standing offer is the
    caller's to end first.
    """
    state = next_state(InteractionState(chat.state), InteractionEvent.OPENED)
    thread_row = lock_thread(tx, chat.thread_id)
    contact_id = contact_of(tx, thread_row).id
    former_case = chat.case_id
    if former_case is None:
        case_id = begin_case(tx, chat.thread_id, contact_id, agent_id, choice, as_of=as_of)
    elif choice is CaseChoice.NEW:
        case_id = new_case(tx, chat.thread_id, contact_id, agent_id)
    else:
        case_id = former_case
        reopen_case(tx, case_id, agent_id)
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
    if former_case is not None:
        words = f"{agent_name(tx, agent_id)} has taken over this chat: the customer waited while you were away."
        tx.news.interaction(chat.id, former=chat.agent_id, parting=words)
        if former_case != case_id:
            leave_case(tx, former_case, now_in=case_id)
    _SET_CASE_OF_EVENTS.run(tx.conn, {"interaction": chat.id, "case": case_id})
    note_event(tx, chat.id, kind, case_id=case_id, agent_id=agent_id)
    answered(tx, agent_id)
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
