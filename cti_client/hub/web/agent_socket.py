"""One desktop's WebSocket: greeting, then one pump that sends numbered records and topics.

The pump reads the rows after the last number it sent and holds nothing else, so that a slow desktop costs one batch of
memory until it is cut off. Wake-ups say only that there may be more.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import msgspec
from aiohttp import WSMsgType, web

from cti_client.hub.store.records import records_after
from cti_client.hub.store.snapshot import snapshot
from cti_client.hub.store.store import Store
from cti_client.hub.web.tokens import Agent
from cti_client.wire.codec import decode_desktop_frame, encode
from cti_client.wire.frames import Goodbye, Looking, Topic, Typing, Welcome

log = logging.getLogger(__name__)

BATCH = 200
"""Most records in one frame."""
_FAREWELL_SECONDS = 1.0


class AgentSocket:
    """Serves one accepted desktop until either side ends it."""

    def __init__(
        self,
        ws: web.WebSocketResponse,
        agent: Agent,
        store: Store,
        topics_for: Callable[[int], Mapping[str, bytes]],
        heard: Callable[[Looking | Typing], Awaitable[None]],
        turn: AbstractAsyncContextManager[object],
        *,
        send_seconds: float,
        name: str = "",
    ) -> None:
        self.agent = agent
        self.name = name
        """Of this connection, among all of its agent's (`services.desks.desk_name`)."""
        self.sent = 0
        """The number of the last record sent."""
        self._ws = ws
        self._store = store
        self._topics_for = topics_for
        self._heard = heard
        self._turn = turn
        self._send_seconds = send_seconds
        self._wake = asyncio.Event()
        self._records_due = True
        self._topics_sent: dict[str, bytes] = {}
        self._farewell: Goodbye | None = None

    def wake(self, *, records: bool = True) -> None:
        """There may be records (or else topics) which this desktop has not got."""
        self._records_due = self._records_due or records
        self._wake.set()

    def leave(self, reason: str, text: str = "") -> None:
        """Say goodbye and end; the first reason counts."""
        if self._farewell is None:
            self._farewell = Goodbye(reason=reason, text=text)
        self._wake.set()

    async def serve(self, welcome: Welcome, resume_after: int | None) -> None:
        """Greet and pump until the end. `resume_after`: the number the desktop holds; None: it needs a snapshot."""
        pump = asyncio.create_task(self._pump(welcome, resume_after), name=f"pump of agent {self.agent.id}")
        listen = asyncio.create_task(self._listen(), name=f"listener of agent {self.agent.id}")
        try:
            await asyncio.wait((pump, listen), return_when=asyncio.FIRST_COMPLETED)
            for task in (pump, listen):
                if task.done():
                    task.result()
        finally:
            for task in (pump, listen):
                task.cancel()
            await asyncio.gather(pump, listen, return_exceptions=True)

    async def _listen(self) -> None:
        """One frame after the other; kinds of a newer desktop are passed over. Ends when the link does."""
        async for message in self._ws:
            if message.type is not WSMsgType.TEXT or self._farewell is not None:
                continue
            try:
                frame = decode_desktop_frame(message.data)
            except msgspec.DecodeError:
                log.warning("desktop of %s: sent away, a frame of it is malformed", self.agent.name)
                self.leave("bad_frame", "The hub does not understand this desktop.")
            else:
                if frame is not None:
                    await self._heard(frame)

    async def _pump(self, welcome: Welcome, resume_after: int | None) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                await self._send(encode(welcome))
                if resume_after is None:
                    await self._send_snapshot()
                else:
                    self.sent = resume_after
                await self._send_news()
            except TimeoutError:
                log.warning("desktop of %s: cut off, too slow", self.agent.name)
                self.leave("too_slow", "This desktop did not take what the hub sent.")
            await self._say_goodbye()

    async def _send_news(self) -> None:
        while self._farewell is None:
            self._wake.clear()
            while self._records_due and self._farewell is None:
                await self._send_records()
            await self._send_topics()
            if not self._wake.is_set():
                await self._wake.wait()

    async def _send_records(self) -> None:
        self._records_due = False
        rows = await self._store.read(records_after, self.agent.id, self.sent, BATCH)
        if rows is None:
            await self._send_snapshot()
        elif rows:
            await self._send(b'{"t":"records","records":[' + b",".join(rows) + b"]}")
            self.sent += len(rows)
            self._records_due = self._records_due or len(rows) == BATCH

    async def _send_snapshot(self) -> None:
        async with self._turn:
            self._records_due = False  # what is committed from here on wakes this socket again
            whole = await self._store.read(snapshot, self.agent.id)
        await self._send(encode(whole))
        self.sent = whole.seq

    async def _send_topics(self) -> None:
        for name, value in self._topics_for(self.agent.id).items():
            if self._topics_sent.get(name) != value:
                await self._send(encode(Topic(name=name, value=msgspec.Raw(value))))
                self._topics_sent[name] = value

    async def _send(self, frame: bytes) -> None:
        """Raises `TimeoutError` where the desktop does not take it, `ConnectionError` where it is gone."""
        async with asyncio.timeout(self._send_seconds):
            await self._ws.send_frame(frame, WSMsgType.TEXT)

    async def _say_goodbye(self) -> None:
        """As far as the desktop still takes it; then the link is cut, whatever waits in its buffers."""
        if self._farewell is None:
            return
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._ws.send_frame(encode(self._farewell), WSMsgType.TEXT)
                await self._ws.close()
