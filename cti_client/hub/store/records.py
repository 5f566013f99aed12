"""Turns what a transaction touched into numbered records for the agents whom it concerns.

Who holds what: an open offer its agent; an open interaction its agent, and with it its case and messages. A message's
record also goes to whoever holds an open interaction with the same customer (an earlier text was delivered late).
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from cti_client.domain.interaction import InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.store import record_builders as build
from cti_client.hub.store.conditions import NOT_ENDED, OFFER_IS_OPEN
from cti_client.hub.store.envelopes import envelope, removal
from cti_client.hub.store.news import News
from cti_client.hub.store.store import Tx
from cti_client.hub.store.streams import append, records_after
from cti_client.hub.store.tables import case, interaction, message, offer
from cti_client.wire.records import Case, Interaction, Offer, Record

__all__ = ["records_after", "write_news"]

_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_CASE_THREADS = select(case.c.id, case.c.thread_id).where(case.c.id.in_(_IDS))
_MESSAGE_THREADS = select(message.c.id, message.c.thread_id).where(message.c.id.in_(_IDS))
_CHATS = select(
    interaction.c.id,
    interaction.c.thread_id,
    interaction.c.state,
    interaction.c.agent_id,
).order_by(interaction.c.id)
_CHATS_BY_ID = _CHATS.where(interaction.c.id.in_(_IDS))
_LIVE_CHATS = _CHATS.where(
    interaction.c.thread_id.in_(_IDS),
    NOT_ENDED,
)
_OFFERS = (
    select(offer.c.id, offer.c.agent_id, offer.c.state)
    .where(or_(offer.c.id.in_(_IDS), OFFER_IS_OPEN & offer.c.interaction_id.in_(bindparam("chats", expanding=True))))
    .order_by(offer.c.id)
)

_Told = defaultdict[int, list[Record]]
"""By agent, in the order in which the agent is told: parents before their children."""


def write_news(tx: Tx) -> frozenset[int]:
    """Number the records of what `tx.news` names into the streams; returns the agents who got any.

    The last step of every transaction. A touched case also renews the chat or offer of its thread, which may show it;
    a touched interaction its offer. Who opens a chat for an agent names its case and its messages too.
    """
    news = tx.news
    if not (news.offers or news.interactions or news.cases or news.messages):
        return frozenset()
    touched = _Touched(tx.conn, news)
    told: _Told = defaultdict(list)
    _tell_offers(tx.conn, touched, told)
    _tell_chats(tx.conn, touched, told)
    _tell_cases(tx.conn, touched, told)
    _tell_messages(tx.conn, touched, told)
    append(tx.conn, told, tx.now)
    return frozenset(told)


class _Touched:
    """The rows behind the names in the news."""

    def __init__(self, conn: Connection, news: News) -> None:
        self.news = news
        self.case_threads = _threads(conn, _CASE_THREADS, news.cases)
        self.message_threads = _threads(conn, _MESSAGE_THREADS, news.messages)
        threads = {*self.case_threads.values(), *self.message_threads.values()}
        self.live = {chat.thread_id: chat for chat in _rows(conn, _LIVE_CHATS, threads)}
        """By thread: its chat that has not ended, where a case or message of the thread was touched."""
        self.chats = {chat.id: chat for chat in _rows(conn, _CHATS_BY_ID, news.interactions)}
        """By id: chats that were touched or show something that was."""
        for thread_id in self.case_threads.values():
            if thread_id in self.live:
                chat = self.live[thread_id]
                self.chats.setdefault(chat.id, chat)
        self.live.update({chat.thread_id: chat for chat in self.chats.values() if _is_open(chat)})

    def holder(self, thread_id: int | None) -> int | None:
        """The agent who holds an open chat with this customer."""
        chat = self.live.get(thread_id)
        return chat.agent_id if chat is not None and _is_open(chat) else None


def _tell_offers(conn: Connection, touched: _Touched, told: _Told) -> None:
    offered = [chat.id for chat in touched.chats.values() if chat.state == InteractionState.OFFERED]
    if not (touched.news.offers or offered):
        return
    rows = conn.execute(_OFFERS, {"ids": list(touched.news.offers), "chats": offered}).all()
    bodies = {body.id: body for body in build.offers(conn, [row.id for row in rows if row.state == OfferState.OPEN])}
    for row in rows:
        body = bodies.get(row.id)
        told[row.agent_id].append(removal(Offer, row.id) if body is None else envelope(body))


def _tell_chats(conn: Connection, touched: _Touched, told: _Told) -> None:
    bodies = {body.id: body for body in build.interactions(conn, [c.id for c in touched.chats.values() if _is_open(c)])}
    for chat in touched.chats.values():
        gone = set(touched.news.former.get(chat.id, ()))
        if chat.agent_id is not None:
            gone.add(chat.agent_id)
        if chat.id in bodies:
            gone.discard(chat.agent_id)
            told[chat.agent_id].append(envelope(bodies[chat.id]))
        for agent_id in sorted(gone):
            told[agent_id].append(removal(Interaction, chat.id))


def _tell_cases(conn: Connection, touched: _Touched, told: _Told) -> None:
    ids = dict.fromkeys(touched.news.cases)
    holders = {chat.id: chat.agent_id for chat in (*touched.live.values(), *touched.chats.values())}
    for body in build.cases(conn, ids):
        told[holders[body.interaction_id]].append(envelope(body))
        del ids[body.id]
    for case_id in ids:  # what is left is no chat's case now: a running chat may have been moved out of it
        if case_id in touched.case_threads:
            holder = touched.holder(touched.case_threads[case_id])
            was_shown_to = set() if holder is None else {holder}
        else:  # its row is gone, so whoever holds a touched chat may have had it
            was_shown_to = {chat.agent_id for chat in touched.chats.values() if _is_open(chat)}
        for agent_id in sorted(was_shown_to):
            told[agent_id].append(removal(Case, case_id))


def _tell_messages(conn: Connection, touched: _Touched, told: _Told) -> None:
    threads = touched.message_threads.items()
    held = sorted(message_id for message_id, thread_id in threads if touched.holder(thread_id) is not None)
    for body in build.messages(conn, held):
        agent_id = touched.holder(body.thread_id)
        assert agent_id is not None
        told[agent_id].append(envelope(body))


def _is_open(chat: Any) -> bool:
    return bool(chat.state == InteractionState.OPEN)


def _rows(conn: Connection, query: Any, ids: Collection[int]) -> list[Any]:
    return list(conn.execute(query, {"ids": list(ids)})) if ids else []


def _threads(conn: Connection, query: Any, ids: Collection[int]) -> dict[int, int]:
    return {row.id: row.thread_id for row in _rows(conn, query, ids)}
