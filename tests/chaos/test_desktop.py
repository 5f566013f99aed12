"""What passes over a desktop's wire is counted before the link sees it; what it holds is compared at the end."""

import random
from typing import cast

import aiohttp
import msgspec
import pytest

from chaos.desktop import WatchedSocket
from chaos.ending import differences
from chaos.numbers import NumberWatch
from chaos.sabotage import Sabotage, Saboteur
from cti_client.desk.state import DeskState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.wire.codec import encode
from cti_client.wire.frames import Hello, Records, Snapshot
from cti_client.wire.records import Message, Record


class Always(random.Random):
    def random(self) -> float:
        return 0.0


class Wire:
    """A socket from which these frames come."""

    def __init__(self, *frames: object) -> None:
        self._frames = [encode(frame).decode() for frame in frames]

    async def send_str(self, data: str) -> None:
        assert data

    async def receive(self) -> aiohttp.WSMessage:
        if not self._frames:
            return aiohttp.WSMessage(aiohttp.WSMsgType.CLOSED, None, None)
        return aiohttp.WSMessage(aiohttp.WSMsgType.TEXT, self._frames.pop(0), None)


def record(seq: int) -> Record:
    return Record(seq=seq, kind="message", id=seq, removed=True)


async def gaps(sabotage: Sabotage | None, *frames: object, last_seq: int = 0) -> list[str]:
    found: list[str] = []
    wire = cast(aiohttp.ClientWebSocketResponse, Wire(*frames))
    socket = WatchedSocket(wire, NumberWatch("agent 1", found), Saboteur(sabotage, Always()))
    await socket.send_str(encode(Hello(wire_least=1, wire_most=1, last_seq=last_seq)).decode())
    while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    return found


async def test_numbers_are_counted_on_their_way() -> None:
    assert await gaps(None, Snapshot(seq=4), Records(records=(record(5), record(6)))) == []
    assert await gaps(None, Snapshot(seq=4), Records(records=(record(5), record(7)))) == [
        "agent 1 got record 7 after 5"
    ]
    assert await gaps(None, Records(records=(record(9),)), last_seq=7) == ["agent 1 got record 9 after 7"]


async def test_a_frame_that_vanishes_is_seen_with_the_next_hello_or_frame() -> None:
    assert await gaps(Sabotage.GAP, Snapshot(seq=4), Records(records=(record(5),))) == []  # nothing came after it
    found: list[str] = []
    numbers = NumberWatch("agent 1", found)
    first = cast(aiohttp.ClientWebSocketResponse, Wire(Snapshot(seq=4), Records(records=(record(5),))))
    saboteur = Saboteur(Sabotage.GAP, Always())
    socket = WatchedSocket(first, numbers, saboteur)
    while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    assert saboteur.done == 1
    rest = cast(aiohttp.ClientWebSocketResponse, Wire(Records(records=(record(6),))))
    await WatchedSocket(rest, numbers, Saboteur(None, Always())).receive()
    assert found == ["agent 1 got record 6 after 4"]


def state(*messages: Message) -> DeskState:
    held = DeskState()
    chat = {
        "id": 7,
        "version": 1,
        "state": "open",
        "direction": "in",
        "thread_id": 3,
        "case_id": 1,
        "call_id": "c",
        "address": "+12125560001",
        "address_display": "x",
        "repliable": True,
        "line_id": 1,
        "line_name": "l",
        "line_address": "+18005550100",
        "line_display": "l",
        "started_at": 1,
        "accepted_at": 2,
    }
    held.apply(Record(seq=1, kind="interaction", id=7, body=msgspec.Raw(encode(chat))))
    for one in messages:
        body = msgspec.Raw(encode(one))
        held.apply(Record(seq=2, kind="message", id=one.id, parent="interaction:7", body=body))
    return held


def message(number: int, version: int = 1) -> Message:
    return Message(
        id=number,
        version=version,
        thread_id=3,
        interaction_id=7,
        line_id=1,
        direction=Direction.IN,
        at=1,
        text="T1",
        state=DeliveryState.RECEIVED,
    )


@pytest.mark.parametrize(
    ("held", "fresh", "words"),
    [
        ([message(1)], [message(1)], []),
        ([], [message(1)], ["agent 1: message 1 is missing on the desktop"]),
        ([message(1)], [], ["agent 1: message 1 is left over on the desktop"]),
        ([message(1)], [message(1, version=2)], ["agent 1: message 1 differs on the desktop"]),
    ],
)
def test_what_a_desktop_holds_is_compared(held: list[Message], fresh: list[Message], words: list[str]) -> None:
    assert differences("agent 1", state(*held), state(*fresh)) == words
