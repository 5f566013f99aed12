"""Delivery states and reasons in a word or two, for people and screen readers (D3, D5)."""

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.ui.words import tr


def state_words(state: DeliveryState) -> str:
    """A delivery state as one word."""
    return {
        DeliveryState.SCHEDULED: tr("scheduled"),
        DeliveryState.QUEUED: tr("queued"),
        DeliveryState.SENDING: tr("sending"),
        DeliveryState.SENT: tr("sent"),
        DeliveryState.DELIVERED: tr("delivered"),
        DeliveryState.UNDELIVERED: tr("undelivered"),
        DeliveryState.FAILED: tr("failed"),
        DeliveryState.UNKNOWN: tr("unknown"),
        DeliveryState.CANCELLED: tr("cancelled"),
        DeliveryState.RECEIVED: tr("received"),
    }[state]


def reason_words(reason: FailureReason) -> str:
    """Why it failed, in a few words."""
    return {
        FailureReason.CONNECTION_BROKEN: tr("connection broken"),
        FailureReason.NO_CREDIT: tr("no credit"),
        FailureReason.NO_ROUTING_RULE: tr("no routing rule"),
        FailureReason.OPTED_OUT: tr("opted out"),
        FailureReason.BAD_NUMBER: tr("bad number"),
        FailureReason.LANDLINE: tr("landline"),
        FailureReason.CARRIER_REFUSED: tr("carrier refused"),
        FailureReason.EXPIRED: tr("expired"),
        FailureReason.UNANSWERED: tr("the gateway did not answer"),
    }[reason]
