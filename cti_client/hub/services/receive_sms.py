"""A customer's text came in (A1, A9, A10, B7).

One transaction, after which the gateway may be told that we have it: the text is kept exactly once, joins the chat
that is live with its sender or begins one, and a chat that begins stands before an agent at once.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from cti_client.domain import Millis
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.clean_text import clean_text
from cti_client.domain.consent import (
    TEXTED_FIRST,
    TEXTED_START,
    TEXTED_STOP,
    ConsentState,
    Keyword,
    keyword,
    transition,
)
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction, InteractionState
from cti_client.domain.phone_number import parse_address
from cti_client.domain.sms_text import measure_as_it_is
from cti_client.hub.services.auto_texts import answer, answers
from cti_client.hub.services.cases import touch_case
from cti_client.hub.services.consents import change_consent, consent_state, first_consent
from cti_client.hub.services.customers import contact_of, lock_contacts, offers_changed
from cti_client.hub.services.interactions import live_interaction, touch
from cti_client.hub.services.lines import line_of_recipient
from cti_client.hub.services.release_chats import release_if_gone
from cti_client.hub.services.route_offers import route_offers
from cti_client.hub.services.threads import thread_of_address
from cti_client.hub.store.combined import CombinedInsert, CombinedInserts
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import inbound_key, interaction, message, stray_text, thread
from cti_client.hub.store.upsert import insert_or_nothing, insert_row
from cti_client.telephony.sms.connection import InboundSms

LATE_AFTER: Millis = 60_000
"""A text older than this by the gateway's stamp was held up on its way, and counts from that stamp."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a text. `message_id` None: a stray, kept apart."""

    message_id: int | None
    duplicate: bool = False
    stray: bool = False


_KEY = Statement(
    select(inbound_key.c.message_id).where(
        inbound_key.c.connection_id == bindparam("connection"), inbound_key.c.gateway_id == bindparam("gateway")
    )
)
_EARLIER = Statement(
    select(message.c.id)
    .where(
        message.c.thread_id == bindparam("thread"),
        message.c.id < bindparam("message"),
        message.c.direction == Direction.IN.value,
    )
    .limit(1)
)
_MESSAGE = ("thread_id", "line_id", "direction", "at", "text", "state", "state_at", "note", "parts", "encoding")
_INSERT_MESSAGE = insert(message).values({name: bindparam(name) for name in _MESSAGE})


def _set_key(message_id: Any) -> Any:
    is_known = inbound_key.c.connection_id == bindparam("connection"), inbound_key.c.gateway_id == bindparam("gateway")
    return update(inbound_key).where(*is_known).values(message_id=message_id)


_KEEP = CombinedInsert(
    _INSERT_MESSAGE.values(interaction_id=bindparam("interaction_id")), lambda made: (_set_key(made),)
)
_BEGIN = CombinedInserts(
    (
        lambda: insert(interaction).values(
            thread_id=bindparam("thread_id"),
            line_id=bindparam("line_id"),
            direction=bindparam("direction"),
            state=InteractionState.QUEUED.value,
            started_at=bindparam("at"),
            waiting_since=bindparam("at"),
        ),
        lambda chat: _INSERT_MESSAGE.values(interaction_id=chat),
    ),
    lambda _chat, made: (_set_key(made),),
)
"""A chat, with the text that begins it."""

_JOIN = Statement(
    update(interaction)
    .where(interaction.c.id == bindparam("interaction"))
    .values(
        version=interaction.c.version + 1,
        waiting_since=bindparam("waiting"),
        line_id=bindparam("line"),
        unread=interaction.c.unread + bindparam("more"),
    )
)
_SET_LAST_LINE = Statement(
    update(thread).where(thread.c.id == bindparam("thread")).values(last_line_id=bindparam("line"))
)


