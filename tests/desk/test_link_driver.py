"""Sockets and timers of the link, against a server that follows a script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import WSCloseCode, WSMsgType, web

from cti_client.desk import link as machine
from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.link import Phase
from cti_client.desk.link_driver import LinkDriver
from cti_client.desk.views import LinkStatus
from cti_client.wire.codec import decode_hello, encode
from cti_client.wire.frames import Goodbye, Hello, HubFrame, Records, Snapshot, Welcome
from cti_client.wire.records import Record

Script = Callable[[web.WebSocketResponse], Awaitable[None]]
WELCOME = Welcome(wire=1, hub_id="hub-1", agent_id=7, agent_name="Anna", now=0)


async def say(ws: web.WebSocketResponse, *frames: HubFrame) -> None:
    for frame in frames:
        await ws.send_str(encode(frame).decode())


async def stay(ws: web.WebSocketResponse) -> None:
    async for _ in ws:
        pass


@dataclass
class Scene:
    """A server that plays one script after the other (the last one for ever), and the driver that meets it."""

    scripts: list[Script]
    hellos: list[Hello] = field(default_factory=list)
    outputs: list[machine.Output] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    time: float = 0.0
    driver: LinkDriver = field(init=False)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self.hellos.append(decode_hello((await ws.receive()).data))
        script = self.scripts[0] if len(self.scripts) == 1 else self.scripts.pop(0)
        await script(ws)
        await ws.close()
        return ws

    def note_change(self) -> None:
        self.phases.append(self.driver.link.phase)
        self.changed.set()

    async def until(self, what: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not what():
                await self.changed.wait()
                self.changed.clear()

    async def live(self) -> None:
        await self.until(lambda: self.driver.link.phase is Phase.LIVE)


@asynccontextmanager
async def meeting(*scripts: Script, live_at_end: bool = True) -> AsyncIterator[Scene]:
    scene = Scene(list(scripts))
    app = web.Application()
    app.router.add_get("/api/v1/agent", scene.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = HubClient(HubAccess(f"http://127.0.0.1:{runner.addresses[0][1]}", "t"))
    scene.driver = LinkDriver(client, scene.outputs.append, scene.note_change, random=lambda: 0.0)
    running = asyncio.create_task(scene.driver.run())
    try:
        yield scene
        if live_at_end:
            await scene.live()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.close()
        await runner.cleanup()
    assert scene.driver.link.phase is Phase.CLOSED


async def good(ws: web.WebSocketResponse) -> None:
    await say(ws, WELCOME, Snapshot(seq=3))
    await stay(ws)


async def test_what_the_hub_says_comes_through_in_order() -> None:
    news = Records(records=(Record(seq=4, kind="offer", id=1, removed=True),))

    async def talk(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME, Snapshot(seq=3), news)
        await stay(ws)

    async with meeting(talk) as scene:
        await scene.until(lambda: len(scene.outputs) == 3)

    assert scene.outputs == [machine.Welcomed(WELCOME), machine.Replace(Snapshot(seq=3)), machine.Apply(news)]
    assert scene.hellos == [Hello(wire_least=1, wire_most=1)]


async def hang_up(ws: web.WebSocketResponse) -> None:
    await say(ws, WELCOME)


async def speak_binary(ws: web.WebSocketResponse) -> None:
    await ws.send_bytes(encode(WELCOME))
    await stay(ws)


async def talk_nonsense(ws: web.WebSocketResponse) -> None:
    await ws.send_str("nonsense")
    await stay(ws)


async def leave_out(ws: web.WebSocketResponse) -> None:
    await ws.send_str('{"t":"welcome","wire":1}')
    await stay(ws)


async def close_with_a_code(ws: web.WebSocketResponse) -> None:
    await ws.close(code=WSCloseCode.INTERNAL_ERROR)


async def abort(ws: web.WebSocketResponse) -> None:
    writer = ws._writer
    assert writer is not None
    assert writer.transport is not None
    writer.transport.abort()


@pytest.mark.parametrize("bad", [hang_up, speak_binary, talk_nonsense, leave_out, close_with_a_code, abort])
async def test_whatever_goes_wrong_on_the_wire_the_next_attempt_is_made(bad: Script) -> None:
    async with meeting(bad, good) as scene:
        await scene.live()

    assert len(scene.hellos) == 2
    assert Phase.PAUSED in scene.phases


async def test_another_hub_of_the_team_goes_on_where_the_first_one_ended() -> None:
    """A load balancer may lead to any of them: numbers belong to the hub id that they share."""
    news = Records(records=(Record(seq=4, kind="offer", id=1, removed=True),))

    async def leave_for_a_restart(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME, Snapshot(seq=3), Goodbye(reason="shutdown", text="The hub is stopping."))
        await stay(ws)

    async def go_on(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME, news)
        await stay(ws)

    async with meeting(leave_for_a_restart, go_on) as scene:
        await scene.until(lambda: machine.Apply(news) in scene.outputs)

    assert scene.hellos == [
        Hello(wire_least=1, wire_most=1),
        Hello(wire_least=1, wire_most=1, hub_id="hub-1", last_seq=3),
    ]
    assert [one for one in scene.outputs if isinstance(one, machine.Replace)] == [machine.Replace(Snapshot(seq=3))]


async def test_frames_of_a_later_version_are_passed_over() -> None:
    async def later(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME)
        await ws.send_str('{"t":"typing","who":["Bo"]}')
        await say(ws, Snapshot(seq=3))
        await stay(ws)

    async with meeting(later) as scene:
        await scene.live()

    assert len(scene.hellos) == 1


async def test_a_hub_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "GREET_LIMIT", 50)

    async with meeting(stay, good) as scene:
        await scene.live()

    assert len(scene.hellos) == 2


async def test_a_server_that_accepts_and_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OPEN_LIMIT", 50)
    served = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    client = HubClient(HubAccess(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "t"))
    paused = asyncio.Event()

    def note() -> None:
        if driver.link.phase is Phase.PAUSED:
            paused.set()

    driver = LinkDriver(client, lambda _: None, note)
    running = asyncio.create_task(driver.run())
    async with asyncio.timeout(10):
        await paused.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await client.close()
    server.close()
    await server.wait_closed()
    assert served.is_set()


async def test_a_nudge_ends_a_pause_and_a_retry_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FIRST_PAUSE", 10**9)
    monkeypatch.setattr(machine, "LONGEST_PAUSE", 10**9)

    async def replace(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME, Snapshot(seq=3), Goodbye(reason="replaced", text="Elsewhere."))

    async with meeting(hang_up, replace, good) as scene:
        await scene.until(lambda: scene.driver.link.phase is Phase.PAUSED)
        scene.driver.nudge()
        await scene.until(lambda: scene.driver.link.phase is Phase.REFUSED)
        assert scene.driver.link.status is LinkStatus.REFUSED
        scene.driver.nudge()
        assert scene.driver.link.phase is Phase.REFUSED
        scene.driver.retry()
        await scene.live()

    assert [hello.last_seq for hello in scene.hellos] == [0, 0, 3]
    assert machine.PushedOut("Elsewhere.") in scene.outputs


async def test_a_resume_says_where_and_is_live_at_once() -> None:
    async def once(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME, Snapshot(seq=3))

    async def greet(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME)
        await stay(ws)

    async with meeting(once, greet) as scene:
        await scene.until(lambda: len(scene.hellos) == 2)
        await scene.live()

    assert scene.hellos[1] == Hello(wire_least=1, wire_most=1, hub_id="hub-1", last_seq=3)


async def test_ending_says_a_close_to_the_hub() -> None:
    ends: asyncio.Queue[WSMsgType] = asyncio.Queue()

    async def watch(ws: web.WebSocketResponse) -> None:
        await say(ws, WELCOME, Snapshot(seq=3))
        ends.put_nowait((await ws.receive()).type)

    async with meeting(watch) as scene:
        await scene.live()

    assert ends.get_nowait() is WSMsgType.CLOSE
