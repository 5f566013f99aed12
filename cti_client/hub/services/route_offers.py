"""Queued chats go before agents, oldest first (A10, C2, C3). Who gets which is for `domain.routing` to say.

Several hubs may route at the same moment. Each locks the chats it places and, before it makes an offer, the agent's
row; what another transaction holds is passed over, never waited for. An agent's room is counted under that lock.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, insert, select, union_all, update

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import InteractionEvent, InteractionState, next_state
from cti_client.domain.offer import OfferState
from cti_client.domain.routing import (
    UNLIMITED,
    USUAL_CAPACITY,
    Decision,
    MakeOffer,
    QueuedChat,
    RoutableAgent,
    Why,
    room,
    route,
)
from cti_client.hub.services.misses import IS_CUT_OFF
from cti_client.hub.store.combined import CombinedInsert
from cti_client.hub.store.conditions import IS_OPEN, IS_QUEUED, OFFER_IS_OPEN
from cti_client.hub.store.latest_case import latest_case
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, case, case_event, interaction, line, offer
from cti_client.hub.store.tables import hub as hub_table

WHY_DECLINED = "declined"
WHY_UNANSWERED = "nobody answered"
WHY_NOBODY = "nobody was available"
WHY_BUSY = "everyone was busy"

_TOLD = (WHY_NOBODY, WHY_BUSY)
MOST_CHATS = 200
"""Chats that are placed at once; the rest follow at the next look, for which every offer asks."""
_MOST_AGENTS = 16
"""Agents who are looked at, longest idle first, before all of them are."""

_LOADS_APART = 4
"""Agents of a large team with fewer chats and requests than this are looked for load by load."""
_ALTERNATIVES = 8
"""Agents of whom the first that no other transaction holds is taken: texts that come together want the same one."""

_IS_AVAILABLE = agent.c.presence == Presence.AVAILABLE.value
_LOAD = (
    select(func.count()).where(offer.c.agent_id == agent.c.id, OFFER_IS_OPEN).correlate(agent).scalar_subquery()
    + select(func.count())
    .where(interaction.c.agent_id == agent.c.id, interaction.c.state == InteractionState.OPEN.value)
    .correlate(agent)
    .scalar_subquery()
)
_SET = select(func.max(hub_table.c.chats_per_agent)).scalar_subquery()
_SOME_AGENTS = select(agent.c.id).where(agent.c.token_hash != "").limit(2).subquery("some_agents")
_AGENTS_OF_THE_HUB = select(func.count()).select_from(_SOME_AGENTS).scalar_subquery()
_COLUMNS = (
    agent.c.id,
    agent.c.idle_since,
    agent.c.presence,
    _SET.label("chats_per_agent"),
    _AGENTS_OF_THE_HUB.label("agents"),
    IS_CUT_OFF.label("cut_off"),
)
_AGENTS = select(*_COLUMNS, _LOAD.label("load")).where(_IS_AVAILABLE)
_IDLE_LONGEST = _AGENTS.order_by(agent.c.idle_since, agent.c.id).limit(bindparam("most"))
_BY_ID = agent.c.id.in_(bindparam("ids", expanding=True))
_FIRST_AGENTS = Statement(_IDLE_LONGEST)
_ALL_AGENTS = Statement(_AGENTS)
_holds = union_all(
    select(offer.c.agent_id).where(OFFER_IS_OPEN),
    select(interaction.c.agent_id).where(IS_OPEN, interaction.c.agent_id.is_not(None)),
).subquery("holds")
_BUSIER = select(_holds.c.agent_id).group_by(_holds.c.agent_id).having(func.count() > bindparam("load"))
_NO_BUSIER = Statement(_IDLE_LONGEST.where(agent.c.id.not_in(_BUSIER)))
"""What stands or is open altogether is little and is gone through once, whatever the planner knows of the tables."""

_THESE_AGENTS = Statement(_AGENTS.where(_BY_ID))
_LOCK_AGENTS = Statement(
    select(agent.c.id)
    .where(_BY_ID, _IS_AVAILABLE)
    .order_by(agent.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_LOCK_ONE = Statement(
    select(agent.c.id)
    .where(_BY_ID, _IS_AVAILABLE)
    .order_by(agent.c.idle_since, agent.c.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True)
)

_PREVIOUS_AGENT = (
    latest_case(interaction.c.thread_id).with_only_columns(case.c.agent_id).correlate(interaction).scalar_subquery()
)
_CHATS = (
    select(
        interaction.c.id,
        interaction.c.why_waiting,
        interaction.c.round_after,
        line.c.offer_seconds,
        _PREVIOUS_AGENT.label("previous_agent"),
    )
    .join(line, line.c.id == interaction.c.line_id)
    .where(IS_QUEUED)
    .order_by(interaction.c.waiting_since, interaction.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=interaction, skip_locked=True)
)
_IS_ANY_QUEUED = Statement(select(exists().where(IS_QUEUED)))
_NO_VALUES: Mapping[str, object] = {}
_QUEUED = Statement(_CHATS)
_NOT_TOLD = Statement(_CHATS.where(interaction.c.why_waiting.not_in(_TOLD)))
_OFFERS = Statement(
    select(offer.c.interaction_id, offer.c.agent_id, offer.c.number, offer.c.state).where(
        offer.c.interaction_id.in_(bindparam("chats", expanding=True))
    )
)
_OFFER = CombinedInsert(
    insert(offer).values(
        interaction_id=bindparam("chat"),
        agent_id=bindparam("agent"),
        number=bindparam("number"),
        made_at=bindparam("now"),
        deadline=bindparam("deadline"),
        state=OfferState.OPEN.value,
    ),
    lambda _: (
        update(interaction)
        .where(interaction.c.id == bindparam("chat"), interaction.c.state == bindparam("before"))
        .values(version=interaction.c.version + 1, state=bindparam("after"), why_waiting=""),
        insert(case_event).values(
            interaction_id=bindparam("chat"), at=bindparam("now"), kind="offered", agent_id=bindparam("agent")
        ),
    ),
)
"""An offer of a locked chat: the chat moves on, and the timeline has it."""

_MOVE = Statement(
    update(interaction)
    .where(interaction.c.id == bindparam("moved"), interaction.c.state == bindparam("before"))
    .values(version=interaction.c.version + 1, state=bindparam("after"), why_waiting=bindparam("why"))
)


def route_offers(tx: Tx, begun: int | None = None) -> int:
    """Put queued chats before available agents who have room; returns how many offers were made.

    `begun`: a chat that this transaction began, so that nobody was asked for it yet.
    A chat that everyone was asked for in vain goes to the Waiting list. One for which nobody is available or has room
    stays queued (and shows in that list) until somebody has.
    """
    candidates = _candidates(tx.conn)
    rows = (_QUEUED if room(candidates.agents) else _NOT_TOLD).rows(tx.conn, {"most": MOST_CHATS})
    if not rows:
        return 0
    chats = _chats(tx, rows, begun)
    why_before = {row.id: row.why_waiting for row in rows}
    made = 0
    for decision in _settled(tx, chats, _with_previous(tx, candidates, chats)):
        if isinstance(decision, MakeOffer):
            _make_offer(tx, decision)
            made += 1
        else:
            _leave(tx, decision.chat_id, decision.why, why_before[decision.chat_id])
    return made


def may_route(conn: Connection) -> bool:
    """Whether a chat waits for routing while somebody has room for it."""
    return is_any_queued(conn) and room(_candidates(conn).agents) > 0


def is_any_queued(conn: Connection) -> bool:
    """Whether a chat waits for routing."""
    return bool(_IS_ANY_QUEUED.scalar(conn))


def back_to_queue(tx: Tx, interaction_id: int, why: str) -> None:
    """The chat's offer is over without an answer; `route_offers` decides where it goes."""
    _move(tx, interaction_id, InteractionEvent.PASSED, why_waiting=why, before=InteractionState.OFFERED)


