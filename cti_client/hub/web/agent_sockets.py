"""The desktops that are here: one socket an agent, woken by hints, and what becomes of an agent whose link is lost."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from sqlalchemy import Connection, select

from cti_client.domain.agent import Presence
from cti_client.hub.services.set_presence import agent_connected, agent_gone
from cti_client.hub.store.store import Store, StoreAwayError
from cti_client.hub.store.tables import agent, stream
from cti_client.hub.web.agent_socket import AgentSocket
from cti_client.hub.web.tokens import Agent

log = logging.getLogger(__name__)

_NET_SECONDS = 1.0
_AGAIN_SECONDS = 5.0


class AgentSockets:
    """Owns the sockets' registry and the tasks that wait out the grace time. Lives on one loop."""

    def __init__(self, store: Store, *, grace_seconds: float, most: int, net_seconds: float = _NET_SECONDS) -> None:
        self._store = store
        self._grace_seconds = grace_seconds
        self._most = most
        self._net_seconds = net_seconds
        self._here: dict[int, AgentSocket] = {}
        self._all: set[AgentSocket] = set()
        self._graces: dict[int, asyncio.Task[None]] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._closing = False

    @property
    def full(self) -> bool:
        """No further desktop is taken in (the hub is stopping, or has all it can serve)."""
        return self._closing or len(self._all) >= self._most

    @property
    def many(self) -> int:
        """Desktops that are connected."""
        return len(self._all)

    def dismiss(self, stays: Callable[[Agent], bool]) -> None:
        """Send away the desktops whose key has been revoked."""
        for socket in list(self._all):
            if not stays(socket.agent):
                log.info("desktop of %s: its key was revoked", socket.agent.name)
                socket.leave("signed_out", "This desktop's key is no longer valid.")

    def present(self) -> Iterable[int]:
        """The agents whose desktops are here."""
        return self._here.keys()

    async def enter(self, socket: AgentSocket) -> None:
        """This desktop is its agent's from now on; another one of the same agent is sent away (C6)."""
        agent_id = socket.agent.id
        former = self._here.get(agent_id)
        self._here[agent_id] = socket
        self._all.add(socket)
        self._empty.clear()
        if former is not None:
            former.leave("replaced", "You have signed in at another desktop.")
        grace = self._graces.pop(agent_id, None)
        if grace is not None:
            grace.cancel()
            await asyncio.gather(grace, return_exceptions=True)
        await self._store.write(agent_connected, agent_id)

    def left(self, socket: AgentSocket) -> None:
        """This desktop's link has ended; its agent has the grace time to come back."""
        self._all.discard(socket)
        if not self._all:
            self._empty.set()
        agent_id = socket.agent.id
        if self._here.get(agent_id) is socket:
            del self._here[agent_id]
            if not self._closing:
                self._start_grace(agent_id)

    def wake(self, agents: Collection[int]) -> None:
        """These agents have news."""
        for agent_id in agents:
            socket = self._here.get(agent_id)
            if socket is not None:
                socket.wake()

    def wake_topics(self) -> None:
        """Some topic has a new value."""
        for socket in self._here.values():
            socket.wake(records=False)

    async def watch_over_absent(self) -> None:
        """After a start: agents who were here when the hub ended have the grace time to come back."""
        for agent_id in await self._store.read(_not_offline):
            if agent_id not in self._here and agent_id not in self._graces:
                self._start_grace(agent_id)

    async def run_net(self) -> None:
        """Once a second look for news whose hint was lost. Work until cancelled; raises `StoreAwayError`."""
        while True:
            await asyncio.sleep(self._net_seconds)
            if not self._here:
                continue
            for agent_id, seq in (await self._store.read(_numbers, sorted(self._here))).items():
                socket = self._here.get(agent_id)
                if socket is not None and socket.sent < seq:
                    socket.wake()

    async def close(self, seconds: float) -> None:
        """Say goodbye to all desktops and wait for their sockets to end, at most this long."""
        self._closing = True
        for socket in list(self._all):
            socket.leave("shutdown", "The hub is stopping.")
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            log.warning("%d desktops did not leave in time", len(self._all))
        graces = list(self._graces.values())
        for task in graces:
            task.cancel()
        await asyncio.gather(*graces, return_exceptions=True)

    def _start_grace(self, agent_id: int) -> None:
        task = asyncio.create_task(self._wait_out(agent_id), name=f"grace of agent {agent_id}")
        self._graces[agent_id] = task
        task.add_done_callback(lambda done: self._grace_ended(agent_id, done))

    def _grace_ended(self, agent_id: int, task: asyncio.Task[None]) -> None:
        if self._graces.get(agent_id) is task:
            del self._graces[agent_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("agent %d could not be set offline: %s", agent_id, type(error).__name__)

    async def _wait_out(self, agent_id: int) -> None:
        await asyncio.sleep(self._grace_seconds)
        while True:
            try:
                await self._store.write(agent_gone, agent_id)
                return
            except StoreAwayError:
                await asyncio.sleep(_AGAIN_SECONDS)


def _not_offline(conn: Connection) -> list[int]:
    return list(conn.scalars(select(agent.c.id).where(agent.c.presence != Presence.OFFLINE)))


def _numbers(conn: Connection, agents: list[int]) -> dict[int, int]:
    rows = conn.execute(select(stream.c.agent_id, stream.c.seq).where(stream.c.agent_id.in_(agents)))
    return {row.agent_id: row.seq for row in rows}
