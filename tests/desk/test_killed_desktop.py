"""A desktop that is killed while it sends: nothing lost, nothing twice, counted at the hub (H1)."""

import asyncio
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.wire.api import Problem, Send
from cti_client.wire.codec import decode, encode
from tests.helpers.posting_hub import Gate, PostingHub

ROOT = Path(__file__).parents[2]


@dataclass
class Scene:
    hub: PostingHub
    url: str
    database: Path
    key: str

    async def desktop(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.helpers.send_driver", self.url, str(self.database), self.key,
            cwd=ROOT, stdin=PIPE, stdout=PIPE,
        )  # fmt: skip

    async def finish(self) -> None:
        """The desktop is started once more and left alone until nothing is unsent."""
        process = await self.desktop()
        async with asyncio.timeout(30):
            out, _ = await process.communicate(b"")  # ends its standard input
        assert (process.returncode, out) == (0, b"idle\n")


async def say(process: Process, *texts: str) -> None:
    assert process.stdin is not None
    process.stdin.write("".join(f"{text}\n" for text in texts).encode())
    await process.stdin.drain()


async def kept(process: Process, count: int) -> list[str]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return [(await process.stdout.readline()).decode().split()[1] for _ in range(count)]


async def kill(process: Process) -> list[str]:
    """Returns what it had said to be kept and was not read yet."""
    process.kill()
    out, _ = await process.communicate()
    return [line.split()[1] for line in out.decode().splitlines() if line.startswith("kept ") and len(line) == 10]


@asynccontextmanager
async def serving(hub: PostingHub) -> AsyncIterator[str]:
    async def messages(request: web.Request) -> web.Response:
        try:
            message = await hub.post(decode(await request.read(), Send))
        except HubRefusedError as error:
            return web.Response(status=409, body=encode(error.problem))
        except HubAwayError:
            return web.Response(status=503, body=encode(Problem(code="unavailable", text="Not now.")))
        return web.Response(body=encode(message))

    app = web.Application()
    app.router.add_post("/api/v1/messages", messages)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    hub = PostingHub(lambda: time.time_ns() // 1_000_000)
    async with serving(hub) as url:
        yield Scene(hub, url, tmp_path / "desk.db", Fernet.generate_key().decode())


async def test_killed_before_the_hub_has_stored_it(scene: Scene) -> None:
    gate = Gate()
    scene.hub.before = gate
    process = await scene.desktop()
    await say(process, "text1")
    await kept(process, 1)
    await scene.hub.posted(1)
    await kill(process)
    assert scene.hub.texts == []
    scene.hub.before = PostingHub(scene.hub.now).before

    await scene.finish()

    gate.open.set()  # the request of the killed process arrives after all
    assert scene.hub.texts == ["text1"]


async def test_killed_after_the_hub_has_stored_it_and_before_the_answer(scene: Scene) -> None:
    gate = Gate()
    scene.hub.after = gate
    process = await scene.desktop()
    await say(process, "text1", "text2")
    await kept(process, 2)
    await scene.hub.posted(1)
    await kill(process)
    assert scene.hub.texts == ["text1"]
    gate.open.set()

    await scene.finish()

    assert scene.hub.texts == ["text1", "text2"]
    assert [post.text for post in scene.hub.posts] == ["text1", "text1", "text2"]


async def test_killed_while_the_hub_is_away(scene: Scene) -> None:
    async def away(_: Send) -> None:
        raise HubAwayError

    scene.hub.before = away
    process = await scene.desktop()
    await say(process, "text1", "text2", "text3")
    await kept(process, 3)
    await kill(process)
    scene.hub.before = PostingHub(scene.hub.now).before

    await scene.finish()

    assert scene.hub.texts == ["text1", "text2", "text3"]


@pytest.mark.parametrize("seed", range(4))
async def test_killed_at_any_moment(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)

    async def stumble(_: Send) -> None:
        if chance.random() < 0.3:
            raise HubAwayError

    scene.hub.before = scene.hub.after = stumble
    texts = [f"1{number:04}" for number in range(60)]
    more = [f"2{number:04}" for number in range(20)]
    process = await scene.desktop()
    await say(process, *texts)
    known = await kept(process, chance.randrange(1, 40))
    known += await kill(process)
    again = await scene.desktop()
    await say(again, *more)
    await scene.hub.posted(len(scene.hub.posts) + chance.randrange(1, 20))
    known_later = await kill(again)

    await scene.finish()

    arrived = [text for text in scene.hub.texts if text in texts]
    arrived_later = scene.hub.texts[len(arrived) :]
    assert arrived == texts[: len(arrived)]  # each once, in order, none left out
    assert arrived_later == more[: len(arrived_later)]
    assert len(arrived) >= len(known) > 0
    assert len(arrived_later) >= len(known_later)