class _Candidates(NamedTuple):
    """Available agents. Those whom a list that is not `complete` leaves out are busier, or have been idle shorter."""

    agents: list[RoutableAgent]
    complete: bool


def _candidates(conn: Connection) -> _Candidates:
    """All available agents of a small team; of a large one those who come first by load and idleness.

    Where there is no room among all, the list is complete.
    """
    most = {"most": _MOST_AGENTS}
    first = _agents(conn, _FIRST_AGENTS, most)
    if len(first) < _MOST_AGENTS:
        return _Candidates(first, complete=True)
    if any(one.load == 0 for one in first):
        return _Candidates(first, complete=False)
    for load in range(min(first[0].capacity, _LOADS_APART)):
        if agents := _agents(conn, _NO_BUSIER, {**most, "load": load}):
            return _Candidates(agents, complete=False)
    return _Candidates(first, complete=False) if room(first) else _all_agents(conn)


def _all_agents(conn: Connection) -> _Candidates:
    return _Candidates(_agents(conn, _ALL_AGENTS), complete=True)


def _agents(conn: Connection, query: Statement, values: Mapping[str, object] = _NO_VALUES) -> list[RoutableAgent]:
    return [
        RoutableAgent(row.id, row.idle_since, row.load, _capacity(row), Presence(row.presence), bool(row.cut_off))
        for row in query.rows(conn, values)
    ]


