"""D3, D4, A10: the hub is killed (-9) before or after each commit of the way in and the way out.

The gateway is on the other side of HTTP and keeps its own count: nothing that it was told is kept may be lost, and
nothing may reach the phone twice.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.wire import WIRE_LEAST, WIRE_MOST, api
from cti_client.wire.codec import decode, encode
from cti_client.wire.frames import Hello, Snapshot, Welcome
from cti_client.wire.records import Interaction, Message, Offer
from tests.helpers.engines import ENGINES
from tests.helpers.hub_process import LATER_MS, PATIENCE_S, Gateway, HubProcess, gateway_of
from tests.helpers.kannel import free_ports
from tests.helpers.killing_hub import TOKEN
from tests.helpers.postgres import PostgresServer
from tests.helpers.running_hub import Desktop

T = TypeVar("T")


@dataclass
class World:
    hub: HubProcess
    gateway: Gateway
    http: aiohttp.ClientSession

    @asynccontextmanager
    async def desktop(self) -> AsyncIterator[Desktop]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.http.ws_connect(f"{self.hub.url}/api/v1/agent", headers=headers) as ws:
            desktop = Desktop(ws)
            await desktop.say(Hello(wire_least=WIRE_LEAST, wire_most=WIRE_MOST, client="test"))
            await desktop.expect(Welcome)
            await desktop.expect(Snapshot)
            yield desktop

    async def post(self, path: str, body: object, as_type: type[T]) -> T:
        """A command as the desktop gives it: repeated with the same ids until it is answered."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await self._post_once(path, body, as_type)
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)  # the desktop's back-off

    async def _post_once(self, path: str, body: object, as_type: type[T]) -> T:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.http.post(f"{self.hub.url}/api/v1{path}", data=encode(body), headers=headers) as answer:
            data = await answer.read()
            assert answer.status == 200, data
            return decode(data, as_type)

    async def open_chat(self) -> Interaction:
        """A text comes in and is accepted."""
        await self.gateway.text_in("hello", "first")
        async with self.desktop() as desktop:
            await desktop.until(lambda it: bool(it.all_of(Offer)))
            offer = desktop.all_of(Offer)[0]
            await self.post(f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
            await desktop.until(lambda it: bool(it.all_of(Interaction)))
            return desktop.all_of(Interaction)[0]

    async def sent_state(self, *wanted: DeliveryState) -> Message:
        """Our one message, once it has one of these states."""
        async with self.desktop() as desktop:

            def ours() -> list[Message]:
                return [m for m in desktop.all_of(Message) if m.direction is Direction.OUT and m.state in wanted]

            async with asyncio.timeout(PATIENCE_S):
                await desktop.until(lambda _: bool(ours()))
            return ours()[0]


@pytest.fixture(params=ENGINES)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    database: Path | str = tmp_path / "hub.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database = server.database()
    port, gateway_port = free_ports(2)
    async with aiohttp.ClientSession() as http, gateway_of(port, gateway_port) as gateway:
        hub = HubProcess(database, port, gateway)
        try:
            yield World(hub, gateway, http)
        finally:
            await hub.stop()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_a_text_comes_in(world: World, when: str) -> None:
    await world.hub.start(f"{when}:take_in")
    coming = asyncio.create_task(world.gateway.text_in("hello", "g1"))
    await world.hub.died()
    await world.hub.start()
    await coming
    await world.gateway.text_in("hello", "g1")  # and once more, as gateways do whose answer was lost
    async with world.desktop() as desktop:
        await desktop.until(lambda it: bool(it.all_of(Offer)))
        assert len(desktop.all_of(Offer)) == 1
        offer = desktop.all_of(Offer)[0]
        await world.post(f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
        await desktop.until(lambda it: bool(it.all_of(Message)))
        assert [message.text for message in desktop.all_of(Message)] == ["hello"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_accepting(world: World, when: str) -> None:
    await world.hub.start()
    await world.gateway.text_in("hello", "g1")
    async with world.desktop() as desktop:
        await desktop.until(lambda it: bool(it.all_of(Offer)))
        offer = desktop.all_of(Offer)[0]
    await world.hub.stop()
    await world.hub.start(f"{when}:accept_offer")
    accepting = asyncio.create_task(
        world.post(f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
    )
    await world.hub.died()
    await world.hub.start()
    accepted = await accepting
    async with world.desktop() as desktop:
        assert [chat.id for chat in desktop.all_of(Interaction)] == [accepted.interaction_id]
        assert desktop.all_of(Offer) == []


# What the phone may have got, and which states are true then, for each commit of the way out.
OUTBOUND = {
    "before:_send_and_show": (1, {DeliveryState.SENT}),
    "after:_send_and_show": (1, {DeliveryState.SENT}),
    "before:take_due": (1, {DeliveryState.SENT}),
    "after:take_due": (0, {DeliveryState.UNKNOWN}),
    "before:record_outcome": (1, {DeliveryState.UNKNOWN}),
    "after:record_outcome": (1, {DeliveryState.SENT}),
}


@pytest.mark.parametrize("kill", OUTBOUND)
async def test_killed_while_a_text_goes_out(world: World, kill: str) -> None:
    arrives, states = OUTBOUND[kill]
    await world.hub.start()
    chat = await world.open_chat()
    await world.hub.stop()
    await world.hub.start(kill)
    send = api.Send(client_id=str(uuid.uuid4()), interaction_id=chat.id, text="answer", composed_at=2**50)
    sending = asyncio.create_task(world.post("/messages", send, Message))
    await world.hub.died()
    await world.hub.start(ahead=LATER_MS)
    first = await sending
    again = await world.post("/messages", send, Message)
    assert again.id == first.id
    message = await world.sent_state(*states)
    assert message.text == "answer"
    assert world.gateway.to_phones["answer"] == arrives


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_a_report_comes_in(world: World, when: str) -> None:
    await world.hub.start()
    chat = await world.open_chat()
    send = api.Send(client_id=str(uuid.uuid4()), interaction_id=chat.id, text="answer", composed_at=2**50)
    await world.post("/messages", send, Message)
    await world.sent_state(DeliveryState.SENT)
    await world.hub.stop()
    await world.hub.start(f"{when}:take_in")
    reporting = asyncio.create_task(world.gateway.report_delivered())
    await world.hub.died()
    await world.hub.start()
    await reporting
    assert (await world.sent_state(DeliveryState.DELIVERED)).text == "answer"
    assert world.gateway.to_phones["answer"] == 1


async def test_unknown_is_settled_by_a_later_report(world: World) -> None:
    await world.hub.start()
    chat = await world.open_chat()
    await world.hub.stop()
    await world.hub.start("before:record_outcome")
    send = api.Send(client_id=str(uuid.uuid4()), interaction_id=chat.id, text="answer", composed_at=2**50)
    await world.post("/messages", send, Message)
    await world.hub.died()
    await world.hub.start(ahead=LATER_MS)
    await world.sent_state(DeliveryState.UNKNOWN)
    assert re.search(r"/report/\d+", world.gateway.report_urls[-1])
    await world.gateway.report_delivered()
    await world.sent_state(DeliveryState.DELIVERED)
    assert world.gateway.to_phones["answer"] == 1
