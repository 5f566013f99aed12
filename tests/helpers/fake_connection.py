"""A gateway that does what a test tells it to, and remembers what it was given."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from cti_client.domain.delivery import DeliveryState
from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    DeliveryReport,
    InboundMode,
    InboundSms,
    Intake,
    OutboundSms,
    PollOutcome,
    SubmitOutcome,
    Taken,
    WebhookOutcome,
    WebhookRefusedError,
    WebhookReply,
    WebhookRequest,
)


class InJson(msgspec.Struct, kw_only=True):
    """The fake gateway's own webhook format: one text."""

    id: str
    sender: str
    recipient: str
    text: str


class FakeConnection:
    """Texts come by POST of `InJson` to `in`, reports by GET of `report/MESSAGE/STATE`."""

    def __init__(
        self,
        connection_id: str = "fake",
        *,
        inbound: InboundMode = InboundMode.WEBHOOK,
        per_second: float | None = None,
        secret: str = "",
    ) -> None:
        self.settings = ConnectionSettings(
            id=connection_id, kind="fake", name="Fake", per_second=per_second, secret=secret
        )
        self.inbound = inbound
        self.intake: Intake | None = None
        self.stopped = False
        self.submitted: list[OutboundSms] = []
        self.calls: list[WebhookRequest] = []
        self.cursors: list[str] = []
        self.answer: Callable[[OutboundSms], Awaitable[SubmitOutcome]] = _taken
        self.pages: list[PollOutcome | Exception] = []
        self.wrong = ""
        self.news = asyncio.Condition()

    async def start(self, intake: Intake) -> None:
        self.intake = intake
        await self._tell()

    async def stop(self) -> None:
        self.stopped = True

    async def submit(self, sms: OutboundSms) -> SubmitOutcome:
        self.submitted.append(sms)
        await self._tell()
        return await self.answer(sms)

    async def on_webhook(self, request: WebhookRequest) -> WebhookOutcome:
        self.calls.append(request)
        if self.settings.secret and request.headers.get("x-secret") != self.settings.secret:
            raise WebhookRefusedError(403, "wrong secret")
        if request.path == "in":
            text = msgspec.json.decode(request.body, type=InJson)
            sms = InboundSms(gateway_id=text.id, sender=text.sender, recipient=text.recipient, text=text.text)
            return WebhookOutcome(texts=(sms,), reply=WebhookReply(body=b"ACK", content_type="text/xml"))
        if request.path.startswith("report/"):
            _, message_id, state = request.path.split("/")
            report = DeliveryReport(message_id=int(message_id), state=DeliveryState(state), raw=request.path)
            return WebhookOutcome(reports=(report,))
        raise WebhookRefusedError(400, "no such path")

    async def poll(self, cursor: str) -> PollOutcome:
        self.cursors.append(cursor)
        await self._tell()
        page = self.pages.pop(0) if self.pages else PollOutcome(cursor=cursor)
        if isinstance(page, Exception):
            raise page
        return page

    async def test(self) -> str:
        return self.wrong

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until `what` holds after a submit or poll; ten seconds at most."""
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(what)

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


async def _taken(sms: OutboundSms) -> SubmitOutcome:
    return Taken(gateway_id=f"fake-{sms.message_id}")
