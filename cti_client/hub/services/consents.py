"""Consent between one line and one customer number: the state, its proof, and what a change entails (B7, B8)."""

from sqlalchemy import bindparam, delete, insert, select, update

from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.hub.services.customers import tag_number
from cti_client.hub.services.events import note_event
from cti_client.hub.services.interactions import live_interaction, touch
from cti_client.hub.store.combined import CombinedInsert
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import consent, consent_ledger, message, outbox
from cti_client.hub.store.upsert import insert_row, upsert

_PROOF = ("line_id", "address", "state", "at", "basis", "words", "message_id", "agent_id")

_FIRST_CONSENT = CombinedInsert(
    insert(consent_ledger).values({name: bindparam(name) for name in _PROOF}),
    lambda _: (
        insert(consent).values(
            line_id=bindparam("line_id"), address=bindparam("address"), state=bindparam("state"), at=bindparam("at")
        ),
    ),
)
_STATE = Statement(
    select(consent.c.state).where(consent.c.line_id == bindparam("line_id"), consent.c.address == bindparam("address"))
)


def consent_state(tx: Tx, line_id: int, address: str) -> ConsentState:
    """What stands between this line and this number. Hold the thread's lock to decide by it."""
    state = _STATE.scalar(tx.conn, {"line_id": line_id, "address": address})
    return ConsentState.UNKNOWN if state is None else ConsentState(state)


def first_consent(tx: Tx, thread_row: AnyRow, line_id: int, *, basis: str, words: str, message_id: int) -> None:
    """Who texts us for the first time agrees to be answered, with the proof of it.

    Only for a thread that this transaction made, whose contact's number carries the tag already.
    """
    whose = {"line_id": line_id, "address": thread_row.address, "at": tx.now}
    proof = {"state": ConsentState.OPTED_IN.value, "basis": basis, "words": words}
    _FIRST_CONSENT.insert(tx.conn, {**whose, **proof, "message_id": message_id, "agent_id": None})


def change_consent(
    tx: Tx,
    thread_row: AnyRow,
    line_id: int,
    state: ConsentState,
    *,
    basis: str,
    words: str = "",
    message_id: int | None = None,
    agent_id: int | None = None,
    before: ConsentState | None = None,
    chat_is_new: bool = False,
) -> bool:
    """Set the state and keep the proof; False where it was so already (nothing is changed then).

    Who has read the state under the thread's lock hands it in as `before`. `chat_is_new`: this transaction began the
    thread's chat, so nobody has been shown it without this change.

    The number's SMS tag follows. On opting out, texts that wait for the gateway on this line are failed, so that
    nothing reaches the number any more but what the gateway has taken already. The thread must be locked.
    """
    before = consent_state(tx, line_id, thread_row.address) if before is None else before
    if before is state:
        return False
    address = thread_row.address
    upsert(tx.conn, consent, {"line_id": line_id, "address": address}, {"state": state, "at": tx.now})
    insert_row(
        tx.conn,
        consent_ledger,
        {
            "line_id": line_id,
            "address": address,
            "state": state,
            "at": tx.now,
            "basis": basis,
            "words": words,
            "message_id": message_id,
            "agent_id": agent_id,
        },
    )
    opted_out = state is ConsentState.OPTED_OUT
    if thread_row.repliable:
        tag_number(tx, address, sms=not opted_out)
    if opted_out:
        _fail_waiting_texts(tx, thread_row.id, line_id)
    chat = None if chat_is_new else live_interaction(tx, thread_row.id)
    if chat is not None:
        touch(tx, chat.id)
        if opted_out or before is ConsentState.OPTED_OUT:
            kind = "opted_out" if opted_out else "opted_in"
            note_event(tx, chat.id, kind, case_id=chat.case_id, agent_id=agent_id, detail=words)
    return True


def _fail_waiting_texts(tx: Tx, thread_id: int, line_id: int) -> None:
    of_this_line = select(message.c.id).where(message.c.id == outbox.c.message_id, message.c.line_id == line_id)
    stopped = tx.conn.scalars(
        delete(outbox)
        .where(outbox.c.thread_id == thread_id, outbox.c.taken_until.is_(None), of_this_line.exists())
        .returning(outbox.c.message_id)
    ).all()
    if not stopped:
        return
    tx.conn.execute(
        update(message)
        .where(message.c.id.in_(stopped))
        .values(
            version=message.c.version + 1,
            state=DeliveryState.FAILED,
            state_at=tx.now,
            reason=FailureReason.OPTED_OUT,
            reason_text=OPTED_OUT_TEXT,
        )
    )
    for message_id in stopped:
        tx.news.message(message_id)
    tx.wakes.add("outbox")  # texts on other lines may have stood behind these
