"""Consent between one line and one customer number: the state, its proof, and what a change entails (B7, B8)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from cti_client.domain.auto_text import TO_WHO_OPTED_OUT, AutoPolicy
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.interaction import InteractionState
from cti_client.hub.services.customers import number_reads_differently, offers_changed, tag_number
from cti_client.hub.services.events import note_event
from cti_client.hub.services.interactions import live_interaction, touch
from cti_client.hub.store.combined import CombinedInsert
from cti_client.hub.store.consent_states import CONSENT_LINE, CONSENT_LINE_ASKED, consent_between, state_between
from cti_client.hub.store.consent_states import consent_line as line_of_consent
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import consent, consent_ledger, line, message, outbox
from cti_client.hub.store.upsert import insert_row, upsert

_PROOF = ("line_id", "address", "state", "at", "basis", "words", "message_id", "agent_id", "note")

_FIRST_CONSENT = CombinedInsert(
    insert(consent_ledger).values({name: bindparam(name) for name in _PROOF}),
    lambda _: (
        insert(consent).values(
            line_id=bindparam("kept_under"), address=bindparam("address"), state=bindparam("state"), at=bindparam("at")
        ),
    ),
)


_FROM_POOL = (
    select(message.c.id)
    .join(line, line.c.id == message.c.line_id)
    .where(message.c.id == outbox.c.message_id, CONSENT_LINE == CONSENT_LINE_ASKED)
)
_ANSWERS = tuple(policy.value for policy in TO_WHO_OPTED_OUT)
_STOP_WAITING = Statement(
    delete(outbox)
    .where(outbox.c.thread_id == bindparam("thread"), outbox.c.taken_until.is_(None))
    .where(_FROM_POOL.where(message.c.policy.not_in(_ANSWERS)).exists())
    .returning(outbox.c.message_id)
)
_OUTDATED = Statement(
    delete(outbox)
    .where(outbox.c.thread_id == bindparam("thread"), outbox.c.taken_until.is_(None))
    .where(_FROM_POOL.where(message.c.policy == AutoPolicy.OPT_OUT.value).exists())
    .returning(outbox.c.message_id)
)


def consent_line(line_row: AnyRow) -> int:
    """The line under which this one's consent is kept: its pool's, else its own."""
    return int(line_row.id if line_row.consent_line_id is None else line_row.consent_line_id)


def consent_state(tx: Tx, line_id: int, address: str) -> ConsentState:
    """What stands between this line, or its pool, and this number. Hold the thread's lock to decide by it."""
    return state_between(tx.conn, line_id, address)


def first_consent(tx: Tx, thread_row: AnyRow, line_row: AnyRow, *, basis: str, words: str, message_id: int) -> None:
    """Who texts us for the first time agrees to be answered, with the proof of it.

    Only for a thread that this transaction made, whose contact's number carries the tag already.
    """
    whose = {"line_id": line_row.id, "kept_under": consent_line(line_row), "address": thread_row.address, "at": tx.now}
    proof = {"state": ConsentState.OPTED_IN.value, "basis": basis, "words": words, "note": ""}
    _FIRST_CONSENT.insert(tx.conn, {**whose, **proof, "message_id": message_id, "agent_id": None})


def change_consent(
    tx: Tx,
    thread_row: AnyRow,
    line_id: int,
    state: ConsentState,
    *,
    basis: str,
    words: str = "",
    note: str = "",
    message_id: int | None = None,
    agent_id: int | None = None,
    before: ConsentState | None = None,
    chat_is_new: bool = False,
) -> bool:
    """Set the state and keep the proof; False where it was so already (nothing is changed then).

    Who has read the state under the thread's lock hands it in as `before`. `chat_is_new`: this transaction began the
    thread's chat, so nobody has been shown it without this change. `agent_id`: who wrote it down, None where it is the
    customer's own word or the carrier's. Such a word against one that an agent had opted out is kept as well: from
    then on no agent can undo it.

    The number's SMS tag follows, and so do chats on other numbers of the customer, which show this one too. On opting
    out, texts that wait for the gateway on this line or another of its pool are failed, so that nothing reaches the
    number any more but what the gateway has taken already. The thread must be locked, and then the contacts
    (`lock_contacts`).
    """
    address = thread_row.address
    before = consent_state(tx, line_id, address) if before is None else before
    proof = {"basis": basis, "words": words, "note": note, "message_id": message_id, "agent_id": agent_id}
    entry = {"line_id": line_id, "address": address, "state": state, "at": tx.now, **proof}
    opted_out = state is ConsentState.OPTED_OUT
    if before is state:
        if not opted_out or agent_id is not None or consent_between(tx.conn, line_id, address).own:
            return False
        insert_row(tx.conn, consent_ledger, entry)
        return True
    kept_under = line_of_consent(tx.conn, line_id)
    upsert(tx.conn, consent, {"line_id": kept_under, "address": address}, {"state": state, "at": tx.now})
    insert_row(tx.conn, consent_ledger, entry)
    if not (thread_row.repliable and tag_number(tx, address, sms=not opted_out)):
        number_reads_differently(tx, thread_row)
    if opted_out:
        fail_waiting_texts(tx, thread_row.id, line_id)
    elif before is ConsentState.OPTED_OUT:
        _cancel_waiting_confirmation(tx, thread_row.id, line_id)
    chat = None if chat_is_new else live_interaction(tx, thread_row.id)
    if chat is not None:
        _tell(tx, chat)
        if opted_out or before is ConsentState.OPTED_OUT or agent_id is not None:
            kind = "opted_out" if opted_out else "opted_in"
            note_event(tx, chat.id, kind, case_id=chat.case_id, agent_id=agent_id, detail=words or note)
    return True


def _tell(tx: Tx, chat: AnyRow) -> None:
    """Wherever the chat is shown, its consent is shown with it."""
    touch(tx, chat.id)
    if chat.state == InteractionState.OFFERED:
        offers_changed(tx, [chat.id])
    if chat.state != InteractionState.OPEN:
        tx.news.topic("waiting")


def fail_waiting_texts(tx: Tx, thread_id: int, line_id: int) -> None:
    """What waits for the gateway on this line or another of its pool does not go; the thread must be locked.

    Answers to what the customer texted do, as they would through the gate.
    """
    stopped = _STOP_WAITING.scalars(tx.conn, {"thread": thread_id, "line": line_id})
    why = {"state": DeliveryState.FAILED, "reason": FailureReason.OPTED_OUT, "reason_text": OPTED_OUT_TEXT}
    _end(tx, stopped, why)


def _cancel_waiting_confirmation(tx: Tx, thread_id: int, line_id: int) -> None:
    """A confirmation of an opt-out that still waits when the customer is back would say what is no longer so."""
    _end(tx, _OUTDATED.scalars(tx.conn, {"thread": thread_id, "line": line_id}), {"state": DeliveryState.CANCELLED})


def _end(tx: Tx, stopped: Sequence[int], how: Mapping[str, object]) -> None:
    if not stopped:
        return
    changed = update(message).where(message.c.id.in_(stopped))
    tx.conn.execute(changed.values(version=message.c.version + 1, state_at=tx.now, **how))
    for message_id in stopped:
        tx.news.message(message_id)
    tx.wakes.add("outbox")  # texts on other lines may have stood behind these
