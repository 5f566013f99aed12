"""A gateway with no network behind it, for the demo and for tests. It carries nothing to a real phone.

Texts are split, joined, delayed, lost and reported as a network would; phones are played over HTTP, which
`handset_api` describes.

A submit that the gateway has not answered within the time limit is `Unclear`, and its text still goes out when the
gateway gets to it. Options: `answer_limit_ms`, that limit (100 to 30000, default 10000).
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from cti_client.domain import Millis, sms_text
from cti_client.telephony.sms.connection import (
    AskedSms,
    ConnectionSettings,
    DeliveryReport,
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
    WebhookRequest,
)
from cti_client.telephony.sms.gateway_switch import GatewayState, GatewaySwitch
from cti_client.telephony.sms.handset_api import HandsetApi
from cti_client.telephony.sms.settings import Options
from cti_client.telephony.sms.simulated_network import CarriedText, SimulatedNetwork, Treatment

logger = logging.getLogger(__name__)

MAX_UNDER_WAY = 1_000
MAX_REPORTS = 10_000
REPORTS_AT_ONCE = 100
RETRY_REPORTS_AFTER_S = 1.0
BUSY_RETRY_MS = 5_000


class SimulatorConnection:
    """One simulated gateway. Owns the tasks of submits under way and the task that hands reports to the hub."""

    inbound = InboundMode.WEBHOOK

    def __init__(self, settings: ConnectionSettings, clock: Callable[[], Millis]) -> None:
        options = Options(settings.options, ("answer_limit_ms",))
        self._answer_limit_s = options.whole_number("answer_limit_ms", 10_000, least=100, most=30_000) / 1000
        self.settings = settings
        self._network = SimulatedNetwork(clock)
        self._switch = GatewaySwitch()
        self._handsets = HandsetApi(self._network, self._switch, self._report, settings.secret)
        self._answers: set[asyncio.Task[SubmitOutcome]] = set()
        self._reports: deque[DeliveryReport] = deque(maxlen=MAX_REPORTS)
        self._reports_wake = asyncio.Event()
        self._reporter: asyncio.Task[None] | None = None

    async def start(self, intake: Intake) -> None:
        """Take texts from now on, and hand reports that no phone's call carries to `intake`."""
        if self._reporter is not None:
            raise RuntimeError("the simulator is started already")
        self._reporter = asyncio.create_task(self._hand_over(intake), name=f"simulator reports {self.settings.id}")

    async def stop(self) -> None:
        """End every wait. Submits under way end as `Unclear`; what the phones had is forgotten with the object."""
        self._handsets.stop()
        tasks: list[asyncio.Task[SubmitOutcome] | asyncio.Task[None]] = list(self._answers)
        if self._reporter is not None:
            tasks.append(self._reporter)
            self._reporter = None
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def submit(self, sms: OutboundSms) -> SubmitOutcome:
        """Give the network a text. Answers within the time limit."""
        if self._reporter is None:
            return NotTaken(detail="The simulator is not running")
        if self._switch.state is GatewayState.BROKEN:
            return NotTaken(detail=GatewayState.BROKEN.complaint)
        if self._switch.state is GatewayState.BUSY or len(self._answers) >= MAX_UNDER_WAY:
            return NotTaken(detail=GatewayState.BUSY.complaint, retry_after=BUSY_RETRY_MS)
        answer = asyncio.create_task(self._answer(sms), name=f"simulator submit {sms.message_id}")
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)
        await asyncio.wait({answer}, timeout=self._answer_limit_s)
        if not answer.done():
            return Unclear(detail=f"The simulated gateway gave no answer within {self._answer_limit_s:g} s")
        if answer.cancelled():
            return Unclear(detail="The simulator was stopped before it answered")
        return answer.result()

    async def on_webhook(self, request: WebhookRequest) -> WebhookOutcome:
        """Serve a handset."""
        return await self._handsets.serve(request)

    async def poll(self, cursor: str) -> PollOutcome:
        """Not this connection's way."""
        raise NotImplementedError("the simulator is no gateway to be asked")

    async def test(self) -> str:
        """Say what is wrong with the simulated gateway, if anything."""
        return self._switch.state.complaint

    async def ask(self, texts: Sequence[AskedSms]) -> tuple[DeliveryReport, ...]:
        """What has become of these, as far as the phones are remembered."""
        if self._switch.state is not GatewayState.UP:
            raise ConnectionError(self._switch.state.complaint)
        return tuple(report for text in texts for report in self._network.known(text))

    async def _answer(self, sms: OutboundSms) -> SubmitOutcome:
        await self._switch.until_it_moves()
        rule = self._network.rule_of(sms.recipient)
        if rule.treatment is Treatment.REFUSE:
            return Refused(reason=rule.reason, detail=f"The simulated network refused the number ({rule.reason})")
        gateway_id = f"sim-{uuid.uuid4().hex}"
        texts = self._on_air(sms, gateway_id)
        self._report(self._network.carry(texts))
        self._handsets.wake()
        parts = len(texts) if self.settings.split is SplitMode.SEPARATE else len(texts[0].parts)
        return Taken(gateway_id=gateway_id, parts=parts, detail="simulated")

    def _on_air(self, sms: OutboundSms, gateway_id: str) -> list[CarriedText]:
        separate = self.settings.split is SplitMode.SEPARATE
        pieces = sms_text.separate(sms.text, sms_text.SEPARATE_LIMIT) if separate else [sms.text]
        return [
            CarriedText(
                message_id=sms.message_id,
                gateway_id=gateway_id,
                sender=sms.sender,
                recipient=sms.recipient,
                parts=tuple(sms_text.split(piece)),
                encoding=str(sms_text.measure(piece).encoding),
                piece=number if len(pieces) > 1 else None,
                pieces=len(pieces) if len(pieces) > 1 else None,
                attempt=sms.attempt,
            )
            for number, piece in enumerate(pieces)
        ]

    def _report(self, reports: Iterable[DeliveryReport]) -> None:
        for report in reports:
            if len(self._reports) == MAX_REPORTS:
                logger.warning("connection %s: too many reports wait, the oldest is lost", self.settings.id)
            self._reports.append(report)
            self._reports_wake.set()

    async def _hand_over(self, intake: Intake) -> None:
        while True:
            await self._reports_wake.wait()
            self._reports_wake.clear()
            while self._reports:
                batch = tuple(self._reports.popleft() for _ in range(min(REPORTS_AT_ONCE, len(self._reports))))
                await self._give(intake, batch)

    async def _give(self, intake: Intake, batch: tuple[DeliveryReport, ...]) -> None:
        while True:
            try:
                await intake(WebhookOutcome(reports=batch))
            except Exception:  # noqa: BLE001 - whatever keeps the hub from storing, a gateway keeps its reports
                logger.warning(
                    "connection %s: the hub did not take %d reports, they wait", self.settings.id, len(batch)
                )
                await asyncio.sleep(RETRY_REPORTS_AFTER_S)
            else:
                return
