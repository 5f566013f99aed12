"""Stores what a gateway brought, whichever way it came in: all of one call in one transaction."""

from sqlalchemy import update

from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.store import tables
from cti_client.hub.store.store import Tx
from cti_client.telephony.sms.connection import DeliveryReport, InboundSms


def take_in(tx: Tx, connection_id: str, texts: tuple[InboundSms, ...], reports: tuple[DeliveryReport, ...]) -> None:
    """Store texts, then reports. What is known already changes nothing."""
    for sms in texts:
        receive_sms(tx, connection_id, sms)
    for report in reports:
        record_delivery(tx, connection_id, report)


def take_in_poll(
    tx: Tx, connection_id: str, texts: tuple[InboundSms, ...], reports: tuple[DeliveryReport, ...], cursor: str
) -> None:
    """The same for a poll, whose new cursor is kept only together with what it brought."""
    take_in(tx, connection_id, texts, reports)
    tx.conn.execute(update(tables.connection).where(tables.connection.c.id == connection_id).values(poll_cursor=cursor))
