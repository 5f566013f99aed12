"""The thread of a customer's address, found or made, and locked: whoever holds its row works alone on this customer."""

from typing import Any, TypeAlias

from sqlalchemy import Row, bindparam, select

from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import interaction, thread
from cti_client.hub.store.upsert import insert_or_nothing

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of one of our tables; its columns are attributes."""

_BY_ADDRESS = select(thread).where(thread.c.address == bindparam("address")).with_for_update()
_BY_ID = select(thread).where(thread.c.id == bindparam("id")).with_for_update()
_OF_INTERACTION = select(interaction.c.thread_id).where(interaction.c.id == bindparam("id"))


def thread_of_address(tx: Tx, address: str, *, repliable: bool) -> AnyRow:
    """The locked thread of this normalised address, made if there is none yet."""
    row = tx.conn.execute(_BY_ADDRESS, {"address": address}).first()
    if row is None:
        insert_or_nothing(tx.conn, thread, {"address": address, "repliable": repliable})
        row = tx.conn.execute(_BY_ADDRESS, {"address": address}).one()
    return row


def lock_thread(tx: Tx, thread_id: int) -> AnyRow:
    """This thread, locked."""
    return tx.conn.execute(_BY_ID, {"id": thread_id}).one()


def lock_thread_of_interaction(tx: Tx, interaction_id: int) -> AnyRow | None:
    """The thread of this interaction, locked; None where there is no such interaction."""
    thread_id = tx.conn.scalar(_OF_INTERACTION, {"id": interaction_id})
    return None if thread_id is None else lock_thread(tx, thread_id)
