"""A whole hub on a free loopback port, with one agent, one line and a fake gateway; and a desktop that talks to it."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import aiohttp
import msgspec
import pytest

from cti_client.domain import Millis
from cti_client.hub.bootstrap import Hub
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, Limits, LineConfig
from cti_client.telephony.sms.connection import ConnectionSettings, SmsConnection
from cti_client.telephony.sms.registry import make_connection, system_clock
from cti_client.wire import WIRE_LEAST, WIRE_MOST
from cti_client.wire.api import Problem
from cti_client.wire.codec import decode, decode_body, decode_hub_frame, decode_topic, encode
from cti_client.wire.frames import Goodbye, Hello, HubFrame, Records, Snapshot, Topic, Welcome
from cti_client.wire.records import Record
from tests.helpers.fake_connection import FakeConnection, InJson

T = TypeVar("T")

LINE = "+15550100"
CUSTOMER = "+15551230001"
TOKEN = "token-of-anna-in-tests"
OTHER_TOKEN = "token-of-bo-in-tests-too"
PATIENCE_S = 10.0


class RefusedError(Exception):
    """The hub answered with a problem."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.code}: {problem.text}")
        self.status = status
        self.problem = problem


@dataclass(slots=True)
class RunningHub:
    hub: Hub
    url: str
    config: HubConfig
    gateways: dict[str, FakeConnection]
    http: aiohttp.ClientSession
    sent_in: int = 0

    @property
    def gateway(self) -> FakeConnection:
        return next(iter(self.gateways.values()))

    async def text_in(self, text: str, sender: str = CUSTOMER, *, gateway_id: str = "", line: str = LINE) -> int:
        """One text from a customer's phone; returns what the gateway was told."""
        self.sent_in += 1
        body = encode(InJson(id=gateway_id or f"in-{self.sent_in}", sender=sender, recipient=line, text=text))
        url = f"{self.url}/gateway/{self.gateway.settings.id}/in"
        async with self.http.post(url, data=body) as answer:
            return answer.status

    async def call(self, method: str, path: str, body: object, as_type: type[T], token: str = TOKEN) -> T:
        """One request of the API. Raises `RefusedError`."""
        async with self.http.request(
            method,
            f"{self.url}/api/v1{path}",
            data=body if isinstance(body, bytes) else b"" if body is None else encode(body),
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            data = await answer.read()
            if answer.status != 200:
                raise RefusedError(answer.status, decode(data, Problem))
            return decode(data, as_type)

    @asynccontextmanager
    async def desktop(
        self, *, token: str = TOKEN, hub_id: str = "", last_seq: int = 0, attempt: int = 0
    ) -> AsyncIterator["Desktop"]:
        """An agent's desktop, greeted. `attempt`: the how-manieth connection of one and the same."""
        url = f"{self.url}/api/v1/agent"
        async with self.http.ws_connect(url, headers={"Authorization": f"Bearer {token}"}) as ws:
            desktop = Desktop(ws)
            await desktop.say(
                Hello(
                    wire_least=WIRE_LEAST,
                    wire_most=WIRE_MOST,
                    hub_id=hub_id,
                    last_seq=last_seq,
                    client="test",
                    desktop="one" if attempt else "",
                    attempt=attempt,
                )
            )
            desktop.welcome = await desktop.expect(Welcome)
            yield desktop


@dataclass(slots=True)
class Desktop:
    ws: aiohttp.ClientWebSocketResponse
    welcome: Welcome | None = None
    held: dict[str, Record] = field(default_factory=dict)
    seq: int = 0
    topics: dict[str, msgspec.Struct] = field(default_factory=dict)
    frames: list[HubFrame] = field(default_factory=list)

    async def say(self, frame: object) -> None:
        await self.ws.send_str(encode(frame).decode())

    async def next(self) -> HubFrame | None:
        """The next frame, taken in; None once the hub has ended the link."""
        message = await self.ws.receive(timeout=PATIENCE_S)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return None
        frame = decode_hub_frame(message.data)
        assert frame is not None
        self.frames.append(frame)
        match frame:
            case Snapshot():
                self.held = {record.key: record for record in frame.records}
                self.seq = frame.seq
            case Records():
                for record in frame.records:
                    assert record.seq == self.seq + 1, "a gap in the numbers"
                    self.seq = record.seq
                    self._apply(record)
            case Topic():
                value = decode_topic(frame)
                assert value is not None
                self.topics[frame.name] = value
            case _:
                pass
        return frame

    async def expect(self, kind: type[T]) -> T:
        """Frames up to the next one of this kind."""
        while True:
            frame = await self.next()
            assert frame is not None, f"the link ended before {kind.__name__}"
            if isinstance(frame, kind):
                return frame

    async def goodbye(self) -> Goodbye:
        """Frames up to the goodbye, and the end of the link after it."""
        farewell = await self.expect(Goodbye)
        assert await self.next() is None
        return farewell

    async def until(self, what: Callable[["Desktop"], bool]) -> None:
        """Take frames in until it is true."""
        while not what(self):
            assert await self.next() is not None, "the link ended"

    def all_of(self, kind: type[T]) -> list[T]:
        """The bodies held of one kind."""
        bodies = (decode_body(record) for record in self.held.values())
        return [body for body in bodies if isinstance(body, kind)]

    def topic(self, kind: type[T]) -> T:
        return cast(T, self.topics[cast(Any, kind).topic])

    def _apply(self, record: Record) -> None:
        if record.removed:
            self.held.pop(record.key, None)
            for key in [key for key, one in self.held.items() if one.parent == record.key]:
                del self.held[key]
        elif not record.parent or record.parent in self.held:
            self.held[record.key] = record


def hub_config(folder: Path, gateways: Sequence[FakeConnection], limits: Limits | None = None) -> HubConfig:
    return HubConfig(
        database=folder / "hub.db",
        connections=tuple(ConnectionConfig(settings=one.settings, test_seconds=0) for one in gateways),
        lines=(LineConfig(address=LINE, name="Support", connection=gateways[0].settings.id, quiet_hours=False),),
        agents=(AgentConfig(name="Anna", token=TOKEN), AgentConfig(name="Bo", token=OTHER_TOKEN)),
        categories=("Sales", "Support"),
        limits=limits or Limits(),
    )


@asynccontextmanager
async def running_hub(
    folder: Path,
    *gateways: FakeConnection,
    limits: Limits | None = None,
    mistakes: bool = False,
    connect: Callable[[ConnectionSettings], SmsConnection] = make_connection,
    clock: Callable[[], Millis] = system_clock,
    **options: Any,
) -> AsyncIterator[RunningHub]:
    """Start it on the folder's database, stop it at the end. `options` are fields of `HubConfig`.

    `connect` makes the gateways of the settings screens. Unless `mistakes` are expected, an error in the hub's log
    fails the test.
    """
    given = {one.settings.id: one for one in gateways or (FakeConnection(),)}

    def make(settings: ConnectionSettings) -> SmsConnection:
        if settings.id not in given:  # made on the settings screens
            return connect(settings)
        given[settings.id].settings = settings
        return given[settings.id]

    config = replace(hub_config(folder, list(given.values()), limits), **options)
    hub = Hub(config, make, clock)
    errors = _Errors()
    logging.getLogger("cti_client.hub").addHandler(errors)
    try:
        url = await hub.start()
        try:
            async with aiohttp.ClientSession() as http:
                yield RunningHub(hub=hub, url=url, config=config, gateways=given, http=http)
        finally:
            await hub.stop()
    finally:
        logging.getLogger("cti_client.hub").removeHandler(errors)
    assert mistakes or not errors.lines, "\n".join(errors.lines)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def web_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the hub's doors logged."""
    return [one.getMessage() for one in caplog.records if one.name.startswith("cti_client.hub.web")]
