"""The contact behind a number, and the SMS tag of the number (B2)."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, false, insert, or_, select, true, union_all, update

from cti_client.domain.errors import NotFoundError
from cti_client.domain.interaction import InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.store.combined import CombinedInsert
from cti_client.hub.store.conditions import IS_HELD, NOT_ENDED
from cti_client.hub.store.contacts import search_text
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import contact, interaction, offer, phone, thread

_BY_NUMBER = Statement(
    select(phone.c.contact_id).where(phone.c.address == bindparam("address")).order_by(phone.c.contact_id).limit(1)
)
_LOCK = Statement(
    select(contact.c.id)
    .where(contact.c.id.in_(select(phone.c.contact_id).where(phone.c.address == bindparam("address"))))
    .order_by(contact.c.id)
    .with_for_update(key_share=True)
)
_SET_CONTACT = Statement(
    update(thread).where(thread.c.id == bindparam("thread")).values(contact_id=bindparam("contact"))
)
_NEW_CONTACT = CombinedInsert(
    insert(contact).values(created_at=bindparam("now"), search=bindparam("words")),
    lambda made: (
        insert(phone).values(
            contact_id=made, address=bindparam("number"), type=bindparam("kind"), sms=bindparam("tagged")
        ),
        update(thread).where(thread.c.id == bindparam("thread")).values(contact_id=made),
    ),
)
_OF_NUMBER = update(phone).where(phone.c.address == bindparam("number")).returning(phone.c.contact_id)
_TAG = Statement(_OF_NUMBER.where(or_(~phone.c.sms, phone.c.type != "Mobile")).values(sms=true(), type="Mobile"))
_UNTAG = Statement(_OF_NUMBER.where(phone.c.sms).values(sms=false()))

_SHOWN_BESIDE = Statement(
    update(interaction)
    .where(
        interaction.c.thread_id.in_(
            select(thread.c.id).where(
                thread.c.id != bindparam("thread"),
                thread.c.contact_id.in_(select(phone.c.contact_id).where(phone.c.address == bindparam("address"))),
            )
        ),
        IS_HELD,
    )
    .values(version=interaction.c.version + 1)
    .returning(interaction.c.id)
)

_also = contact.alias("also")
_LOCK_ALSO = Statement(
    select(contact.c.id)
    .where(
        contact.c.id.in_(
            union_all(
                select(phone.c.contact_id).where(phone.c.address == bindparam("address")),
                select(_also.c.id).where(_also.c.id == bindparam("also")),
            )
        )
    )
    .order_by(contact.c.id)
    .with_for_update(key_share=True)
)


class FoundContact(NamedTuple):
    """`is_new`: this transaction made it, with this one number."""

    id: int
    is_new: bool


def contact_of(tx: Tx, thread_row: AnyRow, *, sms: bool = False, is_new: bool = False) -> FoundContact:
    """The contact of this locked thread: the one chosen, else the oldest that has the number, else a new one (A3).

    A new contact's number is Mobile where it can be answered, and carries the SMS tag then where `sms` says so.
    `is_new`: the thread was made just now, by `thread_of_address`.
    """
    if thread_row.contact_id is not None:
        return FoundContact(thread_row.contact_id, is_new=False)
    address = thread_row.address
    found = thread_row.known_contact if is_new else _BY_NUMBER.scalar(tx.conn, {"address": address})
    if found is not None:
        _SET_CONTACT.run(tx.conn, {"thread": thread_row.id, "contact": found})
        return FoundContact(found, is_new=False)
    values = {"now": tx.now, "words": search_text((), (address,)), "number": address, "thread": thread_row.id}
    kind = {"kind": "Mobile", "tagged": sms} if thread_row.repliable else {"kind": "Other", "tagged": False}
    return FoundContact(_NEW_CONTACT.insert(tx.conn, {**values, **kind}), is_new=True)


def lock_contacts(tx: Tx, address: str, also: int | None = None) -> None:
    """Lock the contacts that have this number, and the contact `also`, in the order of all such locks.

    A change of consent changes what is shown of every chat with them, on any of their numbers. Lock them before the
    chat at hand: two of a customer's numbers that opt out at the same moment would wait for each other's chat.
    Raises `NotFoundError` where `also` does not exist.
    """
    if also is None:
        _LOCK.rows(tx.conn, {"address": address})
    elif also not in _LOCK_ALSO.scalars(tx.conn, {"address": address, "also": also}):
        raise NotFoundError("This contact does not exist any more.")


def tag_number(tx: Tx, address: str, *, sms: bool) -> bool:
    """Give the number the SMS tag (it is Mobile then), or take the tag away, with every contact that has it.

    False where it was so with all of them; else the chats that show the number are told of.
    """
    changed = (_TAG if sms else _UNTAG).scalars(tx.conn, {"number": address})
    if changed:
        tx.conn.execute(update(contact).where(contact.c.id.in_(changed)).values(version=contact.c.version + 1))
        contacts_changed(tx, changed)
    return bool(changed)


def number_reads_differently(tx: Tx, thread_row: AnyRow) -> None:
    """What stands against this thread's number does: so do held chats that show it among their customer's numbers."""
    for chat_id in _SHOWN_BESIDE.scalars(tx.conn, {"thread": thread_row.id, "address": thread_row.address}):
        tx.news.interaction(chat_id)


def contacts_changed(tx: Tx, contact_ids: Collection[int]) -> None:
    """These contacts read differently now: so do the chats and offers of their threads and of their numbers."""
    numbers = select(phone.c.address).where(phone.c.contact_id.in_(contact_ids))
    theirs = select(thread.c.id).where(thread.c.contact_id.in_(contact_ids))
    threads = theirs.union(select(thread.c.id).where(thread.c.address.in_(numbers)))
    touched = tx.conn.execute(
        update(interaction)
        .where(interaction.c.thread_id.in_(threads), NOT_ENDED)
        .values(version=interaction.c.version + 1)
        .returning(interaction.c.id, interaction.c.state)
    ).all()
    for row in touched:
        tx.news.interaction(row.id)
    offered = [row.id for row in touched if row.state == InteractionState.OFFERED]
    if offered:
        offers_changed(tx, offered)
    if any(row.state != InteractionState.OPEN for row in touched):
        tx.news.topic("waiting")


def offers_changed(tx: Tx, interaction_ids: Collection[int]) -> None:
    """The previews of these interactions' standing offers read differently now; once a transaction is enough."""
    for offer_id in tx.conn.scalars(
        update(offer)
        .where(offer.c.interaction_id.in_(interaction_ids), offer.c.state == OfferState.OPEN)
        .where(offer.c.id.not_in(tx.news.offers))
        .values(version=offer.c.version + 1)
        .returning(offer.c.id)
    ):
        tx.news.offer(offer_id)
