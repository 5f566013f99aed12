"""A delivery report came in (D3): kept as it came, and the message moves forward by it."""

from dataclasses import replace

from sqlalchemy import bindparam, delete, func, insert, select

from cti_client.domain.clean_text import clean_text
from cti_client.domain.delivery import DeliveryState, FailureReason, advance, sum_parts
from cti_client.domain.interaction import Direction
from cti_client.hub.services.deliveries import lock_message, move_message, opted_out_by_gateway
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import delivery_report, outbox
from cti_client.telephony.sms.connection import DeliveryReport

LONGEST_RAW = 200
"""Characters of the gateway's words that a message keeps; the report has them all."""


_KEEP = Statement(
    insert(delivery_report), ("message_id", "at", "state", "part", "gateway_id", "reason", "raw", "attempt")
)
_DROP = Statement(
    delete(outbox)
    .where(outbox.c.message_id == bindparam("message"), outbox.c.taken_until.is_(None))
    .returning(outbox.c.message_id)
)


def record_delivery(tx: Tx, _connection_id: str, report: DeliveryReport) -> None:
    """Keep the report; move its message unless that is further already.

    Reports may come before the submit's answer, out of order, twice, or part by part (the message is then what its
    parts are in sum). One on a message we do not know is kept, and changes nothing.
    """
    report = replace(report, raw=clean_text(report.raw)[0], gateway_id=clean_text(report.gateway_id)[0])
    locked = lock_message(tx, report.message_id)
    _keep(tx, report)
    if locked is None or locked[1].direction != Direction.OUT:
        return
    thread_row, row = locked
    event = report.state if report.part is None else _sum(tx, row, report)
    if report.attempt != row.attempt and event is not DeliveryState.DELIVERED:
        return  # an attempt that was given up has nothing more to say, unless the phone has the text after all
    gateway_id = row.gateway_id or report.gateway_id
    state = move_message(
        tx,
        row,
        event,
        reason=report.reason,
        reason_text=report.raw[:LONGEST_RAW],
        at=report.at,
        gateway_id=gateway_id,
    )
    if state not in (DeliveryState.QUEUED, DeliveryState.SENDING):
        # The gateway has it after all: it must not go a second time.
        dropped = _DROP.scalar(tx.conn, {"message": row.id})
        if dropped is not None:
            tx.wakes.add("outbox")  # the customer's next text may go now
    if report.reason is FailureReason.OPTED_OUT and state != row.state:  # told again it is no news: they may be back
        opted_out_by_gateway(tx, thread_row, row, report.raw[:LONGEST_RAW])


def _keep(tx: Tx, report: DeliveryReport) -> None:
    _KEEP.run(
        tx.conn,
        {
            "message_id": report.message_id,
            "at": tx.now if report.at is None else report.at,
            "state": report.state,
            "part": report.part,
            "gateway_id": report.gateway_id,
            "reason": report.reason,
            "raw": report.raw,
            "attempt": report.attempt,
        },
    )


def _sum(tx: Tx, row: AnyRow, heard: DeliveryReport) -> DeliveryState:
    """What the parts' reports on this attempt so far come to together.

    A part of which nothing is known is `sent` only where the gateway has said that it took the text: until it does, or
    where it never did (D4), that part may not have gone.
    """
    unanswered = row.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN)
    unheard = DeliveryState(row.state) if unanswered else DeliveryState.SENT
    parts = dict.fromkeys(range(row.parts if heard.parts is None else heard.parts), unheard)
    reports = select(delivery_report.c.part, delivery_report.c.state).where(
        delivery_report.c.message_id == row.id,
        delivery_report.c.part.is_not(None),
        func.coalesce(delivery_report.c.attempt, 1) == heard.attempt,
    )
    for report in tx.conn.execute(reports.order_by(delivery_report.c.id)):
        parts[report.part] = advance(parts.get(report.part, unheard), DeliveryState(report.state))
    return sum_parts(list(parts.values()))