def _capacity(row: AnyRow) -> int:
    """What is set, else the usual; nobody but the only agent of a hub could take what does not ring there."""
    return row.chats_per_agent or (USUAL_CAPACITY if row.agents > 1 else UNLIMITED)


def _chats(tx: Tx, rows: Sequence[AnyRow], begun: int | None) -> list[QueuedChat]:
    """With who let an offer of this round pass. A withdrawn offer asked nobody."""
    round_after = {row.id: row.round_after for row in rows}
    asked: dict[int, set[int]] = defaultdict(set)
    numbers: dict[int, int] = {}
    older = [chat_id for chat_id in round_after if chat_id != begun]
    for one in _OFFERS.rows(tx.conn, {"chats": older}) if older else ():
        chat = one.interaction_id
        numbers[chat] = max(numbers.get(chat, 0), one.number)
        if one.state in (OfferState.DECLINED, OfferState.LAPSED) and one.number > round_after[chat]:
            asked[chat].add(one.agent_id)
    return [
        QueuedChat(
            row.id, row.offer_seconds * 1000, frozenset(asked[row.id]), numbers.get(row.id, 0), row.previous_agent
        )
        for row in rows
    ]


def _with_previous(tx: Tx, candidates: _Candidates, chats: Sequence[QueuedChat]) -> _Candidates:
    """With the agents whom these customers know."""
    if candidates.complete:
        return candidates
    known = {one.agent_id for one in candidates.agents}
    previous = {chat.previous_agent for chat in chats if chat.previous_agent is not None} - known
    if not previous:
        return candidates
    more = _agents(tx.conn, _THESE_AGENTS, {"ids": sorted(previous)})
    return _Candidates([*candidates.agents, *more], complete=False)


