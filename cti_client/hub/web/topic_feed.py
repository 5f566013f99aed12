"""The newest values of the latest-value topics, read at most twice a second however often they change."""

import asyncio
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from cti_client.hub.health import HealthBoard
from cti_client.hub.store.store import Store
from cti_client.hub.store.topics_store import own_presences, waiting
from cti_client.wire import topics
from cti_client.wire.codec import encode

_GAP_SECONDS = 0.5
_NET_SECONDS = 5.0


class TopicFeed:
    """Holds the values as JSON for the agents who are here, and calls `changed` when one is new.

    Reads on a hint, and every five seconds in case one was lost.
    """

    def __init__(
        self,
        store: Store,
        health: HealthBoard,
        present: Callable[[], Iterable[int]],
        changed: Callable[[], None],
        *,
        gap_seconds: float = _GAP_SECONDS,
        net_seconds: float = _NET_SECONDS,
    ) -> None:
        self._store = store
        self._health = health
        self._present = present
        self._changed = changed
        self._gap = gap_seconds
        self._net = net_seconds
        self._dirty = asyncio.Event()
        self._shared: dict[str, bytes] = {}
        self._presence: dict[int, bytes] = {}

    def mark(self) -> None:
        """Some topic may have a new value."""
        self._dirty.set()

    def values_for(self, agent_id: int) -> dict[str, bytes]:
        """The values this agent should have by now, by topic name."""
        values = dict(self._shared)
        if agent_id in self._presence:
            values[topics.OwnPresence.topic] = self._presence[agent_id]
        return values

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        while True:
            self._dirty.clear()
            agents = sorted(self._present())
            if agents:
                await self._refresh(agents)
            elif self._shared:  # nobody must ever be shown values as old as the last one who was here
                self._shared, self._presence = {}, {}
                self._changed()
            await asyncio.sleep(self._gap)
            try:
                async with asyncio.timeout(self._net):
                    await self._dirty.wait()
            except TimeoutError:
                continue

    async def _refresh(self, agents: list[int]) -> None:
        queue, presence = await self._store.read(_read, agents)
        shared = {
            topics.Waiting.topic: encode(queue),
            topics.Connections.topic: encode(self._health.topic()),
        }
        own = {agent_id: encode(value) for agent_id, value in presence.items()}
        if shared != self._shared or own != self._presence:
            self._shared, self._presence = shared, own
            self._changed()


def _read(conn: Connection, agents: list[int]) -> tuple[topics.Waiting, dict[int, topics.OwnPresence]]:
    return waiting(conn), own_presences(conn, agents)
