"""The newest values of the latest-value topics, read at most twice a second however often they change."""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.health import HealthBoard
from cti_client.hub.store.shared_threads import shared_threads
from cti_client.hub.store.store import Store
from cti_client.hub.store.topics_store import own_presences, waiting
from cti_client.wire import topics
from cti_client.wire.codec import encode

_GAP_SECONDS = 0.5
_NET_SECONDS = 5.0
_NONE_SHARED = encode(topics.Shared())


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
        clock: Callable[[], Millis],
        *,
        gap_seconds: float = _GAP_SECONDS,
        net_seconds: float = _NET_SECONDS,
    ) -> None:
        self._store = store
        self._health = health
        self._present = present
        self._changed = changed
        self._clock = clock
        self._gap = gap_seconds
        self._net = net_seconds
        self._dirty = asyncio.Event()
        self._shared: dict[str, bytes] = {}
        self._own: dict[int, dict[str, bytes]] = {}

    def mark(self) -> None:
        """Some topic may have a new value."""
        self._dirty.set()

    def values_for(self, agent_id: int) -> dict[str, bytes]:
        """The values this agent should have by now, by topic name."""
        return {**self._shared, **self._own.get(agent_id, {})}

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        while True:
            self._dirty.clear()
            agents = sorted(self._present())
            if agents:
                await self._refresh(agents)
            elif self._shared:  # nobody must ever be shown values as old as the last one who was here
                self._shared, self._own = {}, {}
                self._changed()
            await asyncio.sleep(self._gap)
            try:
                async with asyncio.timeout(self._net):
                    await self._dirty.wait()
            except TimeoutError:
                continue

    async def _refresh(self, agents: list[int]) -> None:
        now = await self._store.read(_read, agents, self._clock())
        shared = {
            topics.Waiting.topic: encode(now.waiting),
            topics.Connections.topic: encode(self._health.topic()),
        }
        own = {agent_id: self._own_values(agent_id, now) for agent_id in agents}
        if shared != self._shared or own != self._own:
            self._shared, self._own = shared, own
            self._changed()

    def _own_values(self, agent_id: int, now: "TopicValues") -> dict[str, bytes]:
        values = {topics.OwnPresence.topic: encode(now.presence[agent_id])}
        if agent_id in now.shared:
            values[topics.Shared.topic] = encode(now.shared[agent_id])
        elif topics.Shared.topic in self._own.get(agent_id, ()):  # who had shared threads must hear that there are none
            values[topics.Shared.topic] = _NONE_SHARED
        return values


class TopicValues(NamedTuple):
    """What one read of the store gives; `presence` and `shared` by agent."""

    waiting: topics.Waiting
    presence: dict[int, topics.OwnPresence]
    shared: dict[int, topics.Shared]


def _read(conn: Connection, agents: list[int], now: Millis) -> TopicValues:
    return TopicValues(waiting(conn), own_presences(conn, agents), shared_threads(conn, agents, now))
