"""Texts whose fate is still open, for gateways that can be asked about them (D3): reports may have been lost."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, text

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, advance
from cti_client.hub.services.deliveries import lock_message
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import delivery_report, message, thread
from cti_client.telephony.sms.connection import AskedSms, DeliveryReport

ASK_AFTER: Millis = 5 * 60_000
"""A report usually comes within seconds; who asks earlier asks in vain."""

ASK_UNTIL: Millis = 72 * 3_600_000
"""Networks give a text up after two or three days."""

AT_ONCE = 100

_OPEN = Statement(
    select(message.c.id, message.c.attempt, message.c.gateway_id, thread.c.address)
    .join(thread, thread.c.id == message.c.thread_id)
    .where(
        message.c.connection_id == bindparam("connection"),
        text("message.state IN ('sent','unknown')"),  # as the index has it, which a parameter would not match
        message.c.id > bindparam("after"),
        message.c.state_at <= bindparam("before"),
        message.c.state_at > bindparam("since"),
    )
    .order_by(message.c.id)
    .limit(AT_ONCE)
)
_HELD = Statement(
    select(delivery_report.c.id)
    .where(
        delivery_report.c.message_id == bindparam("message"),
        delivery_report.c.part == bindparam("part"),
        delivery_report.c.state == bindparam("state"),
        delivery_report.c.attempt == bindparam("attempt"),
    )
    .limit(1)
)


def unsettled(conn: Connection, connection_id: str, after: int, now: Millis) -> list[AskedSms]:
    """Some of this connection's, by id from `after` on."""
    ages = {"before": now - ASK_AFTER, "since": now - ASK_UNTIL}
    rows = _OPEN.rows(conn, {"connection": connection_id, "after": after, **ages})
    return [
        AskedSms(message_id=row.id, attempt=row.attempt, recipient=row.address, gateway_id=row.gateway_id)
        for row in rows
    ]


def take_answers(tx: Tx, connection_id: str, reports: Sequence[DeliveryReport]) -> None:
    """Keep and apply those that tell something new. What is asked again and again is not kept again and again."""
    for report in reports:
        locked = lock_message(tx, report.message_id)
        if locked is not None and _is_news(tx, DeliveryState(locked[1].state), report):
            record_delivery(tx, connection_id, report)


def _is_news(tx: Tx, state: DeliveryState, report: DeliveryReport) -> bool:
    if report.part is None:
        return advance(state, report.state) is not state
    same = {"message": report.message_id, "part": report.part, "state": report.state, "attempt": report.attempt}
    return _HELD.first(tx.conn, same) is None
