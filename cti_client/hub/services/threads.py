"""The thread of a customer's address, found or made, and locked: whoever holds its row works alone on this customer."""

from typing import NamedTuple

from sqlalchemy import bindparam, select, union_all

from cti_client.hub.store.conditions import NOT_ENDED, OFFER_IS_OPEN
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import interaction, offer, thread
from cti_client.hub.store.upsert import insert_row_or_nothing

_BY_ADDRESS = Statement(select(thread).where(thread.c.address == bindparam("address")).with_for_update())
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
    """`is_new`: this transaction made it, so nothing in the database refers to it, and nobody else knows of it yet."""

    row: AnyRow
    is_new: bool


def thread_of_address(tx: Tx, address: str, *, repliable: bool, line_id: int | None = None) -> FoundThread:
    """The locked thread of this normalised address, made (with the line that it was last used on) if there is none."""
    row = _BY_ADDRESS.first(tx.conn, {"address": address})
    if row is not None:
        return FoundThread(row, is_new=False)
    values = {"address": address, "repliable": repliable, "last_line_id": line_id}
    made = insert_row_or_nothing(tx.conn, thread, values)
    if made is not None:
        return FoundThread(made, is_new=True)
    return FoundThread(_BY_ADDRESS.one(tx.conn, {"address": address}), is_new=False)


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