def receive_sms(tx: Tx, connection_id: str, sms: InboundSms) -> Received:
    """Keep the text. Never refuses one for its sender, its words or its recipient; a second time nothing happens."""
    key = {"connection_id": connection_id, "gateway_id": clean_text(sms.gateway_id)[0]}
    if insert_or_nothing(tx.conn, inbound_key, key) is None:
        known = {"connection": key["connection_id"], "gateway": key["gateway_id"]}
        message_id = _KEY.scalar(tx.conn, known)
        return Received(message_id, duplicate=True, stray=message_id is None)
    text, changed = clean_text(sms.text)
    recipient = clean_text(sms.recipient)[0]
    at = _when(sms.sent_at, tx.now)
    line = line_of_recipient(tx.conn, recipient)
    if line is None:
        stray = {"sender": clean_text(sms.sender)[0], "recipient": recipient, "text": text, "at": at}
        insert_row(tx.conn, stray_text, {**key, **stray, "why": "unknown_line"})
        return Received(None, stray=True)

    sender = parse_address(clean_text(sms.sender)[0], line.country)
    customer, is_new = thread_of_address(tx, sender.value, repliable=sender.repliable, line_id=line.id)
    consent = ConsentState.UNKNOWN if is_new else consent_state(tx, line.id, customer.address)
    word = keyword(text)
    consent_after = transition(consent, word)
    contact = contact_of(tx, customer, sms=consent_after is ConsentState.OPTED_IN, is_new=is_new)
    if consent_after is not consent and not contact.is_new:
        lock_contacts(tx, customer.address)
    asks_help = word is Keyword.HELP and answers(tx, line, AutoPolicy.HELP)
    only_keyword = (
        word is Keyword.STOP
        or (word in (Keyword.START, Keyword.YES) and consent is ConsentState.OPTED_OUT)
        or asks_help
    )
    chat = None if is_new else live_interaction(tx, customer.id)
    begins = begins_again = False
    if only_keyword:
        if chat is not None and chat.agent_id is not None:
            touch(tx, chat.id, unread=chat.unread + 1)
        elif chat is not None:
            tx.news.interaction(chat.id)  # its request and its row in the Waiting list quote the word
            tx.news.topic("waiting")
        interaction_id = None if chat is None else chat.id
    elif chat is not None:
        _join(tx, chat, line, at)
        interaction_id = chat.id
        begins_again = chat.state == InteractionState.OPEN and release_if_gone(tx, chat)
    else:
        interaction_id, begins = None, True

    kept = {
        "thread_id": customer.id,
        "line_id": line.id,
        "direction": Direction.IN.value,
        "at": at,
        "text": text,
        "state": DeliveryState.RECEIVED.value,
        "state_at": tx.now,
        "note": _note(sms.omitted, changed),
        **_size(text),
        "connection": key["connection_id"],
        "gateway": key["gateway_id"],
    }
    if begins:
        interaction_id, message_id = _BEGIN.insert(tx.conn, kept)
        tx.news.interaction(interaction_id)
        tx.news.topic("waiting")
    else:
        message_id = _KEEP.insert(tx.conn, {**kept, "interaction_id": interaction_id})
    tx.news.message(message_id)
    if customer.last_line_id != line.id:
        _SET_LAST_LINE.run(tx.conn, {"thread": customer.id, "line": line.id})
    if is_new and contact.is_new and consent_after is ConsentState.OPTED_IN:
        first_consent(tx, customer, line, basis=TEXTED_FIRST, words=text, message_id=message_id)
    else:
        _apply_consent(tx, customer, line, consent, word, text, message_id, interaction_id, chat_is_new=begins)
    if asks_help:
        answer(tx, customer, line, AutoPolicy.HELP, interaction_id)
    elif line.welcomes and word is not Keyword.STOP and _is_first_text(tx, customer, message_id):
        answer(tx, customer, line, AutoPolicy.WELCOME, interaction_id)
    if begins or begins_again:
        route_offers(tx, begun=interaction_id if begins else None)
    return Received(message_id)


def _when(sent_at: Millis | None, now: Millis) -> Millis:
    return now if sent_at is None or now - sent_at < LATE_AFTER else max(sent_at, 0)


def _size(text: str) -> dict[str, object]:
    size = measure_as_it_is(text)
    return {"parts": max(size.parts, 1), "encoding": size.encoding.value}


def _note(omitted: int, changed: bool) -> str:
    sentences = []
    if omitted:
        sentences.append("One attachment was left out." if omitted == 1 else f"{omitted} attachments were left out.")
    if changed:
        sentences.append("Some characters could not be kept.")
    return " ".join(sentences)


def _join(tx: Tx, chat: AnyRow, line: AnyRow, at: Millis) -> None:
    """The chat goes on from the line that was texted last: replies leave from there (A9)."""
    is_held = chat.agent_id is not None
    waiting_since = at if chat.waiting_since is None else chat.waiting_since
    changed = {"waiting": waiting_since, "line": line.id, "more": 1 if is_held else 0}
    _JOIN.run(tx.conn, {"interaction": chat.id, **changed})
    tx.news.interaction(chat.id)
    if is_held:
        touch_case(tx, chat.case_id)
    if chat.state != InteractionState.OPEN:
        tx.news.topic("waiting")
        if chat.state == InteractionState.OFFERED and chat.line_id != line.id:
            offers_changed(tx, [chat.id])


def _apply_consent(
    tx: Tx,
    customer: AnyRow,
    line: AnyRow,
    before: ConsentState,
    word: Keyword | None,
    text: str,
    message_id: int,
    interaction_id: int | None,
    *,
    chat_is_new: bool,
) -> None:
    """Consent follows the customer's words. A confirmation goes out only where something changed (B7)."""
    state = transition(before, word)
    if state is before and word is not Keyword.STOP:
        return
    if state is ConsentState.OPTED_OUT:
        basis = TEXTED_STOP
    elif word is Keyword.START or before is ConsentState.OPTED_OUT:
        basis = TEXTED_START
    else:
        basis = TEXTED_FIRST
    changed = change_consent(
        tx,
        customer,
        line.id,
        state,
        basis=basis,
        words=text,
        message_id=message_id,
        before=before,
        chat_is_new=chat_is_new,
    )
    if not changed:
        return
    if state is ConsentState.OPTED_OUT:
        answer(tx, customer, line, AutoPolicy.OPT_OUT, interaction_id)
    elif before is ConsentState.OPTED_OUT:
        answer(tx, customer, line, AutoPolicy.OPT_IN, interaction_id)


def _is_first_text(tx: Tx, customer: AnyRow, message_id: int) -> bool:
    """Whether the customer never texted before (B6); the thread's lock makes it so for one text alone."""
    return _EARLIER.first(tx.conn, {"thread": customer.id, "message": message_id}) is None
