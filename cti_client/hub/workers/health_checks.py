"""Asks a gateway now and then whether it is there, so that the desktop's header tells the truth before a text fails."""

import asyncio
from collections.abc import Callable

from cti_client.domain import Millis
from cti_client.hub.health import Health
from cti_client.hub.workers.alarm import Alarm
from cti_client.telephony.sms.connection import SmsConnection

_MOST_SECONDS = 40.0


class HealthCheck:
    """Tests one connection at once on start, then at an interval."""

    def __init__(
        self,
        connection: SmsConnection,
        health: Health,
        alarm: Alarm,
        clock: Callable[[], Millis],
        *,
        every_ms: int,
    ) -> None:
        self._connection = connection
        self._health = health
        self._alarm = alarm
        self._clock = clock
        self._every_ms = every_ms

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._test()
            await self._alarm.wait(self._clock() + self._every_ms)

    async def _test(self) -> None:
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                wrong = await self._connection.test()
        except Exception as error:  # noqa: BLE001  whatever it was, it is not well
            wrong = f"The gateway cannot be asked ({type(error).__name__})."
        if wrong:
            self._health.trouble(self._connection.settings.id, wrong)
        else:
            self._health.fine(self._connection.settings.id)
