"""Turns what a transaction touched into numbered records for the agents whom it concerns.

Who holds what: an open offer its agent; an interaction that has not ended its agent, and with it its case and messages
(also while it stands before others because that agent is gone). A message's record also goes to whoever holds an
interaction with the same customer (an earlier text was delivered late).
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, literal_column, select, union_all

from cti_client.domain.interaction import InteractionState
from cti_client.hub.store import record_builders as build
from cti_client.hub.store.conditions import NOT_ENDED
from cti_client.hub.store.envelopes import envelope, removal
from cti_client.hub.store.news import News
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.streams import append, break_off, records_after
from cti_client.hub.store.tables import case, interaction, message
from cti_client.wire.records import Case, Interaction, Offer, Record

__all__ = ["records_after", "write_news"]

_COLUMNS = (interaction.c.id, interaction.c.thread_id, interaction.c.state, interaction.c.agent_id)
_CASES_THREADS = select(case.c.thread_id).where(case.c.id.in_(bindparam("cases", expanding=True)))
_MESSAGES_THREADS = select(message.c.thread_id).where(message.c.id.in_(bindparam("messages", expanding=True)))
_TOUCHED: ColumnElement[bool] = literal_column("1")
_HOLDING: ColumnElement[bool] = literal_column("0")
_CHATS = Statement(
    union_all(
        select(*_COLUMNS, _HOLDING.label("touched")).where(interaction.c.thread_id.in_(_MESSAGES_THREADS), NOT_ENDED),
        select(*_COLUMNS, _TOUCHED).where(interaction.c.thread_id.in_(_CASES_THREADS), NOT_ENDED),
        select(*_COLUMNS, _TOUCHED).where(interaction.c.id.in_(bindparam("chats", expanding=True))),
    )
)

_Told = defaultdict[int, list[Record]]
"""By agent, in the order in which the agent is told: parents before their children."""


def write_news(tx: Tx) -> frozenset[int]:
    """Number the records of what `tx.news` names into the streams; returns the agents who got any.

    The last step of every transaction. A touched case also renews the chat or offer of its thread, which may show it;
    a touched interaction its offer. Who opens a chat for an agent names its case and its messages too.
    """
    news = tx.news
    if news.anew:
        break_off(tx.conn)
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
    """The news, and the chats that they are about."""

    def __init__(self, conn: Connection, news: News) -> None:
        self.news = news
        self.chats: dict[int, Any] = {}
        """By id: chats that were touched, or show a case that was."""
        self._holders: dict[int, int] = {}
        named = {"messages": list(news.messages), "cases": list(news.cases), "chats": list(news.interactions)}
        for chat in _CHATS.rows(conn, named):
            if chat.touched:
                self.chats[chat.id] = chat
            if _is_held(chat):
                self._holders[chat.thread_id] = chat.agent_id

    @property
    def held(self) -> list[Any]:
        """Those that an agent holds."""
        return [chat for chat in self.chats.values() if _is_held(chat)]

    @property
    def anybody_holds(self) -> bool:
        """Some agent holds a chat with a customer of whom there are news."""
        return bool(self._holders)

    def holder(self, thread_id: int) -> int | None:
        """The agent who holds a chat with this customer."""
        return self._holders.get(thread_id)


def _is_held(chat: Any) -> bool:
    """`conditions.IS_HELD`, of a row."""
    return chat.agent_id is not None and chat.state != InteractionState.ENDED


def _tell_offers(conn: Connection, touched: _Touched, told: _Told) -> None:
    offered = [chat.id for chat in touched.chats.values() if chat.state == InteractionState.OFFERED]
    for agent_id, offer_id, body in build.offers(conn, touched.news.offers, offered):
        told[agent_id].append(removal(Offer, offer_id) if body is None else envelope(body))


def _tell_chats(conn: Connection, touched: _Touched, told: _Told) -> None:
    bodies = {body.id: body for body in build.interactions(conn, [chat.id for chat in touched.held])}
    for chat in touched.chats.values():
        gone = set(touched.news.former.get(chat.id, ()))
        if chat.agent_id is not None:
            gone.add(chat.agent_id)
        if chat.id in bodies:
            gone.discard(chat.agent_id)
            told[chat.agent_id].append(envelope(bodies[chat.id]))
        for agent_id in sorted(gone):
            told[agent_id].append(removal(Interaction, chat.id, touched.news.partings.get(chat.id, "")))


def _tell_cases(conn: Connection, touched: _Touched, told: _Told) -> None:
    holders = {chat.id: chat.agent_id for chat in touched.held}
    left_over = dict.fromkeys(touched.news.cases)
    for body in build.cases(conn, touched.news.cases):
        told[holders[body.interaction_id]].append(envelope(body))
        del left_over[body.id]
    for case_id in left_over:  # no running chat's case now, or deleted; a chat may have been moved out of it
        for agent_id in sorted(set(holders.values())):
            told[agent_id].append(removal(Case, case_id))


def _tell_messages(conn: Connection, touched: _Touched, told: _Told) -> None:
    if not touched.anybody_holds:
        return
    for body in build.messages(conn, touched.news.messages):
        agent_id = touched.holder(body.thread_id)
        if agent_id is not None:
            told[agent_id].append(envelope(body))
