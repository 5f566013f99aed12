"""Asks gateways what became of texts on which no last report has come (D3)."""

import asyncio
import logging
from collections.abc import Callable

from cti_client.domain import Millis
from cti_client.hub.services.unsettled import take_answers, unsettled
from cti_client.hub.store.store import Store
from cti_client.hub.workers.alarm import Alarm
from cti_client.telephony.sms.connection import AskedSms, CanBeAsked, DeliveryReport

log = logging.getLogger(__name__)

EVERY_MS: Millis = 10 * 60_000
PAGES = 10
"""At most so many calls in one round. The next goes on where it ended: a gateway is not flooded."""
_MOST_SECONDS = 40.0


class Reconciler:
    """Of one connection. Harmless where two hubs ask: what is known already changes nothing."""

    def __init__(
        self,
        connection_id: str,
        gateway: CanBeAsked,
        store: Store,
        alarm: Alarm,
        clock: Callable[[], Millis],
        *,
        every_ms: Millis = EVERY_MS,
    ) -> None:
        self._id = connection_id
        self._gateway = gateway
        self._store = store
        self._alarm = alarm
        self._clock = clock
        self._every_ms = every_ms
        self._after = 0

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again. A gateway's fault ends the round alone."""
        while True:
            due = self._clock() + self._every_ms
            await self._round()
            while self._clock() < due:  # an alarm may end early
                await self._alarm.wait(due)

    async def _round(self) -> None:
        for _ in range(PAGES):
            texts = await self._store.read(unsettled, self._id, self._after, self._clock())
            if not texts:
                self._after = 0
                return
            reports = await self._ask(texts)
            self._after = texts[-1].message_id  # the rest is asked about although the gateway may stumble over these
            if reports is None:
                return
            if reports:
                await self._store.write(take_answers, self._id, reports)

    async def _ask(self, texts: list[AskedSms]) -> tuple[DeliveryReport, ...] | None:
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                return await self._gateway.ask(texts)
        except Exception as error:  # noqa: BLE001  whatever the gateway did, it is asked again later
            log.info("connection %s cannot be asked now: %s", self._id, type(error).__name__)
            return None
