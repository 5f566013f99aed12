"""The desktop's socket: greeting, records, resuming, being replaced, being too slow."""

import asyncio
import logging
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.bus import Bus
from cti_client.hub.config import Limits
from cti_client.wire import api, records, topics
from cti_client.wire.codec import encode
from cti_client.wire.frames import Goodbye, Hello, Snapshot
from tests.helpers.running_hub import LINE, OTHER_TOKEN, TOKEN, Desktop, RunningHub, running_hub

PATIENCE_S = 10.0


async def test_the_greeting(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        welcome = anna.welcome
        assert welcome is not None
        assert (welcome.agent_name, welcome.wire) == ("Anna", 1)
        assert [(line.name, line.address, line.can_send) for line in welcome.lines] == [("Support", LINE, True)]
        assert [(line.text_policy, line.separate) for line in welcome.lines] == [(TextPolicy.LETTERS, False)]
        assert welcome.categories == ("Sales", "Support")
        assert welcome.hub_id
        assert isinstance(await anna.next(), Snapshot)
        health = await hub.call("GET", "/health", None, api.Health)
        assert (health.ok, health.hub_id) == (True, welcome.hub_id)


async def test_the_topics_come_by_themselves(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.until(lambda desk: len(desk.topics) == 4)
        assert anna.topic(topics.Connections).connections[0].name == "Fake"
        assert anna.topic(topics.Waiting).total == 0
        assert anna.topic(topics.OwnPresence).presence is Presence.AVAILABLE
        assert anna.welcome is not None
        assert anna.topic(topics.Setup).lines == anna.welcome.lines


async def test_a_changed_topic_comes(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.until(lambda desk: len(desk.topics) == 4)
        await hub.call("POST", "/presence", api.SetPresence(presence=Presence.AWAY, reason="Lunch"), api.Done)
        await anna.until(lambda desk: desk.topic(topics.OwnPresence).presence is Presence.AWAY)
        assert anna.topic(topics.OwnPresence).reason == "Lunch"


async def test_resuming_sends_just_what_was_missed(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        await hub.text_in("Hello")
        async with hub.desktop() as anna:
            await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
            hub_id = anna.welcome.hub_id if anna.welcome else ""
        offer = anna.all_of(records.Offer)[0]
        await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
        async with hub.desktop(hub_id=hub_id, last_seq=anna.seq) as back:
            back.held, back.seq = dict(anna.held), anna.seq
            await back.until(lambda desk: bool(desk.all_of(records.Interaction)))
            assert not back.all_of(records.Offer)
            assert not any(isinstance(frame, Snapshot) for frame in back.frames)


@pytest.mark.parametrize(("hub_id", "last_seq"), [("another hub", 1), ("", 0), (None, 10**6), (None, 0)])
async def test_a_number_that_is_not_ours_gets_a_snapshot(tmp_path: Path, hub_id: str | None, last_seq: int) -> None:
    async with running_hub(tmp_path) as hub:
        ours = (await hub.call("GET", "/health", None, api.Health)).hub_id
        async with hub.desktop(hub_id=ours if hub_id is None else hub_id, last_seq=last_seq) as anna:
            assert isinstance(await anna.next(), Snapshot)


async def test_a_number_whose_records_are_gone_gets_a_snapshot(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        hub_id, last = (anna.welcome.hub_id if anna.welcome else ""), anna.seq
        offer = anna.all_of(records.Offer)[0]
        await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
        await anna.until(lambda desk: bool(desk.all_of(records.Interaction)))
        with sqlite3.connect(tmp_path / "hub.db", timeout=PATIENCE_S) as database:
            database.execute("DELETE FROM agent_record")
        database.close()
        async with hub.desktop(hub_id=hub_id, last_seq=last) as back:
            assert isinstance(await back.next(), Snapshot)
            assert back.all_of(records.Interaction)


async def test_no_more_desktops_than_the_limit(tmp_path: Path) -> None:
    async with running_hub(tmp_path, limits=Limits(sockets=1)) as hub, hub.desktop() as anna:
        await anna.expect(Snapshot)
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with hub.desktop(token=OTHER_TOKEN):
                pass
        assert caught.value.status == 503


async def test_what_was_open_comes_back_after_a_restart(tmp_path: Path) -> None:
    """A8: quitting is not closing."""
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        offer = anna.all_of(records.Offer)[0]
        await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.expect(Snapshot)
        assert [chat.id for chat in anna.all_of(records.Interaction)] == [offer.interaction_id]
        assert [message.text for message in anna.all_of(records.Message)] == ["Hello"]


async def test_a_desktop_is_not_pushed_out_by_a_connection_it_gave_up(tmp_path: Path) -> None:
    """A hub that was busy comes to the earlier one last."""
    async with running_hub(tmp_path) as hub, hub.desktop(attempt=2) as later:
        await later.expect(Snapshot)
        async with hub.desktop(attempt=1) as earlier:
            assert (await earlier.goodbye()).reason == "given_up"
        await hub.text_in("Hello")
        await later.until(lambda desk: bool(desk.all_of(records.Offer)))
        assert not [frame for frame in later.frames if isinstance(frame, Goodbye)]


async def test_the_newer_desk_replaces_the_older(tmp_path: Path) -> None:
    """C6."""
    async with running_hub(tmp_path) as hub, hub.desktop() as older, hub.desktop() as newer:
        farewell = await older.goodbye()
        assert farewell.reason == "replaced"
        await hub.text_in("Hello")
        await newer.until(lambda desk: bool(desk.all_of(records.Offer)))


async def test_two_agents_do_not_replace_each_other(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna, hub.desktop(token=OTHER_TOKEN) as bo:
        await anna.until(lambda desk: len(desk.topics) == 4)
        await bo.until(lambda desk: len(desk.topics) == 4)
        assert not any(isinstance(frame, Goodbye) for frame in anna.frames + bo.frames)


async def test_news_come_even_when_hints_are_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.until(lambda desk: len(desk.topics) == 4)
        monkeypatch.setattr(Bus, "publish_hint", lambda *_: None)
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))


async def test_goodbye_when_the_hub_stops(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        farewell, _ = await asyncio.gather(anna.goodbye(), hub.hub.stop())
        assert farewell.reason == "shutdown"


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("garbage", "bad_hello"),
        ('{"t":"hello"}', "bad_hello"),
        ('{"t":"welcome"}', "bad_hello"),
        (b"\x00\x01", "bad_hello"),
        (encode(Hello(wire_least=99, wire_most=100)).decode(), "wire_version"),
        (encode(Hello(wire_least=0, wire_most=0)).decode(), "wire_version"),
    ],
)
async def test_a_first_frame_that_is_no_hello(tmp_path: Path, first: str | bytes, reason: str) -> None:
    async with running_hub(tmp_path) as hub, link(hub) as ws:
        await (ws.send_str(first) if isinstance(first, str) else ws.send_bytes(first))
        farewell = await Desktop(ws).goodbye()
        assert farewell.reason == reason
        assert farewell.text


async def test_no_hello_at_all(tmp_path: Path) -> None:
    async with running_hub(tmp_path, limits=Limits(hello_seconds=0.1)) as hub, link(hub) as ws:
        assert (await Desktop(ws).goodbye()).reason == "bad_hello"


async def test_a_frame_that_is_too_large_ends_the_link(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.expect(Snapshot)
        await anna.ws.send_str("x" * 10_000)
        while await anna.next() is not None:
            pass
        assert anna.ws.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_a_desktop_that_takes_nothing_is_cut_off(tmp_path: Path) -> None:
    """Its buffers fill; the hub holds one batch for it, then lets go, and serves everybody else meanwhile."""
    async with running_hub(tmp_path, limits=Limits(send_seconds=0.2)) as hub:
        await hub.text_in("Hello")
        async with hub.desktop() as anna:
            await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        offer = anna.all_of(records.Offer)[0]
        await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
        with log_line("too slow") as cut, deaf_desktop(hub) as deaf:
            for _ in range(200):
                if cut.is_set():
                    break
                assert await hub.text_in("x" * 50_000) == 200
            async with asyncio.timeout(PATIENCE_S):
                await cut.wait()
            assert await end_of(deaf) < 10_000_000
        async with hub.desktop() as anna:
            await anna.expect(Snapshot)
            assert anna.all_of(records.Interaction)


async def test_an_agent_who_stays_away_is_offline_after_the_grace_time(tmp_path: Path) -> None:
    """C6: the offer that comes then goes to nobody, and waits."""
    async with running_hub(tmp_path, grace_seconds=0.1) as hub, hub.desktop(token=OTHER_TOKEN) as bo:
        await hub.call("POST", "/presence", api.SetPresence(presence=Presence.BUSY), api.Done, OTHER_TOKEN)
        async with hub.desktop() as anna:
            await anna.until(lambda desk: len(desk.topics) == 4)
        await hub.text_in("Hello")
        await bo.until(lambda desk: "waiting" in desk.topics and desk.topic(topics.Waiting).total == 1)


def link(hub: RunningHub) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
    return hub.http.ws_connect(f"{hub.url}/api/v1/agent", headers={"Authorization": f"Bearer {TOKEN}"})


@contextmanager
def log_line(words: str) -> Iterator[asyncio.Event]:
    """Set once the hub has logged such a line."""
    seen = asyncio.Event()

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if words in record.getMessage():
                seen.set()

    watch = Watch()
    logger = logging.getLogger("cti_client.hub")
    logger.addHandler(watch)
    try:
        yield seen
    finally:
        logger.removeHandler(watch)


@contextmanager
def deaf_desktop(hub: RunningHub) -> Iterator[socket.socket]:
    """A desktop that says Hello and never reads again."""
    parts = urlsplit(hub.url)
    hello = encode(Hello(wire_least=1, wire_most=1))
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect((parts.hostname, parts.port))
        deaf.sendall(
            b"GET /api/v1/agent HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Authorization: Bearer "
            + TOKEN.encode()
            + b"\r\n\r\n"
            + bytes((0x81, 0x80 | len(hello), 0, 0, 0, 0))
            + hello
        )
        deaf.setblocking(False)
        yield deaf


async def end_of(deaf: socket.socket) -> int:
    """How many bytes had been on their way when the link was cut."""
    loop = asyncio.get_running_loop()
    taken = 0
    async with asyncio.timeout(PATIENCE_S):
        try:
            while piece := await loop.sock_recv(deaf, 65_536):
                taken += len(piece)
        except ConnectionResetError:
            pass
    return taken
