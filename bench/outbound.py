"""Texts through to a gateway that speaks Kannel's sendsms in a process of its own, ours beside the floor, in one run.

How many a second: a full outbox, from the first arrival at the gateway to the last. How long one takes: from the desktop's
POST to the arrival, twenty a second. The floor is a bare aiohttp client that calls the same gateway as often at once.
"""

import asyncio
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bench.figures import Figure, percentile
from bench.seed import seed_thread
from cti_client.hub.bus import Bus
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.own_hub import OwnHub
from cti_client.hub.services.cases import new_case
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.gate import Way, clear
from cti_client.hub.services.lines import line_by_id
from cti_client.hub.services.outgoing import queue_text
from cti_client.hub.store import tables as t
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import Tx
from cti_client.hub.store.upsert import insert_row
from cti_client.telephony.sms.connection import ConnectionSettings
from cti_client.telephony.sms.registry import system_clock
from cti_client.wire import api, codec

QUEUED = 1_000
AT_ONCE = 16
RATE = 20
SECONDS = 8

Arrivals = dict[str, float]


@asynccontextmanager
async def running_gateway() -> AsyncIterator[str]:
    """The gateway's address while it runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.gateway", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        await process.wait()


async def arrivals(session: aiohttp.ClientSession, gateway: str, count: int) -> Arrivals:
    """The next `count` texts that come to the gateway."""
    came: Arrivals = {}
    async with asyncio.timeout(120):
        while len(came) < count:
            await asyncio.sleep(0.2)
            async with session.get(f"{gateway}/arrivals") as answer:
                came |= await answer.json()
    return came


def per_second(came: Arrivals) -> float:
    """The rate between the first and the last."""
    return (len(came) - 1) / (max(came.values()) - min(came.values()))


async def steadily(send: Callable[[int], Awaitable[str]]) -> Arrivals:
    """Call `send` twenty times a second, however long one takes; when each text was handed over."""
    began: Arrivals = {}

    async def one(number: int) -> None:
        now = time.monotonic()
        began[await send(number)] = now

    start = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, start + number / RATE - time.monotonic()))
            group.create_task(one(number))
    return began


async def floor(session: aiohttp.ClientSession, gateway: str) -> tuple[float, list[float]]:
    """Texts a second, and milliseconds until the gateway has one."""
    url = f"{gateway}/cgi-bin/sendsms"
    numbers = iter(range(QUEUED))

    async def call(text: str) -> str:
        query = {"username": "bench", "password": "bench", "from": "+18005550100", "to": "+15550000001", "text": text}
        async with session.get(url, params=query) as answer:
            await answer.read()
        return text

    async def caller() -> None:
        for number in numbers:
            await call(f"Queued {number}")

    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    rate = per_second(await arrivals(session, gateway, QUEUED))
    began = await steadily(lambda number: call(f"Sent {number}"))
    return rate, delays(began, await arrivals(session, gateway, len(began)))


def delays(began: Arrivals, came: Arrivals) -> list[float]:
    """Milliseconds, without the first second's texts."""
    return [(came[text] - at) * 1000 for text, at in list(began.items())[RATE:]]


def configuration(folder: Path, gateway: str) -> HubConfig:
    """A hub with one line on that gateway."""
    options = {"url": f"{gateway}/cgi-bin/sendsms", "username": "bench", "password": "bench"}
    settings = ConnectionSettings(id="kannel", kind="kannel", name="Kannel", secret="bench", options=options)
    line = LineConfig(address="+18005550100", name="Bench", connection="kannel", offer_seconds=20)
    return HubConfig(
        database=folder / "hub.db",
        connections=(ConnectionConfig(settings=settings),),
        lines=(line,),
        agents=(AgentConfig(name="Bench", token="set anew at each start"),),
    )


def open_chats(tx: Tx, count: int) -> list[int]:
    """Chats with so many customers, held by the one agent."""
    agent_id = tx.conn.execute(select(t.agent.c.id)).scalar_one()
    line_id = tx.conn.execute(select(t.line.c.id)).scalar_one()
    chats = []
    for number in range(count):
        thread_id = seed_thread(tx, f"+1555{number:07d}", f"Customer {number}", line_id)
        case_id = new_case(tx, thread_id, None, agent_id)
        held = {"state": "open", "direction": "in", "agent_id": agent_id, "case_id": case_id, "accepted_at": tx.now}
        values = {"thread_id": thread_id, "line_id": line_id, "started_at": tx.now, **held}
        chats.append(insert_row(tx.conn, t.interaction, values))
    return chats


def queue_all(tx: Tx, chats: list[int]) -> None:
    """A text for each of these chats."""
    for number, chat_id in enumerate(chats):
        chat = tx.conn.execute(select(t.interaction).where(t.interaction.c.id == chat_id)).one()
        line = line_by_id(tx.conn, chat.line_id)
        assert line is not None
        customer = tx.conn.execute(select(t.thread).where(t.thread.c.id == chat.thread_id)).one()
        cleared = clear(tx, Way.AGENT_SEND, customer, line, f"Queued {number}")
        queue_text(tx, cleared, interaction_id=chat_id)


async def ours(session: aiohttp.ClientSession, gateway: str, folder: Path) -> tuple[float, list[float]]:
    """Texts a second, and milliseconds until the gateway has one."""
    config = configuration(folder, gateway)
    store = SqliteStore(Path(config.database), system_clock, Bus())
    await store.open()
    await store.write(apply_configuration, config)
    chats = await store.write(open_chats, QUEUED)
    await store.write(queue_all, chats)
    await store.close()
    hub = OwnHub(partial(configuration, folder, gateway), "Bench")
    url, token = await asyncio.to_thread(hub.start)
    try:
        rate = per_second(await arrivals(session, gateway, QUEUED))
        headers = {"Authorization": f"Bearer {token}"}

        async def send(number: int) -> str:
            text = f"Sent {number}"
            body = api.Send(
                client_id=str(uuid.uuid4()), interaction_id=chats[number], text=text, composed_at=system_clock()
            )
            async with session.post(f"{url}/api/v1/messages", data=codec.encode(body), headers=headers) as answer:
                if answer.status != 200:
                    raise RuntimeError(f"a text was refused: HTTP {answer.status} {await answer.text()}")
                await answer.read()
            return text

        began = await steadily(send)
        return rate, delays(began, await arrivals(session, gateway, len(began)))
    finally:
        await asyncio.to_thread(hub.stop)


async def measure() -> list[Figure]:
    """Texts a second through to the gateway, and how long one takes."""
    with tempfile.TemporaryDirectory() as folder:
        async with aiohttp.ClientSession() as session, running_gateway() as gateway:
            least_rate, least = await floor(session, gateway)
            our_rate, our = await ours(session, gateway, Path(folder))
    return [
        Figure("texts to the gateway, floor (bare client)", least_rate, "/s"),
        Figure("texts to the gateway, full outbox", our_rate, "/s"),
        Figure("text to the gateway, floor, p50", percentile(least, 0.5), "ms"),
        Figure("send to the gateway, 20/s, p50", percentile(our, 0.5), "ms"),
        Figure("send to the gateway, 20/s, p99", percentile(our, 0.99), "ms"),
    ]
