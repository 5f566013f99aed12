"""The simulator's phones, played over HTTP: `/gateway/{connection id}/handset/...`, JSON both ways.

Where the connection has a `secret`, every call carries `Authorization: Bearer SECRET`, else it is answered 403.
Calls that make no sense are answered 400.

    POST texts   {"from", "to", "text", "id"?, "omitted"?}   The phone texts a line: {"id"}. Answered after the hub has
                 stored it, so 200 means that it is safe. The same id again is the same text again. `omitted`: how many
                 pictures the phone had attached.
    GET  inbox   ?phone=%2B15551230001&after=0&wait=20       What arrived at the phone after that number, at once or
                 within `wait` seconds (at most 25): [{"n", "from", "to", "text", "parts", "part_texts", "encoding",
                 "at"}], oldest first. Fetching is what delivers: the hub gets its delivery reports now. Ask again with
                 the last `n`. Numbers grow for ever, also when the hub starts again.
    POST phone   {"phone", "on"}                             Off: texts wait in the network, their state stays sent.
    POST number  {"phone", "treatment", "reason"?}           "take", "refuse" (the gateway refuses the submit) or "lose"
                 (taken, later reported undelivered); `reason` is a `FailureReason`, "carrier_refused" by default.
    GET  gateway                                             {"state", "delay_ms"}
    POST gateway {"state", "delay_ms"?}                      "up", "busy" (try again later), "broken" (nothing is taken)
                 or "frozen" (no answer, and yet the texts go out when it thaws). Every answer takes `delay_ms`.

The state of the gateway concerns submitting alone; phones can always text.
"""

import asyncio
import hmac
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from cti_client.domain.delivery import FailureReason
from cti_client.telephony.sms.connection import (
    DeliveryReport,
    InboundSms,
    WebhookOutcome,
    WebhookRefusedError,
    WebhookReply,
    WebhookRequest,
)
from cti_client.telephony.sms.gateway_switch import GatewayState, GatewaySwitch
from cti_client.telephony.sms.simulated_network import ArrivedText, NumberRule, SimulatedNetwork, Treatment

MAX_WAIT_S = 25
MAX_DELAY_MS = 60_000

Report: TypeAlias = Callable[[Iterable[DeliveryReport]], None]
E = TypeVar("E", bound=StrEnum)


