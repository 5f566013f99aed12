"""An upgrade with no downtime: two hubs over one PostgreSQL are restarted one after the other while texts come and go.

Counted where it matters: at the customer's phone and at the agent's desktop.
"""

import asyncio
import signal
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.wire import api, records
from cti_client.wire.api import Problem
from cti_client.wire.codec import decode, encode
from cti_client.wire.frames import Goodbye, Hello, Snapshot, Welcome
from tests.helpers.front_door import FrontDoor
from tests.helpers.hub_command import HubCommand, hub_command
from tests.helpers.hub_process import Gateway, gateway_of
from tests.helpers.kannel import free_ports
from tests.helpers.killing_hub import KEY, LINE
from tests.helpers.postgres import PostgresServer
from tests.helpers.running_hub import Desktop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to leave in order by"),
]

TOKEN = "token-of-anna-in-tests"
PATIENCE_S = 60.0
SETTINGS = """
[hub]
database = "{database}"
port = {port}
public_url = "{front}"
[[connections]]
id = "k"
kind = "kannel"
secret = "{key}"
test_seconds = 0
[connections.options]
url = "{gateway}"
username = "hub"
password = "x"
[[lines]]
address = "{line}"
name = "Support"
connection = "k"
[[agents]]
name = "Anna"
token = "{token}"
"""


@dataclass
class Agent:
    """An agent's desktop that comes back whenever its link ends, from the number it has."""

    url: str
    http: aiohttp.ClientSession
    desk: Desktop | None = None
    goodbyes: Counter[str] = field(default_factory=Counter)
    snapshots: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        hub_id = ""
        while True:
            try:
                async with self.http.ws_connect(f"{self.url}/api/v1/agent", headers=self._key()) as ws:
                    desk = Desktop(ws) if self.desk is None else self.desk
                    desk.ws = ws
                    await desk.say(Hello(wire_least=1, wire_most=1, hub_id=hub_id, last_seq=desk.seq))
                    hub_id = (await desk.expect(Welcome)).hub_id
                    self.desk = desk
                    await self._listen(desk)
            except (aiohttp.ClientError, ConnectionError):
                await asyncio.sleep(0.05)  # nobody is at the door at this moment

    async def _listen(self, desk: Desktop) -> None:
        while frame := await desk.next():
            self.snapshots += isinstance(frame, Snapshot)
            if isinstance(frame, Goodbye):
                self.goodbyes[frame.reason] += 1
            async with self.news:
                self.news.notify_all()

    async def until_it_holds(self, texts: set[str]) -> None:
        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(lambda: texts <= set(self.texts()))

    async def until_sent(self, texts: set[str]) -> None:
        def sent() -> set[str]:
            return {one.text for one in self.held(records.Message) if one.state is DeliveryState.SENT}

        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(lambda: texts <= sent())

    def texts(self) -> Counter[str]:
        return Counter(one.text for one in self.held(records.Message))

    def held(self, kind: type[records.Message]) -> list[records.Message]:
        return [] if self.desk is None else self.desk.all_of(kind)

    async def call(self, path: str, body: object) -> bytes:
        """Until some hub has answered; all that is asked here may be asked twice."""
        while True:
            try:
                async with self.http.post(f"{self.url}/api/v1{path}", data=encode(body), headers=self._key()) as answer:
                    data = await answer.read()
                    if answer.status == 200:
                        return data
                    assert answer.status == 503, decode(data, Problem)
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Stage:
    hubs: list[HubCommand]
    gateway: Gateway
    anna: Agent


@asynccontextmanager
async def stage(folder: Path, postgres: PostgresServer) -> AsyncIterator[Stage]:
    """Two hubs, a front door, a gateway behind them and Anna's desktop before them."""
    database = postgres.database()
    one, two, phones = free_ports(3)
    async with AsyncExitStack() as closing:
        front = await closing.enter_async_context(FrontDoor([f"http://127.0.0.1:{port}" for port in (one, two)]).open())
        gateway = await closing.enter_async_context(gateway_of(int(front.url.rpartition(":")[2]), phones))
        hubs = []
        for port in (one, two):
            file = folder / f"hub-{port}.toml"
            values = {"database": database, "port": port, "front": front.url, "gateway": gateway.url}
            file.write_text(SETTINGS.format(**values, key=KEY, line=LINE, token=TOKEN))
            hubs.append(await closing.enter_async_context(hub_command(file)))
        await asyncio.gather(*(hub.start() for hub in hubs))
        http = await closing.enter_async_context(aiohttp.ClientSession())
        anna = Agent(front.url, http)
        task = asyncio.create_task(anna.run(), name="Anna's desktop")
        try:
            yield Stage(hubs, gateway, anna)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def accept_the_first(stage: Stage) -> int:
    anna = stage.anna
    await stage.gateway.text_in("text 0", "in-0")
    async with asyncio.timeout(PATIENCE_S), anna.news:
        await anna.news.wait_for(lambda: anna.desk is not None and bool(anna.desk.all_of(records.Offer)))
    assert anna.desk is not None
    (offer,) = anna.desk.all_of(records.Offer)
    answer = await anna.call(f"/offers/{offer.id}/accept", api.Accept(number=offer.number))
    return decode(answer, api.Accepted).interaction_id


async def talk(stage: Stage, chat: int, over: asyncio.Event) -> tuple[list[str], list[str]]:
    """Texts and replies without a pause until it is over; what was taken."""
    texts, replies = ["text 0"], list[str]()
    while not over.is_set():
        text = f"text {len(texts)}"
        await stage.gateway.text_in(text, f"in-{len(texts)}")
        texts.append(text)
        if len(texts) % 5 == 0:
            now = stage.anna.desk.welcome.now if stage.anna.desk and stage.anna.desk.welcome else 0
            reply = f"reply {len(replies)}"
            send = api.Send(
                client_id=str(uuid.uuid4()), interaction_id=chat, text=reply, composed_at=now, confirmed=True
            )
            await stage.anna.call("/messages", send)
            replies.append(reply)
    return texts, replies


async def test_two_hubs_are_restarted_one_after_the_other_and_nothing_is_lost(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async with stage(tmp_path, postgres) as there:
        chat = await accept_the_first(there)
        over = asyncio.Event()
        talking = asyncio.create_task(talk(there, chat, over), name="customer and agent")
        for hub in there.hubs:
            hub.signal(signal.SIGTERM)
            assert await hub.ended() == 0
            await hub.start()
        over.set()
        texts, replies = await talking
        await there.anna.until_it_holds({*texts, *replies})
        await there.anna.until_sent(set(replies))
        assert there.anna.texts() == Counter([*texts, *replies])
        assert there.gateway.to_phones == Counter(replies)
        assert there.anna.goodbyes["shutdown"] >= 1
        assert there.anna.snapshots == 1, "whoever comes back goes on from its number"
        assert [line for hub in there.hubs for line in hub.lines if line["level"] in ("error", "critical")] == []
