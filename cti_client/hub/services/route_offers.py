"""Queued chats go before agents, oldest first (A10, C3)."""

from sqlalchemy import bindparam, select, update

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import InteractionEvent, InteractionState, next_state
from cti_client.domain.offer import OfferState
from cti_client.domain.routing import RoutableAgent, choose_agent
from cti_client.hub.services.events import note_event
from cti_client.hub.store.conditions import IS_QUEUED
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, interaction, line, offer
from cti_client.hub.store.upsert import insert_row

WHY_DECLINED = "declined"
WHY_UNANSWERED = "nobody answered"
WHY_NOBODY = "nobody was available"

_CHATS = (
    select(interaction.c.id, interaction.c.why_waiting, line.c.offer_seconds)
    .join(line, line.c.id == interaction.c.line_id)
    .where(IS_QUEUED)
    .order_by(interaction.c.waiting_since, interaction.c.id)
    .with_for_update(of=interaction, skip_locked=True)
)
_QUEUED = Statement(_CHATS)
_NOT_TOLD = Statement(_CHATS.where(interaction.c.why_waiting != WHY_NOBODY))
_AVAILABLE = Statement(select(agent.c.id, agent.c.idle_since).where(agent.c.presence == Presence.AVAILABLE.value))
_OFFERS = Statement(
    select(offer.c.agent_id, offer.c.number, offer.c.state).where(offer.c.interaction_id == bindparam("chat"))
)
_MOVE = Statement(
    update(interaction)
    .where(interaction.c.id == bindparam("moved"), interaction.c.state == bindparam("before"))
    .values(version=interaction.c.version + 1, state=bindparam("after"), why_waiting=bindparam("why"))
)


def route_offers(tx: Tx) -> int:
    """Put each queued chat before an available agent who was not asked yet; returns how many offers were made.

    A chat that everyone was asked for in vain goes to the Waiting list. One for which nobody is available stays
    queued (and shows in that list) until somebody is. Chats that another transaction holds are left to it.
    """
    agents = {row.id: RoutableAgent(row.id, row.idle_since) for row in _AVAILABLE.rows(tx.conn)}
    made = 0
    for chat in (_QUEUED if agents else _NOT_TOLD).rows(tx.conn):
        asked, number = _asked(tx, chat.id)
        chosen = choose_agent(agents.values(), asked)
        if chosen is not None:
            _make_offer(tx, chat, chosen, number + 1)
            agents[chosen] = RoutableAgent(chosen, tx.now)
            made += 1
        elif asked:
            _move(tx, chat.id, InteractionEvent.NOBODY_LEFT, why_waiting=chat.why_waiting or WHY_UNANSWERED)
        else:
            _move(tx, chat.id, None, why_waiting=WHY_NOBODY)
            # An agent may be turning available in a transaction that we do not see yet: look again after the commit.
            tx.wakes.add("offers")
    return made


def back_to_queue(tx: Tx, interaction_id: int, why: str) -> None:
    """The chat's offer is over without an answer; `route_offers` decides where it goes."""
    _move(tx, interaction_id, InteractionEvent.PASSED, why_waiting=why, before=InteractionState.OFFERED)


def _asked(tx: Tx, interaction_id: int) -> tuple[set[int], int]:
    """The agents who let an offer of this chat pass, and its last offer's number. A withdrawn offer asked nobody."""
    offers = _OFFERS.rows(tx.conn, {"chat": interaction_id})
    passed = {row.agent_id for row in offers if row.state in (OfferState.DECLINED, OfferState.LAPSED)}
    return passed, max((row.number for row in offers), default=0)


def _make_offer(tx: Tx, chat: AnyRow, agent_id: int, number: int) -> None:
    offer_id = insert_row(
        tx.conn,
        offer,
        {
            "interaction_id": chat.id,
            "agent_id": agent_id,
            "number": number,
            "made_at": tx.now,
            "deadline": tx.now + chat.offer_seconds * 1000,
            "state": OfferState.OPEN,
        },
    )
    _move(tx, chat.id, InteractionEvent.OFFERED, why_waiting="")
    note_event(tx, chat.id, "offered", agent_id=agent_id)
    tx.news.offer(offer_id)
    tx.wakes.add("offers")


def _move(
    tx: Tx,
    interaction_id: int,
    event: InteractionEvent | None,
    *,
    why_waiting: str,
    before: InteractionState = InteractionState.QUEUED,
) -> None:
    """By compare-and-set: nothing happens where the chat is not in the state `before` any more."""
    after = before if event is None else next_state(before, event)
    _MOVE.run(tx.conn, {"moved": interaction_id, "before": before, "after": after, "why": why_waiting})
    tx.news.interaction(interaction_id)
    tx.news.topic("waiting")
