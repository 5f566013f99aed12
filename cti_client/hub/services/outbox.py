"""Texts on their way to a gateway: taken with a lease, submitted at most once, settled by the answer (D4, D5).

`take_due` commits the lease before the submit. If the hub dies during it, the lease passes and the message is
`unknown`: it may have gone, so it never goes again by itself. The texts of one customer go one after the other.
"""

from dataclasses import replace

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, exists, func, select, update

from cti_client.domain import Millis
from cti_client.domain.clean_text import clean_text
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.interaction import Direction
from cti_client.hub.services.consents import consent_state
from cti_client.hub.services.deliveries import lock_message, move_message, opted_out_by_gateway
from cti_client.hub.services.gate import PASSES_OPT_OUT, WAITS_FOR_DAY, Way, night_ends
from cti_client.hub.services.lines import line_by_id
from cti_client.hub.services.outgoing import NO_CONNECTION_YET, hold_text
from cti_client.hub.store.change import change_row
from cti_client.hub.store.consent_states import CONSENT_SHOWN
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import interaction, line, message, message_attempt, outbox, thread
from cti_client.telephony.sms.connection import NotTaken, OutboundSms, Refused, SubmitOutcome, Taken

BACK_OFF: tuple[Millis, ...] = (10_000, 30_000, 60_000, 300_000)
"""Waits after the first, second ... attempt that the gateway surely did not take; the last one repeats."""

GIVE_UP_AFTER: Millis = 24 * 3_600_000
"""Of trying, or of waiting with nobody there to try: what was written a day ago is not sent any more by itself."""
CONFIRMS_WITHIN: Millis = 5 * 60_000
"""An opt-out is confirmed within this time or not at all (47 CFR 64.1200(a)(12)); later it is an unwanted text."""

_WAIT_FOR_DAY = frozenset(way.value for way in WAITS_FOR_DAY)

