"""A process of its own that plays many desktops: sockets that greet, take what comes and note when an address came.

`python -m bench.team_desks` takes one JSON command a line and answers each with one line:
`{"do": "connect", "url", "tokens"}` opens a socket for each token (again for those that have one) and answers
`{"seconds"}` once all are live; `url` is a hub's address or a floor's socket (`ws://`, no greeting).
`{"do": "arrived"}` answers the monotonic seconds at which each address came first. Ends with its standard input.

Nothing but what the measurements need: no client library, so that thousands of sockets cost little processor.
"""

import asyncio
import importlib.util
import json
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cti_client.hub.descriptors import raise_limit
from cti_client.wire import WIRE_LEAST, WIRE_MOST, codec, frames

PATIENCE_S = 200.0
_AGAIN_S = 0.05
_SHORT, _TWO_BYTES, _EIGHT_BYTES = 125, 126, 127
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_ADDRESS = re.compile(rb'"address": ?"(\+1555\d{7})"')
_HELLO = codec.encode(frames.Hello(wire_least=WIRE_LEAST, wire_most=WIRE_MOST, client="bench"))
_NUMBERED = (b'{"t":"records"', b'{"seq"')
"""How the frames of interest begin, at a hub and at a floor."""


@dataclass
class Room:
    """What all the desktops of this process share."""

    arrived: dict[str, float] = field(default_factory=dict)
    live: int = 0
    lost: int = 0
    stirred: asyncio.Event = field(default_factory=asyncio.Event)


class Desk(asyncio.Protocol):
    """One socket."""

    def __init__(self, room: Room, host: str, path: str, token: str) -> None:
        self._room, self._host, self._path, self._token = room, host, path, token
        self._greets = bool(token)
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._upgraded = self._live = False

    def connection_made(self, transport: Any) -> None:
        """Ask for a socket."""
        self._transport = transport
        lines = (
            f"GET {self._path} HTTP/1.1", f"Host: {self._host}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: YmVuY2gtYmVuY2gtYmVuYw==",
            *([f"Authorization: Bearer {self._token}"] if self._token else []),
        )  # fmt: skip
        transport.write("\r\n".join((*lines, "", "")).encode())

    def data_received(self, data: bytes) -> None:
        """Frames, in any pieces."""
        now = time.monotonic()
        data = self._buffer + data
        if not self._upgraded:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                raise RuntimeError(f"no socket: {head.decode()}")
            self._upgraded = True
            if self._greets:
                self._say(_TEXT, _HELLO)
            else:
                self._is_live()
        self._buffer = self._take(data, now)

    def connection_lost(self, _: Exception | None) -> None:
        """Whoever connects all again sees it."""
        self._room.lost += 1
        if self._live:
            self._live = False
            self._room.live -= 1

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, data: bytes, now: float) -> bytes:
        """All whole frames; what is left of them."""
        while len(data) >= 2:
            size, head = data[1] & 0x7F, 2
            if size == _TWO_BYTES:
                head = 4
                size = int.from_bytes(data[2:4])
            elif size == _EIGHT_BYTES:
                head = 10
                size = int.from_bytes(data[2:10])
            if len(data) < head + size:
                break
            self._frame(data[0] & 0x0F, data[head : head + size], now)
            data = data[head + size :]
        return data

    def _frame(self, kind: int, payload: bytes, now: float) -> None:
        if kind == _PING:
            self._say(_PONG, payload)
        elif kind == _CLOSE:
            self.close()
        elif payload.startswith(_NUMBERED):
            for address in _ADDRESS.findall(payload):
                self._room.arrived.setdefault(address.decode(), now)
            self._room.stirred.set()
        elif payload.startswith(b'{"t":"snapshot"'):
            self._is_live()
        elif payload.startswith(b'{"t":"goodbye"'):
            self.close()

    def _is_live(self) -> None:
        if not self._live:
            self._live = True
            self._room.live += 1
            self._room.stirred.set()

    def _say(self, kind: int, payload: bytes) -> None:
        """A masked frame; a mask of noughts leaves the payload as it is."""
        assert self._transport is not None
        size = len(payload)
        head = bytes((0x80 | kind, 0x80 | size)) if size <= _SHORT else bytes((0x80 | kind, 0xFE)) + size.to_bytes(2)
        self._transport.write(head + bytes(4) + payload)


class Desks:
    """Carries commands out."""

    def __init__(self) -> None:
        self._room = Room()
        self._desks: dict[str, Desk] = {}

    async def connect(self, url: str, tokens: list[str]) -> float:
        """Connect them all, each once more where it was; seconds from the open door until the last is live."""
        parts = urlsplit(url)
        host, port = str(parts.hostname), int(parts.port or 80)
        path = parts.path if parts.scheme == "ws" else "/api/v1/agent"
        for token in tokens:
            if token in self._desks:
                self._desks.pop(token).close()
        await asyncio.sleep(0)
        await self._door(host, port)
        wanted = self._room.live + len(tokens)
        begun = time.monotonic()

        async def one(token: str) -> None:
            _, desk = await loop.create_connection(lambda: Desk(self._room, parts.netloc, path, token), host, port)
            self._desks[token] = desk

        loop = asyncio.get_running_loop()
        await asyncio.gather(*(one(token) for token in tokens))
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self._room.live < wanted:
                    self._room.stirred.clear()
                    await self._room.stirred.wait()
        except TimeoutError:
            raise RuntimeError(
                f"{self._room.live} of {wanted} desktops are live; {self._room.lost} were lost"
            ) from None
        return time.monotonic() - begun

    async def arrived(self) -> dict[str, float]:
        """And forget them."""
        found, self._room.arrived = self._room.arrived, {}
        return found

    async def lost(self) -> int:
        """Returns once every socket has ended."""
        while self._room.live:
            await asyncio.sleep(_AGAIN_S)
        return 0

    async def _door(self, host: str, port: int) -> None:
        """Returns once somebody listens."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection(host, port)
                except OSError:
                    await asyncio.sleep(_AGAIN_S)
                else:
                    writer.close()
                    return


async def main() -> None:
    """The process's side."""
    desks = Desks()
    while line := await asyncio.to_thread(sys.stdin.readline):
        command = json.loads(line)
        answer = await getattr(desks, command.pop("do"))(**command)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    raise_limit()
    factory: Any = None
    if importlib.util.find_spec("uvloop") is not None:
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())