class HandsetApi:
    """Serves every handset of one simulator. `report` takes the delivery reports that no answer here carries."""

    def __init__(self, network: SimulatedNetwork, switch: GatewaySwitch, report: Report, secret: str) -> None:
        self._network = network
        self._switch = switch
        self._report = report
        self._password = f"Bearer {secret}".encode() if secret else b""
        self._stopped = False
        self._news = asyncio.Event()
        self._routes: dict[tuple[str, str], Callable[[WebhookRequest], Awaitable[WebhookOutcome]]] = {
            ("POST", "texts"): self._text,
            ("GET", "inbox"): self._inbox,
            ("POST", "phone"): self._phone,
            ("POST", "number"): self._number,
            ("GET", "gateway"): self._gateway,
            ("POST", "gateway"): self._gateway,
        }

    def wake(self) -> None:
        """Let every waiting handset look again: something may have arrived."""
        self._news.set()
        self._news = asyncio.Event()

    def stop(self) -> None:
        """Answer every waiting handset now, with nothing."""
        self._stopped = True
        self.wake()

    async def serve(self, request: WebhookRequest) -> WebhookOutcome:
        """Answer one call. Raises `WebhookRefusedError`."""
        kind, _, name = request.path.partition("/")
        if kind != "handset":
            raise WebhookRefusedError(404, "the simulator has handsets only")
        if self._password and not hmac.compare_digest(
            request.headers.get("authorization", "").encode(errors="replace"), self._password
        ):
            raise WebhookRefusedError(403, "wrong handset secret")
        route = self._routes.get((request.method, name))
        if route is None:
            known = any(name == path for _, path in self._routes)
            raise WebhookRefusedError(405 if known else 404, "no such handset call")
        return await route(request)

    async def _text(self, request: WebhookRequest) -> WebhookOutcome:
        fields = _Fields(request)
        text_id = fields.text("id", default="") or uuid.uuid4().hex
        sms = InboundSms(
            gateway_id=text_id,
            sender=fields.text("from"),
            recipient=fields.text("to"),
            text=fields.text("text", default=None, may_be_empty=True),
            omitted=fields.number("omitted", most=100),
        )
        return WebhookOutcome(texts=(sms,), reply=_json({"id": text_id}))

    async def _inbox(self, request: WebhookRequest) -> WebhookOutcome:
        phone = _query(request, "phone", "")
        if not phone:
            raise WebhookRefusedError(400, "phone is missing")
        after = int(_query_number(request, "after", r"[0-9]{1,18}"))
        wait = float(_query_number(request, "wait", r"[0-9]{1,6}([.][0-9]{1,6})?"))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(wait, MAX_WAIT_S)
        while True:
            news = self._news
            texts, reports = self._network.fetch(phone, after)
            left = deadline - loop.time()
            if texts or reports or left <= 0 or self._stopped:
                return WebhookOutcome(reports=tuple(reports), reply=_json([_as_json(text) for text in texts]))
            try:
                await asyncio.wait_for(news.wait(), left)
            except TimeoutError:
                continue

    async def _phone(self, request: WebhookRequest) -> WebhookOutcome:
        fields = _Fields(request)
        self._report(self._network.switch(fields.text("phone"), on=fields.flag("on")))
        self.wake()
        return WebhookOutcome()

    async def _number(self, request: WebhookRequest) -> WebhookOutcome:
        fields = _Fields(request)
        rule = NumberRule(
            fields.choice("treatment", Treatment), fields.choice("reason", FailureReason, FailureReason.CARRIER_REFUSED)
        )
        self._report(self._network.set_rule(fields.text("phone"), rule))
        return WebhookOutcome()

    async def _gateway(self, request: WebhookRequest) -> WebhookOutcome:
        if request.method == "POST":
            fields = _Fields(request)
            self._switch.turn(fields.choice("state", GatewayState), fields.number("delay_ms", most=MAX_DELAY_MS))
        return WebhookOutcome(reply=_json({"state": self._switch.state, "delay_ms": self._switch.delay_ms}))


class _Fields:
    """The fields of a JSON object, checked one by one. Half a surrogate pair and NUL are let through: networks do."""

    def __init__(self, request: WebhookRequest) -> None:
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            raise WebhookRefusedError(400, "the body is not JSON") from None
        if not isinstance(body, dict):
            raise WebhookRefusedError(400, "the body is not a JSON object")
        self._body: dict[str, Any] = body

    def text(self, name: str, default: str | None = None, *, may_be_empty: bool = False) -> str:
        value = self._body.get(name, default)
        if not isinstance(value, str) or (not value and default is None and not may_be_empty):
            raise WebhookRefusedError(400, f"{name} is missing or is no text")
        return value

    def number(self, name: str, *, most: int) -> int:
        value = self._body.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise WebhookRefusedError(400, f"{name} is no number from 0 to {most}")
        return value

    def flag(self, name: str) -> bool:
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise WebhookRefusedError(400, f"{name} is missing or neither true nor false")
        return value

    def choice(self, name: str, kind: type[E], default: E | None = None) -> E:
        try:
            return kind(str(self._body.get(name, default)))
        except ValueError:
            raise WebhookRefusedError(400, f"{name} is none of {', '.join(kind)}") from None


def _query(request: WebhookRequest, name: str, default: str) -> str:
    values = request.query.get(name, ())
    return values[-1] if values else default


def _query_number(request: WebhookRequest, name: str, form: str) -> str:
    value = _query(request, name, "0")
    if re.fullmatch(form, value) is None:
        raise WebhookRefusedError(400, f"{name} is no number")
    return value


def _json(value: object) -> WebhookReply:
    return WebhookReply(body=json.dumps(value).encode(), content_type="application/json")


def _as_json(text: ArrivedText) -> dict[str, object]:
    carried = text.carried
    return {
        "n": text.number,
        "from": carried.sender,
        "to": carried.recipient,
        "text": carried.text,
        "parts": len(carried.parts),
        "part_texts": carried.parts,
        "encoding": carried.encoding,
        "at": text.at,
    }