_ahead = outbox.alias("ahead")
_IS_FIRST = ~exists(
    select(_ahead.c.message_id).where(
        _ahead.c.thread_id == outbox.c.thread_id,
        _ahead.c.message_id < outbox.c.message_id,
        _ahead.c.connection_id == outbox.c.connection_id,
    )
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_DUE = Statement(
    select(
        *(message.c.id, message.c.attempt, message.c.text, line.c.address.label("sender"), thread.c.address),
        *(message.c.at, message.c.policy, message.c.interaction_id, message.c.line_id, outbox.c.thread_id),
        *(interaction.c.direction.label("begun_by"), interaction.c.quiet_ok_until),
        CONSENT_SHOWN.label("consent"),
    )
    .select_from(outbox)
    .join(message, message.c.id == outbox.c.message_id)
    .outerjoin(interaction, interaction.c.id == message.c.interaction_id)
    .join(line, line.c.id == message.c.line_id)
    .join(thread, thread.c.id == outbox.c.thread_id)
    .where(
        outbox.c.connection_id == bindparam("connection"),
        outbox.c.due_at <= bindparam("now"),
        outbox.c.due_at > bindparam("given_up"),
        outbox.c.taken_until.is_(None),
        _IS_FIRST,
    )
    .order_by(outbox.c.due_at, outbox.c.message_id)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_THREAD = Statement(select(thread).where(thread.c.id == bindparam("id")))
_LEASE = Statement(
    update(outbox)
    .where(outbox.c.message_id.in_(_IDS))
    .values(taken_until=bindparam("until"), attempt=outbox.c.attempt + 1)
)
_SENDING = Statement(
    update(message)
    .where(message.c.id.in_(_IDS))
    .values(state=DeliveryState.SENDING.value, state_at=bindparam("now"), reason_text="", version=message.c.version + 1)
)
_DROP = Statement(delete(outbox).where(outbox.c.message_id == bindparam("message")))
_DUE_AT = select(func.min(func.coalesce(outbox.c.taken_until, outbox.c.due_at))).where(_IS_FIRST)
_NEXT_DUE = Statement(_DUE_AT)
_NEXT_DUE_OF = Statement(_DUE_AT.where(outbox.c.connection_id == bindparam("connection")))


def take_due(tx: Tx, connection_id: str, limit: int, lease_ms: int) -> list[OutboundSms]:
    """Lease up to `limit` texts that are due on this connection, at most one a customer, oldest first.

    What was let through by day and comes to go only at night is not among them: it waits for the customer's day (B9).
    Nor is what fails here: to a customer who is opted out (B8), or the confirmation of an opt-out that comes too late.
    Submit them only after this transaction has committed, and tell `record_outcome` before `lease_ms` have passed.
    """
    due = _DUE.rows(
        tx.conn, {"connection": connection_id, "now": tx.now, "given_up": tx.now - GIVE_UP_AFTER, "most": limit}
    )
    rows = [row for row in due if not _ended_before(tx, row) and not _waits_for_day(tx, row)]
    ids = [row.id for row in rows]
    if not ids:
        return []
    _LEASE.run(tx.conn, {"ids": ids, "until": tx.now + lease_ms})
    _SENDING.run(tx.conn, {"ids": ids, "now": tx.now})
    for message_id in ids:
        tx.news.message(message_id)
    return [
        OutboundSms(message_id=row.id, sender=row.sender, recipient=row.address, text=row.text, attempt=row.attempt)
        for row in rows
    ]


def _ended_before(tx: Tx, row: AnyRow) -> bool:
    """Failed before the gateway hears of it: the customer is out, whatever let the text in, or it comes too late."""
    if row.consent == ConsentState.OPTED_OUT and row.policy not in PASSES_OPT_OUT:
        why = {"reason": FailureReason.OPTED_OUT, "reason_text": OPTED_OUT_TEXT}
    elif row.policy == Way.OPT_OUT_CONFIRMATION and tx.now >= row.at + CONFIRMS_WITHIN:
        why = {"reason": FailureReason.CONNECTION_BROKEN}
    else:
        return False
    _DROP.run(tx.conn, {"message": row.id})
    change_row(tx.conn, message, row.id, {"state": DeliveryState.FAILED, "state_at": tx.now, **why})
    tx.news.message(row.id)
    tx.wakes.add("outbox")
    return True


def _waits_for_day(tx: Tx, row: AnyRow) -> bool:
    """Held, where it may not go now although the gate let it through: its gateway was away, or no hub was running."""
    if row.policy:
        goes = row.policy not in _WAIT_FOR_DAY
    else:
        goes = row.begun_by != Direction.OUT or tx.now < row.quiet_ok_until
    if goes:
        return False
    ours = line_by_id(tx.conn, row.line_id)
    assert ours is not None
    customer = _THREAD.one(tx.conn, {"id": row.thread_id})
    until = night_ends(tx, customer, ours, row.policy, row.interaction_id)
    if until is None:
        return False
    hold_text(tx, row.id, until)
    return True


def record_outcome(tx: Tx, message_id: int, outcome: SubmitOutcome, attempt: int = 1) -> None:
    """The gateway's answer to a submit. An answer that comes after its lease passed still moves the message.

    One to an attempt that was given up for a new one changes nothing: what is under way is another submit.
    """
    outcome = replace(outcome, detail=clean_text(outcome.detail)[0])
    locked = lock_message(tx, message_id)
    if locked is None or locked[1].attempt != attempt:
        return
    thread_row, row = locked
    opted_out = consent_state(tx, row.line_id, thread_row.address) is ConsentState.OPTED_OUT
    refused_now = opted_out and row.policy not in PASSES_OPT_OUT
    if isinstance(outcome, NotTaken) and not refused_now and _try_again(tx, row, outcome):
        return
    _DROP.run(tx.conn, {"message": message_id})
    tx.wakes.add("outbox")  # the customer's next text may go now
    match outcome:
        case Taken():
            parts = outcome.parts if outcome.parts > 1 else row.parts
            gateway_id = clean_text(outcome.gateway_id)[0] or row.gateway_id
            move_message(tx, row, DeliveryState.SENT, parts=parts, gateway_id=gateway_id)
        case Refused():
            state = move_message(tx, row, DeliveryState.FAILED, reason=outcome.reason, reason_text=outcome.detail)
            if state is DeliveryState.FAILED and outcome.reason is FailureReason.OPTED_OUT:
                opted_out_by_gateway(tx, thread_row, row, outcome.detail)
        case NotTaken() if refused_now:  # the customer opted out while the submit was under way
            move_message(tx, row, DeliveryState.FAILED, reason=FailureReason.OPTED_OUT, reason_text=OPTED_OUT_TEXT)
        case NotTaken():  # for a day, or once its lease had passed: no phone was ever asked, so it has not expired
            broken = FailureReason.CONNECTION_BROKEN
            move_message(tx, row, DeliveryState.FAILED, reason=broken, reason_text=outcome.detail)
        case _:
            move_message(tx, row, DeliveryState.UNKNOWN, reason=FailureReason.UNANSWERED, reason_text=outcome.detail)


def expire_leases(tx: Tx) -> int:
    """Texts whose submit was never answered become `unknown` (D4); returns how many."""
    passed = tx.conn.execute(
        select(outbox.c.message_id, outbox.c.thread_id)
        .where(outbox.c.taken_until <= tx.now)
        .order_by(outbox.c.thread_id, outbox.c.message_id)
    ).all()
    expired = 0
    for entry in passed:
        locked = lock_message(tx, entry.message_id)
        over = and_(outbox.c.message_id == entry.message_id, outbox.c.taken_until <= tx.now)
        gone = tx.conn.execute(delete(outbox).where(over).returning(outbox.c.message_id)).first()
        if locked is not None and gone is not None:
            move_message(tx, locked[1], DeliveryState.UNKNOWN, reason=FailureReason.UNANSWERED)
            tx.wakes.add("outbox")
            expired += 1
    return expired


def give_up_late(tx: Tx) -> None:
    """Texts that were due for a day while no hub ran, or none whose connection works, fail and say so."""
    is_late = (
        outbox.c.connection_id != NO_CONNECTION_YET,
        outbox.c.taken_until.is_(None),
        outbox.c.due_at <= tx.now - GIVE_UP_AFTER,
    )
    columns = outbox.c.message_id, outbox.c.thread_id
    late = tx.conn.execute(select(*columns).where(*is_late).order_by(outbox.c.thread_id, outbox.c.message_id)).all()
    for entry in late:
        locked = lock_message(tx, entry.message_id)
        still = outbox.c.message_id == entry.message_id, *is_late
        gone = tx.conn.execute(delete(outbox).where(*still).returning(outbox.c.message_id)).first()
        if locked is not None and gone is not None:
            move_message(tx, locked[1], DeliveryState.FAILED, reason=FailureReason.CONNECTION_BROKEN)
            tx.wakes.add("outbox")


def next_due(conn: Connection, connection_id: str | None = None) -> Millis | None:
    """When the outbox (of one connection) has something to do: a text becomes due, or a lease passes."""
    of_one = {"connection": connection_id}
    due: Millis | None = _NEXT_DUE.scalar(conn) if connection_id is None else _NEXT_DUE_OF.scalar(conn, of_one)
    return due


def due_now(tx: Tx, connection_id: str) -> None:
    """What waits for another try is tried at once: the gateway is set otherwise now."""
    waits = outbox.c.connection_id == connection_id, outbox.c.taken_until.is_(None), outbox.c.due_at > tx.now
    if tx.conn.execute(update(outbox).where(*waits).values(due_at=tx.now)).rowcount:
        tx.wakes.add("outbox")


def back_off(attempt: int, retry_after: int | None) -> Millis:
    """How long to wait after attempt number `attempt` (from 1); the gateway's own wish comes first."""
    if retry_after is not None:
        return max(retry_after, 1_000)
    return BACK_OFF[min(max(attempt, 1), len(BACK_OFF)) - 1]


def _begun(tx: Tx, row: AnyRow) -> Millis:
    """When this attempt was asked for."""
    if row.attempt == 1:
        return int(row.at)
    last = select(func.max(message_attempt.c.ended_at)).where(message_attempt.c.message_id == row.id)
    return int(tx.conn.scalar(last))


def _try_again(tx: Tx, row: AnyRow, outcome: NotTaken) -> bool:
    """Put the text back for later; False where it must not go again."""
    attempt = tx.conn.scalar(
        select(outbox.c.attempt).where(outbox.c.message_id == row.id, outbox.c.taken_until.is_not(None))
    )
    if attempt is None or row.state != DeliveryState.SENDING:
        return False
    due_at = tx.now + back_off(attempt, outcome.retry_after)
    limit = CONFIRMS_WITHIN if row.policy == Way.OPT_OUT_CONFIRMATION else GIVE_UP_AFTER
    if due_at >= _begun(tx, row) + limit:
        return False
    tries = attempt if outcome.asked else attempt - 1
    again = {"due_at": due_at, "taken_until": None, "attempt": tries}
    tx.conn.execute(update(outbox).where(outbox.c.message_id == row.id).values(again))
    waiting = {"state": DeliveryState.QUEUED, "state_at": tx.now, "reason_text": outcome.detail}
    change_row(tx.conn, message, row.id, waiting)
    tx.news.message(row.id)
    tx.wakes.add("outbox")
    return True
