"""The thread of a customer's address, found or made, and locked: whoever holds its row works alone on this customer."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, String, bindparam, cast, exists, false, null, select, true, union_all
from sqlalchemy.dialects import sqlite

from cti_client.hub.store.conditions import NOT_ENDED, OFFER_IS_OPEN
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import interaction, offer, phone, thread

_VALUES: dict[str, Any] = {
    "address": bindparam("number", type_=String()),
    "repliable": bindparam("answers", type_=Boolean()),
    "last_line_id": bindparam("line", type_=BigInteger()),
}
_KNOWN_CONTACT = (
    select(phone.c.contact_id).where(phone.c.address == bindparam("number")).order_by(phone.c.contact_id).limit(1)
)
_FOUND = (
    select(*thread.c, cast(null(), BigInteger).label("known_contact"), false().label("is_new"))
    .where(thread.c.address == bindparam("number"))
    .with_for_update()
)
_NEW = (*thread.c, _KNOWN_CONTACT.scalar_subquery().label("known_contact"), true().label("is_new"))
_FIND = Statement(_FOUND)
_MAKE = Statement(sqlite.insert(thread).values(_VALUES).on_conflict_do_nothing().returning(*_NEW))
_BY_ID = Statement(select(thread).where(thread.c.id == bindparam("id")).with_for_update())
_OF_AGENT = Statement(
    select(thread.c.id)
    .where(
        thread.c.id.in_(
            union_all(
                select(interaction.c.thread_id).where(interaction.c.agent_id == bindparam("agent"), NOT_ENDED),
                select(interaction.c.thread_id)
                .join(offer, offer.c.interaction_id == interaction.c.id)
                .where(offer.c.agent_id == bindparam("agent"), OFFER_IS_OPEN),
            )
        )
    )
    .order_by(thread.c.id)
    .with_for_update()
)
_OF_INTERACTION = Statement(select(interaction.c.thread_id).where(interaction.c.id == bindparam("id")))


class FoundThread(NamedTuple):
    """`is_new`: this transaction made it, so nothing in the database refers to it, and nobody else knows of it yet.

    The row then has the oldest contact with this number as `known_contact`, too.
    """

    row: AnyRow
    is_new: bool


def thread_of_address(tx: Tx, address: str, *, repliable: bool, line_id: int | None = None) -> FoundThread:
    """The locked thread of this normalised address, made (with the line that it was last used on) if there is none."""
    values = {"number": address, "answers": repliable, "line": line_id}
    if tx.conn.dialect.name == "postgresql":
        found = _find_or_make().first(tx.conn, values)
    else:
        found = _FIND.first(tx.conn, values) or _MAKE.first(tx.conn, values)
    if found is None:  # another transaction made it meanwhile
        found = _FIND.one(tx.conn, values)
    return FoundThread(found, is_new=found.is_new)


@cache
def _find_or_make() -> Statement:
    """Both in one round trip. Answers nothing where another transaction has made the thread meanwhile."""
    from sqlalchemy.dialects import postgresql  # a desktop's own hub never pays for it

    found = _FOUND.cte("found")
    new = select(*_VALUES.values()).where(~exists(select(found.c.id)))
    make = postgresql.insert(thread).from_select(list(_VALUES), new).on_conflict_do_nothing()
    made = make.returning(*_NEW).cte("made")
    return Statement(union_all(select(found), select(made)))


def lock_thread(tx: Tx, thread_id: int) -> AnyRow:
    """This thread, locked."""
    return _BY_ID.one(tx.conn, {"id": thread_id})


def lock_thread_of_interaction(tx: Tx, interaction_id: int) -> AnyRow | None:
    """The thread of this interaction, locked; None where there is no such interaction."""
    thread_id = _OF_INTERACTION.scalar(tx.conn, {"id": interaction_id})
    return None if thread_id is None else lock_thread(tx, thread_id)


def lock_threads_of_agent(tx: Tx, agent_id: int) -> None:
    """The threads of the chats that this agent holds and of those that stand before them, in the order of all locks."""
    _OF_AGENT.rows(tx.conn, {"agent": agent_id})
