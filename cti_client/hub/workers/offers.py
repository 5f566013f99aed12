"""Lapses offers at their deadlines and puts chats before the next agent (C3)."""

from collections.abc import Callable

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.services.lapse_offers import lapse_offers, next_deadline
from cti_client.hub.services.route_offers import may_route
from cti_client.hub.store.store import Store
from cti_client.hub.workers.alarm import Alarm

_SWEEP_MS = 60_000


class OfferWorker:
    """Sleeps until the nearest deadline; a new offer wakes it. Sweeps once at start and once a minute besides.

    A wake-up reads only; a transaction is begun where there is something to do.
    """

    def __init__(self, store: Store, alarm: Alarm, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._alarm = alarm
        self._clock = clock

    def wake(self) -> None:
        """There may be a nearer deadline, or a chat that may go before somebody now."""
        self._alarm.wake()

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        sweep_at = self._clock()
        while True:
            deadline, routable = await self._store.read(_look)
            now = self._clock()
            if routable or sweep_at <= now or (deadline is not None and deadline <= now):
                deadline = await self._store.write(lapse_offers)
                sweep_at = now + _SWEEP_MS
            await self._alarm.wait(sweep_at if deadline is None else min(deadline, sweep_at))


def _look(conn: Connection) -> tuple[Millis | None, bool]:
    return next_deadline(conn), may_route(conn)
