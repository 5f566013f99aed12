"""The way to the hubs: a load balancer for TCP that can also go silent, as broken networks do.

Each connection goes to the next hub in turn that takes it. A *frozen* one carries nothing any more and says nothing of
it: either end may close, and the other is not told.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import cast

from cti_client.desk.tasks import TaskOwner

_CONNECT_SECONDS = 2.0


class _Side(asyncio.Protocol):
    """One of the two connections of a pair."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: _Side | None = None
        self.early: list[bytes] = []
        """What came before there was another side."""
        self.frozen = False
        self.ended = False
        self.on_end: Callable[[], None] = lambda: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are none by name

    def data_received(self, data: bytes) -> None:
        if self.frozen:
            return
        if self.other is None or self.other.transport is None:
            self.early.append(data)
        else:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None and not self.other.ended:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None and not self.other.ended:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        other = self.other
        if other is not None and other.transport is not None and not self.frozen:
            other.transport.abort() if exc is not None else other.transport.close()
        self.on_end()

    def write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class Proxy:
    """Owns its server and connections from `start` to `close`. `hubs` are ports of this machine."""

    def __init__(
        self, hubs: Sequence[int], chance: random.Random, on_failure: Callable[[str, BaseException], None]
    ) -> None:
        self._hubs = hubs
        self._chance = chance
        self._next = 0
        self._tasks = TaskOwner("proxy", on_failure)
        self._server: asyncio.Server | None = None
        self._pairs: set[tuple[_Side, _Side]] = set()

    async def start(self) -> str:
        """The address of the front."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, "127.0.0.1", 0, backlog=1000)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Cut everything."""
        if self._server is not None:
            self._server.close()
        await self._tasks.close()
        for pair in tuple(self._pairs):
            for side in pair:
                side.abort()

    def freeze(self, share: float) -> int:
        """Let this share of the connections go silent for good; returns how many."""
        chosen = [pair for pair in self._pairs if not pair[0].frozen and self._chance.random() < share]
        for pair in chosen:
            for side in pair:
                side.frozen = True
                if side.transport is not None and not side.ended:
                    side.transport.resume_reading()  # what still comes is taken and forgotten
        return len(chosen)

    def cut(self, share: float) -> int:
        """End this share of the connections on both sides; returns how many."""
        chosen = [pair for pair in self._pairs if self._chance.random() < share]
        for pair in chosen:
            for side in pair:
                side.abort()
        return len(chosen)

    def _accept(self) -> "_Front":
        return _Front(self)

    def take(self, client: _Side) -> None:
        """A new connection from outside; it waits until there is a hub for it."""
        self._tasks.start(self._join(client), "connection")

    async def _join(self, client: _Side) -> None:
        hub = await self._reach_hub()
        if hub is None or client.ended:
            client.abort()
            if hub is not None:
                hub.abort()
            return
        pair = (client, hub)
        client.other, hub.other = hub, client
        self._pairs.add(pair)

        def ended() -> None:
            if client.ended and hub.ended:
                self._pairs.discard(pair)

        client.on_end = hub.on_end = ended
        if hub.ended:
            client.abort()
            return
        for data in client.early:
            hub.write(data)
        client.early.clear()

    async def _reach_hub(self) -> _Side | None:
        loop = asyncio.get_running_loop()
        self._next += 1
        for turn in range(len(self._hubs)):
            port = self._hubs[(self._next + turn) % len(self._hubs)]
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    _, side = await loop.create_connection(_Side, "127.0.0.1", port)
                return side
        return None


class _Front(_Side):
    """The side towards desktops and gateways."""

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self._proxy = proxy

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._proxy.take(self)
