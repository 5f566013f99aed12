"""A wire between a desktop and its hub that breaks while a text is on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

SEND = b"POST /api/v1/messages "


class CutWire:
    """Carries everything but the first text: `reaches` says whether the hub gets that. The answer gets lost in any
    case, and `on_cut` is called once it would have been there."""

    def __init__(self, hub: str, *, reaches: bool, on_cut: Callable[[], None]) -> None:
        self._hub, self._reaches, self._on_cut = urlsplit(hub), reaches, on_cut
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

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
            await server.wait_closed()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer), name="cut wire")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hub_reader, hub_writer = await asyncio.open_connection(self._hub.hostname, self._hub.port)
        cut = asyncio.Event()
        back = asyncio.create_task(self._back(hub_reader, writer, cut))
        try:
            with suppress(ConnectionError):
                while data := await reader.read(65_536):
                    if SEND in data:
                        cut.set()
                        if not self._reaches:
                            self._on_cut()
                            continue
                    hub_writer.write(data)
                    await hub_writer.drain()
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            for end in (writer, hub_writer):
                end.close()

    async def _back(self, hub: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await hub.read(65_536):
                if cut.is_set():
                    self._on_cut()
                    return
                writer.write(data)
                await writer.drain()
