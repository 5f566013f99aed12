"""What Kannel's calls to the hub mean: received texts and delivery reports."""

import codecs
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.telephony.sms.connection import DeliveryReport, InboundSms, WebhookRefusedError, WebhookRequest

REPORT_QUERY = "status=%d&answer=%A&foreign=%F&at=%T"
"""What is asked of Kannel in the address for reports."""

BINARY = "1"
UCS2 = "2"

_STATES = {
    1: DeliveryState.DELIVERED,
    2: DeliveryState.UNDELIVERED,
    4: DeliveryState.SENT,
    8: DeliveryState.SENT,
    16: DeliveryState.FAILED,
}
_FAILURES = (
    (re.compile(r"stat:EXPIRED", re.IGNORECASE), FailureReason.EXPIRED),
    (re.compile(r"0x0000000b|invalid dest", re.IGNORECASE), FailureReason.BAD_NUMBER),
)
"""SMPP 3.4's words for what went wrong, as Kannel hands them on. All else is the carrier's refusal."""


def query_bytes(request: WebhookRequest) -> dict[str, bytes]:
    """Read the query as bytes: Kannel percent-encodes text in whatever charset it came. The last of a name holds."""
    if not request.raw_query:
        return {key: values[-1].encode("utf-8", "surrogateescape") for key, values in request.query.items() if values}
    found = {}
    for pair in request.raw_query.split("&"):
        key, _, value = pair.replace("+", " ").partition("=")
        found[unquote_to_bytes(key).decode("utf-8", "replace")] = unquote_to_bytes(value)
    return found


def read_text(query: Mapping[str, bytes], body: bytes, *, posted: bool) -> InboundSms:
    """Read a received text. Kannel posts it as the body (post-url) or puts it into the query as `text` (get-url)."""
    content = body if posted else query.get("text")
    missing = [name for name in ("from", "to", "id") if name not in query]
    if content is None:
        missing.append("text")
    if missing or content is None:
        raise WebhookRefusedError(400, f"missing: {', '.join(missing)}")
    gateway_id = _plain(query["id"])
    if not gateway_id:
        raise WebhookRefusedError(400, "the id is empty")
    coding = _plain(query.get("coding", b""))
    binary = coding == BINARY
    return InboundSms(
        gateway_id=gateway_id,
        sender=_plain(query["from"]),
        recipient=_plain(query["to"]),
        text="" if binary else decode_text(content, coding, _plain(query.get("charset", b""))),
        sent_at=_seconds(query.get("at", b"")),
        omitted=1 if binary else 0,
    )


def read_report(query: Mapping[str, bytes], target: str) -> tuple[DeliveryReport, ...]:
    """Read a report on `MESSAGE` or `MESSAGE/PART`. A status that says nothing about delivery gives no report."""
    place = re.fullmatch(r"([0-9]{1,18})(?:/([0-9]{1,3}))?", target, re.ASCII)
    if place is None:
        raise WebhookRefusedError(404, "no message of ours")
    status = _plain(query.get("status", b""))
    if re.fullmatch(r"[0-9]{1,9}", status, re.ASCII) is None:
        raise WebhookRefusedError(400, "the status is missing or no number")
    state = _STATES.get(int(status))
    if state is None:
        return ()
    answer = _plain(query.get("answer", b""))
    failed = state in (DeliveryState.UNDELIVERED, DeliveryState.FAILED)
    report = DeliveryReport(
        message_id=int(place[1]),
        state=state,
        raw=f"{status} {answer}".rstrip(),
        gateway_id=_plain(query.get("foreign", b"")),
        part=int(place[2]) if place[2] else None,
        reason=_reason(answer) if failed else None,
        at=_seconds(query.get("at", b"")),
        attempt=_count(query.get("attempt", b"")) or 1,
        parts=_count(query.get("parts", b"")),
    )
    return (report,)


def decode_text(content: bytes, coding: str, charset: str) -> str:
    """Decode a text. Never fails: what cannot be read becomes replacement marks, half a surrogate pair stays as it is.

    With `mo-recode` Kannel names the charset it chose; without, UCS-2 comes as its big-endian bytes. A long text is
    joined as bytes before it gets here, because Kannel's parts may end inside a character.
    """
    if charset.upper().replace("_", "-") in ("UTF-16BE", "UCS-2", "UCS-2BE", "ISO-10646-UCS-2") or (
        coding == UCS2 and not charset
    ):
        even = len(content) & ~1
        tail = "\ufffd" if len(content) % 2 else ""
        return content[:even].decode("utf-16-be", "surrogatepass") + tail
    try:
        name = codecs.lookup(charset or "utf-8").name
        return content.decode(name, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _reason(answer: str) -> FailureReason:
    return next((reason for pattern, reason in _FAILURES if pattern.search(answer)), FailureReason.CARRIER_REFUSED)


def _plain(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _count(value: bytes) -> int | None:
    """None where an address that was given by an older version says nothing of it."""
    digits = _plain(value)
    return max(int(digits), 1) if re.fullmatch(r"[0-9]{1,6}", digits, re.ASCII) else None


def _seconds(value: bytes) -> Millis | None:
    digits = _plain(value)
    return int(digits) * 1000 if re.fullmatch(r"[0-9]{1,11}", digits, re.ASCII) else None
