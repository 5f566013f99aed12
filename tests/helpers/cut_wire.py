"""A wire between a desktop and its hub that breaks while a text is on it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

SEND = b"POST /api/v1/messages "


class CutWire:
    """Carries everything but the first text: `reaches` says whether the hub gets that. The answer gets lost in any
    case, and `on_cut` is called once it would have been there."""

    def __init__(self, hub: str, *, reaches: bool, on_cut: Callable[[], None]) -> None:
        self._hub, self._reaches, self._on_cut = urlsplit(hub), reaches, on_cut
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def up(self) -> AsyncIterator[str]:
        """It is there, at this address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1")
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for end in self._ends:
                end.close()
            await asyncio.gather(*(end.wait_closed() for end in self._ends), return_exceptions=True)
            await server.wait_closed()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        self._start(self._carry(reader, writer))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="cut wire")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hub_reader, hub_writer = await asyncio.open_connection(self._hub.hostname, self._hub.port)
        self._ends.append(hub_writer)
        cut = asyncio.Event()
        self._start(self._back(hub_reader, writer, cut))
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if SEND in data:
                    cut.set()
                    if not self._reaches:
                        self._on_cut()
                        continue
                hub_writer.write(data)
                await hub_writer.drain()
        hub_writer.close()

    async def _back(self, hub: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await hub.read(65_536):
                if cut.is_set():
                    self._on_cut()
                    return
                writer.write(data)
                await writer.drain()
