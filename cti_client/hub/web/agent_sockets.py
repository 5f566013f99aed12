"""The desktops that are here: one socket an agent, woken by hints.

Whose desktop an agent's is stands in the database (`services/desks.py`): with several hubs, the newer desktop may be at
another one. What this process believes and what the rows say are brought together by one loop, whatever was lost on the
way: an entry that was cancelled, a link that ended while the database was away, a wake-up that never came.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from cti_client.hub.services.desks import (
    Served,
    desk_entered,
    desks_left,
    is_later,
    process_ended,
    unlike,
)
from cti_client.hub.store.store import Store, StoreAwayError
from cti_client.hub.web.agent_socket import AgentSocket
from cti_client.hub.web.tokens import Agent

log = logging.getLogger(__name__)

_NET_SECONDS = 1.0
_ENTRIES_AT_ONCE = 6
"""Fewer than a hub has connections to its database."""
_REVOKED = "This desktop's token is no longer valid. Enter the new one, or ask your administrator for another."
_REPLACED = "You have signed in at another desktop."
_STOPPING = "The hub is stopping."
_GIVEN_UP = "This desktop has connected again since."


class AgentSockets:
    """Owns the sockets' registry. Lives on one loop. `process_id` is the name of this hub process in the database."""

    def __init__(self, store: Store, *, process_id: str, most: int, net_seconds: float = _NET_SECONDS) -> None:
        self._store = store
        self._process_id = process_id
        self._most = most
        self._net_seconds = net_seconds
        self._here: dict[int, AgentSocket] = {}
        self._names: dict[AgentSocket, str] = {}
        """The desk id of each socket whose entry is committed."""
        self._all: set[AgentSocket] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._look = asyncio.Event()
        self._closing = False
        self.turn = asyncio.Semaphore(_ENTRIES_AT_ONCE)
        """For what a desktop asks of the database when it comes. Where thousands come back at once, after the end of a
        hub, they take turns, so that texts and whoever is here already find a connection."""

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
                socket.leave("signed_out", _REVOKED)

    def present(self) -> Iterable[int]:
        """The agents whose desktops are here."""
        return self._here.keys()

    async def enter(self, socket: AgentSocket) -> None:
        """This desktop is its agent's from now on; another one of the same agent is sent away (C6).

        But not one to which the same desktop has come since: then this connection ends, which it has given up.
        """
        if self._closing:  # it had been greeted before
            socket.leave("shutdown", _STOPPING)
            return
        agent_id = socket.agent.id
        former = self._here.get(agent_id)
        if former is not None and is_later(former.name, socket.name):
            socket.leave("given_up", _GIVEN_UP)
            return
        self._here[agent_id] = socket
        self._all.add(socket)
        self._empty.clear()
        if former is not None:
            former.leave("replaced", _REPLACED)
        await self._enter(socket)

    def left(self, socket: AgentSocket) -> None:
        """This desktop's link has ended; its agent has the grace time to come back."""
        self._all.discard(socket)
        self._names.pop(socket, None)
        if not self._all:
            self._empty.set()
        agent_id = socket.agent.id
        if self._here.get(agent_id) is socket:
            del self._here[agent_id]
            self._look.set()

    def look(self) -> None:
        """A desktop of an agent of ours may have come to another hub."""
        self._look.set()

    def wake(self, agents: Collection[int]) -> None:
        """These agents have news."""
        for agent_id in agents:
            socket = self._here.get(agent_id)
            if socket is not None:
                socket.wake()

    def wake_topics(self, agents: Collection[int] | None = None) -> None:
        """Some topic has a new value for these agents; None: for all."""
        for agent_id in self._here if agents is None else agents:
            socket = self._here.get(agent_id)
            if socket is not None:
                socket.wake(records=False)

    async def run_net(self) -> None:
        """Once a second, and at once where a desktop came or left, compare with the database.

        Wakes sockets whose hint was lost. Work until cancelled; raises `StoreAwayError`; then run it again.
        """
        while True:
            try:
                async with asyncio.timeout(self._net_seconds):
                    await self._look.wait()
            except TimeoutError:
                if not self._all:
                    continue
            self._look.clear()
            await self._compare()

    async def _compare(self) -> None:
        entered = [(one.agent.id, one) for one in self._names if self._here.get(one.agent.id) is one]
        agents, names = [agent_id for agent_id, _ in entered], [self._names[one] for _, one in entered]
        sent = [one.sent for _, one in entered]
        rows, lost = await self._store.read(unlike, self._process_id, agents, names, sent)
        left = [row for row in rows if row.agent_id not in self._here]
        if left and not self._closing:
            await self._store.write(desks_left, left)
        sockets = {agent_id: one for agent_id, one in entered if self._here.get(agent_id) is one}
        for agent_id in lost:
            if socket := sockets.get(agent_id):
                log.info("desktop of %s: replaced by one at another hub", socket.agent.name)
                socket.leave("replaced", _REPLACED)
        for row in rows:
            if socket := sockets.get(row.agent_id):
                await self._bring_up(socket, row)

    async def _bring_up(self, socket: AgentSocket, row: Served) -> None:
        if socket.sent < row.seq:
            socket.wake()
        if row.gone or row.desk_id != self._names.get(socket):
            await self._enter(socket)

    async def _enter(self, socket: AgentSocket) -> None:
        async with self.turn:
            entered = await self._store.write(desk_entered, socket.agent.id, socket.name, self._process_id)
        if not entered:
            socket.leave("given_up", _GIVEN_UP)
        elif socket in self._all:
            self._names[socket] = socket.name

    async def close(self, seconds: float) -> None:
        """Say goodbye to all desktops and wait for their sockets to end, at most this long."""
        self._closing = True
        for socket in list(self._all):
            socket.leave("shutdown", _STOPPING)
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            log.warning("%d desktops did not leave in time", len(self._all))
        try:
            await self._store.write(process_ended, self._process_id)
        except StoreAwayError:
            log.warning("the database was not told that this hub stops; it will notice by the silence")
