"""What became of one message (D3): the states and the ways between them."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """The state of a message. `RECEIVED` is for inbound ones."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    RECEIVED = "received"


class FailureReason(StrEnum):
    """Why a message did not arrive, in terms a person can act on (D5)."""

    CONNECTION_BROKEN = "connection_broken"
    NO_CREDIT = "no_credit"
    NO_ROUTING_RULE = "no_routing_rule"
    OPTED_OUT = "opted_out"
    BAD_NUMBER = "bad_number"
    LANDLINE = "landline"
    CARRIER_REFUSED = "carrier_refused"
    EXPIRED = "expired"
    UNANSWERED = "unanswered"
    """The gateway may have taken it but never said so (D4)."""
