"""The newest values of the latest-value topics, read at most twice a second however often they change."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.health import HealthBoard
from cti_client.hub.store.setup import read_setup
from cti_client.hub.store.shared_threads import shared_threads
from cti_client.hub.store.store import Store
from cti_client.hub.store.topics_store import own_presences, waiting
from cti_client.wire import topics
from cti_client.wire.codec import encode

_GAP_SECONDS = 0.5
_NET_SECONDS = 5.0
_NONE_SHARED = encode(topics.Shared())


class TopicFeed:
    """Holds the values as JSON for the agents who are here; tells `changed` for whom one is new (None: for all).

    Reads on a hint, and every five seconds in case one was lost. The presences of all, and what is set for everybody,
    are read only where some may have changed: there may be thousands of agents, and texts come in all the time.
    """

    def __init__(
        self,
        store: Store,
        health: HealthBoard,
        present: Callable[[], Iterable[int]],
        changed: Callable[[Collection[int] | None], None],
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
        self._all_due = self._setup_due = True
        self._setup = b""
        self._shared: dict[str, bytes] = {}
        self._own: dict[int, dict[str, bytes]] = {}

    def mark(self, names: Collection[str] = (topics.OwnPresence.topic,)) -> None:
        """These topics may have a new value; all of them where none is named."""
        self._all_due = self._all_due or topics.OwnPresence.topic in names
        self._setup_due = self._setup_due or topics.Setup.topic in names
        self._dirty.set()

    def values_for(self, agent_id: int) -> dict[str, bytes]:
        """The values this agent should have by now, by topic name."""
        return {**self._shared, **self._own.get(agent_id, {})}

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        self._all_due = self._setup_due = True
        while True:
            self._dirty.clear()
            agents = sorted(self._present())
            if agents:
                await self._refresh(agents)
            elif self._shared:  # nobody must ever be shown values as old as the last one who was here
                self._shared, self._own = {}, {}
                self._changed(None)
            await asyncio.sleep(self._gap)
            try:
                async with asyncio.timeout(self._net):
                    await self._dirty.wait()
            except TimeoutError:
                self._all_due = self._setup_due = True

    async def _refresh(self, agents: list[int]) -> None:
        whose = agents if self._all_due else [one for one in agents if one not in self._own]
        self._all_due = False
        setup_due, self._setup_due = self._setup_due, False
        now = await self._store.read(_read, agents, whose, self._clock(), setup=setup_due)
        if now.setup is not None:
            self._setup = encode(now.setup)
        shared = {
            topics.Waiting.topic: encode(now.waiting),
            topics.Connections.topic: encode(self._health.topic()),
            topics.Setup.topic: self._setup,
        }
        own = {agent_id: self._own_values(agent_id, now) for agent_id in agents}
        whom = None if shared != self._shared else [one for one in agents if own[one] != self._own.get(one)]
        self._shared, self._own = shared, own
        if whom is None or whom:
            self._changed(whom)

    def _own_values(self, agent_id: int, now: "TopicValues") -> dict[str, bytes]:
        before = self._own.get(agent_id, {})
        presence = now.presence.get(agent_id)
        values = {topics.OwnPresence.topic: before[topics.OwnPresence.topic] if presence is None else encode(presence)}
        if agent_id in now.shared:
            values[topics.Shared.topic] = encode(now.shared[agent_id])
        elif topics.Shared.topic in before:  # who had shared threads must hear that there are none
            values[topics.Shared.topic] = _NONE_SHARED
        return values


class TopicValues(NamedTuple):
    """What one read of the store gives; by agent: `presence`, of those who were asked for, and `shared`.

    `setup`: None where it was not asked for.
    """

    waiting: topics.Waiting
    presence: dict[int, topics.OwnPresence]
    shared: dict[int, topics.Shared]
    setup: topics.Setup | None = None


def _read(conn: Connection, agents: list[int], whose: list[int], now: Millis, *, setup: bool) -> TopicValues:
    return TopicValues(
        waiting(conn),
        own_presences(conn, whose),
        shared_threads(conn, agents, now),
        read_setup(conn) if setup else None,
    )
