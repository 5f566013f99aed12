"""Asks gateways that do not call: at once on start (H1a), then at an interval."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Connection, select

from cti_client.domain import Millis
from cti_client.hub.health import Health
from cti_client.hub.intake import take_in_poll
from cti_client.hub.store import tables
from cti_client.hub.store.store import Store
from cti_client.hub.workers.alarm import Alarm
from cti_client.telephony.sms.connection import PollOutcome, SmsConnection

log = logging.getLogger(__name__)

_MOST_SECONDS = 40.0


class Poller:
    """Fetches from one connection. The cursor moves in the transaction that stores what it stands behind."""

    def __init__(
        self,
        connection: SmsConnection,
        store: Store,
        health: Health,
        alarm: Alarm,
        clock: Callable[[], Millis],
        *,
        every_ms: int,
    ) -> None:
        self._connection = connection
        self._id = connection.settings.id
        self._store = store
        self._health = health
        self._alarm = alarm
        self._clock = clock
        self._every_ms = every_ms

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again. A gateway's fault shows in its health."""
        while True:
            while await self._fetch():
                pass
            await self._alarm.wait(self._clock() + self._every_ms)

    async def _fetch(self) -> bool:
        """Ask once. True where there may be more to fetch at once."""
        cursor = await self._store.read(_cursor, self._id)
        outcome = await self._ask(cursor)
        if outcome is None:
            return False
        if outcome.texts or outcome.reports or outcome.cursor != cursor:
            await self._store.write(take_in_poll, self._id, outcome.texts, outcome.reports, outcome.cursor)
        return bool(outcome.texts or outcome.reports) and outcome.cursor != cursor

    async def _ask(self, cursor: str) -> PollOutcome | None:
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                outcome = await self._connection.poll(cursor)
        except Exception as error:  # noqa: BLE001  whatever the gateway did, it is asked again later
            self._health.trouble(self._id, f"Texts cannot be fetched ({type(error).__name__}).")
            return None
        self._health.fine(self._id)
        return outcome


def _cursor(conn: Connection, connection_id: str) -> str:
    return conn.scalar(select(tables.connection.c.poll_cursor).where(tables.connection.c.id == connection_id)) or ""
