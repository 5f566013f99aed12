"""Sockets and timers for the link (`desk/link.py`)."""

import asyncio
import logging
import random as random_module
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from cti_client.desk import link as machine
from cti_client.desk.errors import NoSocketError
from cti_client.desk.hub_client import SocketDeniedError
from cti_client.desk.views import LinkView
from cti_client.domain import Millis
from cti_client.wire.codec import decode_hub_frame, encode
from cti_client.wire.frames import Looking, Typing

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

_SLOW_TO_SAY_SECONDS = 5.0


class SocketSource(Protocol):
    """Where sockets come from: `hub_client.HubClient`."""

    async def open_socket(self) -> "aiohttp.ClientWebSocketResponse":
        """Raises `SocketDeniedError` or `NoSocketError`."""


class LinkDriver:
    """Keeps the link up while `run` runs.

    `on_output` gets what the hub says; `on_change` is called after every event, when the link may look different.
    Both are called in the loop, and never again once `run` has ended.
    """

    def __init__(
        self,
        source: SocketSource,
        on_output: Callable[[machine.Output], None],
        on_change: Callable[[], None],
        *,
        client: str = "",
        desktop: str = "",
        random: Callable[[], float] = random_module.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._on_output = on_output
        self._on_change = on_change
        self._monotonic = monotonic
        self._stir = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.link = machine.Link(self.now(), random, client, desktop)

    def now(self) -> Millis:
        """Milliseconds of the clock that the link's times are counted by."""
        return round(self._monotonic() * 1000)

    def view(self, hub_now: Millis) -> LinkView:
        """The link for a person's eyes. `hub_now` is the hub's time at this moment."""
        link, behind = self.link, hub_now - self.now()
        paused = link.phase is machine.Phase.PAUSED and link.deadline is not None
        retry_at = link.deadline + behind if paused and link.deadline is not None else None
        return LinkView(link.status, link.detail, retry_at, link.since + behind, link.needs_token)

    def nudge(self) -> None:
        """The network changed, or the computer woke up: do not wait for the next attempt."""
        self._between(machine.Nudge())

    def retry(self) -> None:
        """The person wants to try again now, even after a refusal."""
        self._between(machine.Retry())

    async def say(self, frame: Looking | Typing) -> None:
        """Tell the hub, if the link is there; else it is lost."""
        socket = self._socket
        if socket is None or self.link.phase is not machine.Phase.LIVE:
            return
        try:
            async with asyncio.timeout(_SLOW_TO_SAY_SECONDS):
                await socket.send_str(encode(frame).decode())
        except (TimeoutError, ConnectionError):
            log.info("the hub did not hear %s", type(frame).__name__)  # whoever listens on the socket hears of its end

    async def run(self) -> None:
        """Until cancelled."""
        self._feed(machine.Start())
        try:
            while True:
                if self.link.wants_socket:
                    await self._use_a_socket()
                else:
                    await self._wait()
        finally:
            self.link.handle(machine.Stop(), self.now())

    async def _use_a_socket(self) -> None:
        try:
            async with asyncio.timeout(self._seconds_left()):
                socket = await self._source.open_socket()
        except TimeoutError:
            self._feed(machine.TimePassed())
        except SocketDeniedError as error:
            self._feed(machine.Denied(error.status, round(error.retry_after_seconds * 1000)))
        except NoSocketError as error:
            log.info("no link to the hub: %s", error)
            self._feed(machine.Lost(error.sentence))
        else:
            self._socket = socket
            try:
                await self._talk(socket)
            finally:
                self._socket = None
                await socket.close()

    async def _talk(self, socket: "aiohttp.ClientWebSocketResponse") -> None:
        for output in self._feed(machine.Opened()):
            if isinstance(output, machine.Say):
                try:
                    async with asyncio.timeout(_SLOW_TO_SAY_SECONDS):
                        await socket.send_str(encode(output.hello).decode())
                except (TimeoutError, ConnectionError):
                    self._feed(machine.Lost())
        while self.link.wants_socket:
            try:
                async with asyncio.timeout(self._seconds_left()):
                    message = await socket.receive()
            except TimeoutError:
                self._feed(machine.TimePassed())
                continue
            self._feed(self._event_of(message))

    def _event_of(self, message: "aiohttp.WSMessage") -> machine.Event:
        from aiohttp import WSMsgType

        if message.type is not WSMsgType.TEXT:
            return machine.Garbled() if message.type is WSMsgType.BINARY else machine.Lost()
        try:
            return machine.Received(decode_hub_frame(message.data))
        except (msgspec.DecodeError, UnicodeError):
            return machine.Garbled()

    async def _wait(self) -> None:
        """Until the deadline, a nudge, or for ever where there is none."""
        self._stir.clear()
        try:
            async with asyncio.timeout(self._seconds_left()):
                await self._stir.wait()
        except TimeoutError:
            self._feed(machine.TimePassed())

    def _between(self, event: machine.Event) -> None:
        if self.link.phase not in (machine.Phase.IDLE, machine.Phase.CLOSED):
            self._feed(event)
            self._stir.set()

    def _seconds_left(self) -> float | None:
        return None if self.link.deadline is None else max(0.0, (self.link.deadline - self.now()) / 1000)

    def _feed(self, event: machine.Event) -> list[machine.Output]:
        before = self.link.phase
        outputs = self.link.handle(event, self.now())
        if self.link.phase is not before:
            log.info("link: %s %s", self.link.phase.value, self.link.detail)
        for output in outputs:
            if not isinstance(output, machine.Say):
                self._on_output(output)
        self._on_change()
        return outputs
