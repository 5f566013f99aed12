"""Kannel 1.4.5: texts go out by smsbox's `sendsms`, texts and reports come in by its HTTP calls. See docs/kannel.md.

Settings:

    secret            The key that Kannel's calls must carry (`key=` in its post-url): letters, digits and -._~ only.
    public_url        The hub as Kannel reaches it. Needed: reports go there.
    split             `separate` sends long texts as separate messages (D2).

Options:

    url               The whole address of sendsms, as http://127.0.0.1:13013/cgi-bin/sendsms
    username          The sendsms-user
    password          and its password.
    max_messages      The `max-messages` of that sendsms-user, 30 by default. Kannel cuts what is longer without a word,
                      so such a text is refused here. Parts that this adapter sends itself do not count.
    smsc              The smsc-id to send through, where Kannel shall not choose.
    answer_seconds    How long Kannel may take to answer a submit (1 to 30, 20 by default).

Kannel counts one set of reports for a long message that it splits by itself. It cuts UCS-2 by the byte, through
surrogate pairs and graphemes; where it would, this adapter sends the parts itself, each with the user-data header that
joins them on the phone, and reports then come by part.
"""

import asyncio
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from cti_client.domain import sms_text
from cti_client.domain.delivery import FailureReason
from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    InboundMode,
    Intake,
    NotTaken,
    OutboundSms,
    PollOutcome,
    Refused,
    SplitMode,
    SubmitOutcome,
    Taken,
    Unclear,
    WebhookOutcome,
    WebhookRefusedError,
    WebhookRequest,
)
from cti_client.telephony.sms.http_exchange import Answer, HttpExchange, UnansweredError, UnreachedError
from cti_client.telephony.sms.kannel_calls import REPORT_QUERY, query_bytes, read_report, read_text
from cti_client.telephony.sms.settings import Options, SettingsError, checked_url

OPTIONS = ("url", "username", "password", "max_messages", "smsc", "answer_seconds")
UNITS_IN_PART = 67
SUBMIT_LIMIT_S = 35.0
PACED_S = 15.0
"""The parts of one text are spaced by the connection's rate, but within this time: none may be cut off by the limit."""
pause = asyncio.sleep
ALL_REPORTS = 31
OPERATOR_RETRY_MS = 60_000
_MOST_WORDS = 100
_KANNELS_OWN = re.compile(r"[A-Za-z0-9 .,:;'()/_-]{0,200}")
"""Plain words, one line: no markup, no address with a query, nothing percent-encoded."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sendsms call. `header`: the user-data header, where the parts are ours; `number`: which, `of` several."""

    text: str
    gsm: bool
    header: bytes = b""
    number: int | None = None
    of: int = 1


