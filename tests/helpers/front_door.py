"""A load balancer of our own before several hubs: each connection goes to the next one that is ready."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import aiohttp


class FrontDoor:
    """`url` is one address for all hubs. A hub is asked for `/ready` before each connection."""

    def __init__(self, hubs: Sequence[str]) -> None:
        self.url = ""
        self._hubs = list(hubs)
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["FrontDoor"]:
        """It stands open."""
        async with aiohttp.ClientSession() as self._http:
            server = await asyncio.start_server(self._come_in, "127.0.0.1")
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            try:
                yield self
            finally:
                server.close()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await server.wait_closed()

    async def _come_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            for _ in self._hubs:
                self._turn += 1
                hub = self._hubs[self._turn % len(self._hubs)]
                with contextlib.suppress(OSError, aiohttp.ClientError):
                    async with self._http.get(f"{hub}/ready") as answer:
                        if answer.status == 200:
                            return await self._join(hub, reader, writer)
        finally:
            writer.transport.abort()

    async def _join(self, hub: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(hub)
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_carry(reader, back))
                both.create_task(_carry(there, writer))
        except* OSError:
            pass  # one side has gone
        finally:
            back.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes, and the end of it."""
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