def _settled(tx: Tx, chats: Sequence[QueuedChat], candidates: _Candidates) -> list[Decision]:
    """Decisions that hold: every chosen agent's row is locked, and what they hold was counted under the lock.

    Where agents who are not among the candidates may come before those chosen, all are looked at.
    """
    agents, complete = candidates
    lowest = min((one.load for one in agents if one.has_room), default=0)
    locked: set[int] = set()
    passed_over: set[int] = set()
    while True:
        decisions = route(chats, agents, tx.now)
        if not complete and not _are_best(decisions, chats, agents, lowest):
            everyone, complete = _all_agents(tx.conn)
            agents = [replace(one, load=one.capacity) if one.agent_id in passed_over else one for one in everyone]
            continue
        chosen = {one.agent_id for one in decisions if isinstance(one, MakeOffer)} - locked
        if not chosen:
            return decisions
        if len(chats) == 1:
            chosen, got = _lock_one(tx, chats[0], agents, *chosen)
        else:
            got = set(_LOCK_AGENTS.scalars(tx.conn, {"ids": sorted(chosen)}))
        locked |= got
        passed_over |= chosen - got
        fresh = {one.agent_id: one for one in _agents(tx.conn, _THESE_AGENTS, {"ids": sorted(got)})} if got else {}
        if got != chosen:
            tx.wakes.add("offers")  # they stand in another transaction: look again after the commit
        before = agents
        agents = [_seen_again(one, chosen, fresh) for one in before]
        if agents == before:
            return decisions


def _are_best(
    decisions: Sequence[Decision], chats: Sequence[QueuedChat], agents: Sequence[RoutableAgent], lowest: int
) -> bool:
    """Whether nobody who is not among these agents comes before those chosen.

    Of agents with the `lowest` load the longest idle are here; of those with more there may be others.
    """
    load = {one.agent_id: one.load for one in agents}
    cut_off = {one.agent_id for one in agents if one.cut_off}
    for chat, decision in zip(chats, decisions, strict=True):
        if not isinstance(decision, MakeOffer):
            return False
        chosen = decision.agent_id
        if chosen in cut_off or (load[chosen] > lowest and chosen != chat.previous_agent):
            return False
        load[chosen] += 1
    return True


def _lock_one(tx: Tx, chat: QueuedChat, agents: Sequence[RoutableAgent], first: int) -> tuple[set[int], set[int]]:
    """Lock the chosen agent, or the next of those as good as them; who was tried, and who was got."""
    (best,) = (one for one in agents if one.agent_id == first)
    as_good = [
        one
        for one in agents
        if one.has_room
        and (one.load, one.cut_off) == (best.load, best.cut_off)
        and one.agent_id not in chat.asked
        and first != chat.previous_agent
    ]
    order = sorted(as_good or [best], key=lambda one: (one.idle_since, one.agent_id))[:_ALTERNATIVES]
    tried = [one.agent_id for one in order]
    got = _LOCK_ONE.scalars(tx.conn, {"ids": tried})
    return set(tried[: tried.index(got[0]) + 1] if got else tried), set(got)


def _seen_again(one: RoutableAgent, chosen: Collection[int], fresh: dict[int, RoutableAgent]) -> RoutableAgent:
    """As counted under the lock; without room where the lock was not to be had."""
    if one.agent_id not in chosen:
        return one
    return fresh.get(one.agent_id) or replace(one, load=one.capacity)


def _leave(tx: Tx, chat_id: int, why: Why, why_before: str) -> None:
    if why is Why.NOBODY_LEFT:
        _move(tx, chat_id, InteractionEvent.NOBODY_LEFT, why_waiting=why_before or WHY_UNANSWERED)
        return
    words = WHY_NOBODY if why is Why.NOBODY_AVAILABLE else WHY_BUSY
    if not why_before:
        _move(tx, chat_id, None, why_waiting=words)
        # An agent may be turning available in a transaction that we do not see yet: look again after the commit.
        tx.wakes.add("offers")


def _make_offer(tx: Tx, made: MakeOffer) -> None:
    before = InteractionState.QUEUED
    after = next_state(before, InteractionEvent.OFFERED)
    whom = {"chat": made.chat_id, "agent": made.agent_id, "number": made.number}
    offer_id = _OFFER.insert(
        tx.conn, {**whom, "now": tx.now, "deadline": made.deadline, "before": before.value, "after": after.value}
    )
    tx.news.interaction(made.chat_id)
    tx.news.topic("waiting")
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