class KannelConnection:
    """One sendsms-user of one Kannel. Owns its HTTP session and the tasks of submits under way."""

    inbound = InboundMode.WEBHOOK

    def __init__(self, settings: ConnectionSettings) -> None:
        options = Options(settings.options, OPTIONS)
        self.settings = settings
        self._url = options.url("url")
        self._login = {"username": options.text("username"), "password": options.text("password")}
        self._smsc = options.text("smsc", "")
        self._max_messages = options.whole_number("max_messages", 30, least=1, most=255)
        self._answer_s = options.whole_number("answer_seconds", 20, least=1, most=30)
        if not re.fullmatch(r"[A-Za-z0-9._~-]+", settings.secret):
            raise SettingsError("secret", "must be given, of letters, digits and -._~ only: it stands in an address")
        hub = checked_url("public_url", settings.public_url)
        if "%" in hub:
            raise SettingsError("public_url", "must hold no %, which Kannel takes for one of its own signs")
        self._reports = f"{hub.rstrip('/')}/gateway/{settings.id}/report"
        self._exchange: HttpExchange | None = None
        self._under_way: set[asyncio.Task[SubmitOutcome]] = set()

    async def start(self, intake: Intake) -> None:  # noqa: ARG002 - everything comes in by on_webhook
        """Get ready to submit."""
        if self._exchange is not None:
            raise RuntimeError("the connection is started already")
        self._exchange = HttpExchange(self._answer_s)

    async def stop(self) -> None:
        """Close the session. Submits under way end as `Unclear`."""
        exchange, self._exchange = self._exchange, None
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if exchange is not None:
            await exchange.close()

    async def submit(self, sms: OutboundSms) -> SubmitOutcome:
        """Hand one text to Kannel, at most once. Answers within 40 s."""
        if self._exchange is None:
            return NotTaken(detail="The connection is not started")
        pieces = self._pieces(sms)
        parts = max((sms_text.measure(piece.text).parts for piece in pieces), default=0)
        if parts > self._max_messages:
            return Refused(
                reason=FailureReason.CARRIER_REFUSED,
                detail=f"The text has {parts} parts; this connection carries {self._max_messages} (max_messages)",
            )
        task = asyncio.create_task(self._send_all(self._exchange, sms, pieces), name=f"kannel submit {sms.message_id}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await asyncio.wait({task}, timeout=SUBMIT_LIMIT_S)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled():
            return Unclear(detail="Kannel's answer was not awaited any longer")
        return task.result()

    async def on_webhook(self, request: WebhookRequest) -> WebhookOutcome:
        """Read a received text (`inbound`) or a report (`report/MESSAGE` or `report/MESSAGE/PART`)."""
        query = query_bytes(request)
        if not hmac.compare_digest(query.get("key", b""), self.settings.secret.encode()):
            raise WebhookRefusedError(403, "wrong or missing key")
        if request.method not in ("GET", "POST"):
            raise WebhookRefusedError(405, "neither GET nor POST")
        kind, _, target = request.path.partition("/")
        if kind == "inbound" and not target:
            return WebhookOutcome(texts=(read_text(query, request.body, posted=request.method == "POST"),))
        if kind == "report":
            return WebhookOutcome(reports=read_report(query, target))
        raise WebhookRefusedError(404, "neither inbound nor report")

    async def poll(self, cursor: str) -> PollOutcome:
        """Not this connection's way."""
        raise NotImplementedError("Kannel calls the webhook")

    async def test(self) -> str:
        """Ask sendsms with no recipient: it checks the password first, and sends nothing."""
        if self._exchange is None:
            return "The connection is not started."
        try:
            answer = await self._exchange.get(f"{self._url}?{urlencode({**self._login, 'to': ''}, quote_via=quote)}")
        except UnreachedError:
            return "Kannel's sendsms cannot be reached."
        except UnansweredError:
            return "Kannel's sendsms gives no answer."
        if answer.status == 400:
            return ""
        if answer.status == 403:
            return "Kannel refuses the user name or the password."
        return f"Something other than Kannel's sendsms answers there (status {answer.status})."

    def _pieces(self, sms: OutboundSms) -> list[_Piece]:
        if self.settings.split is SplitMode.SEPARATE:
            texts = sms_text.separate(sms.text, sms_text.SEPARATE_LIMIT)
            return [
                _Piece(text, _is_gsm(text), number=number if len(texts) > 1 else None, of=len(texts))
                for number, text in enumerate(texts)
            ]
        gsm = _is_gsm(sms.text)
        parts = sms_text.split(sms.text)
        if gsm or all(_units(part) == UNITS_IN_PART for part in parts[:-1]):
            return [_Piece(sms.text, gsm)]
        reference = sms.message_id % 256
        return [
            _Piece(part, gsm, bytes((5, 0, 3, reference, len(parts), number + 1)), number, len(parts))
            for number, part in enumerate(parts)
        ]

    async def _send_all(self, exchange: HttpExchange, sms: OutboundSms, pieces: list[_Piece]) -> SubmitOutcome:
        taken: list[Taken] = []
        rate = self.settings.per_second
        gap = 0.0 if rate is None else min(1 / rate, PACED_S / len(pieces))
        for piece in pieces:
            if taken and gap:
                await pause(gap)
            outcome = await self._send(exchange, sms, piece)
            if not isinstance(outcome, Taken):
                return _cut_short(outcome, len(taken), len(pieces)) if taken else outcome
            taken.append(outcome)
        parts = len(pieces) if len(pieces) > 1 else sms_text.measure(pieces[0].text).parts
        return Taken(parts=parts, detail=taken[-1].detail)

    async def _send(self, exchange: HttpExchange, sms: OutboundSms, piece: _Piece) -> SubmitOutcome:
        part = "" if piece.number is None else f"/{piece.number}"
        key = f"key={self.settings.secret}&attempt={sms.attempt}"
        if piece.number is not None:
            key += f"&parts={piece.of}"
        fields: dict[str, str | bytes] = {
            **self._login,
            "from": sms.sender,
            "to": sms.recipient,
            "text": piece.text,
            "coding": "0" if piece.gsm else "2",
            "charset": "UTF-8",
            "dlr-mask": str(ALL_REPORTS),
            "dlr-url": f"{self._reports}/{sms.message_id}{part}?{key}&{REPORT_QUERY}",
        }
        if piece.header:
            fields["udh"] = piece.header
        if self._smsc:
            fields["smsc"] = self._smsc
        try:
            answer = await exchange.get(f"{self._url}?{urlencode(fields, quote_via=quote, errors='replace')}")
        except UnreachedError as error:
            return NotTaken(detail=f"Kannel cannot be reached: {error}")
        except UnansweredError as error:
            return Unclear(detail=f"Kannel gave no answer: {error}")
        return outcome_of(answer, (self._login["password"], self.settings.secret, piece.text, sms.text))


def outcome_of(answer: Answer, private: Iterable[str] = ()) -> SubmitOutcome:
    """Say what an answer of sendsms means for the text. No detail quotes anything of `private`."""
    text = answer.text.strip()
    said = f"{answer.status} {text}"[:_MOST_WORDS] if _is_quotable(text, private) else str(answer.status)
    match answer.status:
        case 202:  # "0: Accepted for delivery", or "3: Queued for later delivery" while the network is away
            return Taken(detail=said)
        case 400:
            reason = FailureReason.BAD_NUMBER if "receiver" in text or "'to'" in text else FailureReason.CARRIER_REFUSED
            return Refused(reason=reason, detail=said)
        case 403 if "routable" in text.lower():
            return Refused(reason=FailureReason.NO_ROUTING_RULE, detail=said)
        case 401 | 403:
            # Only the operator can mend it; the text waits until then.
            return NotTaken(
                detail=f"Kannel refuses the user name or the password: {said}", retry_after=OPERATOR_RETRY_MS
            )
        case 404 | 405:
            return NotTaken(
                detail=f"That address is not Kannel's sendsms: {answer.status}", retry_after=OPERATOR_RETRY_MS
            )
        case 429 | 503:  # 429 is a proxy's in front of it
            return NotTaken(detail=said, retry_after=answer.retry_after)
        case _:
            return Unclear(detail=f"An answer that is not Kannel's: {answer.status}")


def _is_quotable(words: str, private: Iterable[str]) -> bool:
    """Whether these may be Kannel's own. Others who answer there, a proxy say, like to quote the request."""
    return _KANNELS_OWN.fullmatch(words) is not None and not any(one and one in words for one in private)


def _cut_short(outcome: Refused | NotTaken | Unclear, taken: int, pieces: int) -> SubmitOutcome:
    """Say what becomes of a text whose first parts went: what has gone cannot be taken back, nor the rest go alone."""
    detail = f"{taken} of {pieces} parts were taken, then: {outcome.detail}"
    if isinstance(outcome, Unclear):
        return Unclear(detail=detail)
    reason = outcome.reason if isinstance(outcome, Refused) else FailureReason.CONNECTION_BROKEN
    return Refused(reason=reason, detail=detail)


def _is_gsm(text: str) -> bool:
    return not sms_text.measure(text).costly


def _units(text: str) -> int:
    return len(text.encode("utf-16-be", "surrogatepass")) // 2
