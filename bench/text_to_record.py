"""From a text's POST to the record at a desktop's socket, ours beside the floor, in one run.

Both servers are processes beside the receiving one, as the desktop's own hub is. Texts come from a third process at a steady
rate, every one from a new customer, so every one makes a thread, a contact, an interaction and an offer.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import aiohttp

from bench.figures import Figure, percentile
from bench.floor import FloorProcess
from cti_client.demo.settings import simulated
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import paths_in
from cti_client.wire import codec, frames, records

RATES = (20, 100)
SECONDS = 8


async def run_sender(url: str, kind: str, rate: float, count: int, first: int) -> dict[str, float]:
    """Start the sending process; monotonic seconds at which each number's text left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.sender",
        url,
        kind,
        str(rate),
        str(count),
        str(first),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError("the sender failed")
    return {sender: began for sender, began, _ in json.loads(out)}


async def _receive(
    url: str, token: str, hello: bytes | None, read: Callable[[str], list[str]], arrived: dict[str, float]
) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.ws_connect(url, headers=headers, compress=0) as socket:
        if hello is not None:
            await socket.send_str(hello.decode())
        async for message in socket:
            now = time.monotonic()
            for number in read(message.data):
                arrived.setdefault(number, now)


def _read_floor(data: str) -> list[str]:
    return [json.loads(data)["body"]["address"]]


def _read_hub(data: str) -> list[str]:
    frame = codec.decode_hub_frame(data)
    if not isinstance(frame, frames.Records):
        return []
    bodies = (codec.decode_body(record) for record in frame.records)
    return [body.address for body in bodies if isinstance(body, records.Offer)]


async def _one(kind: str, post: str, socket: str, token: str, rate: int, first: int) -> list[float]:
    arrived: dict[str, float] = {}
    hello = codec.encode(frames.Hello(wire_least=1, wire_most=1, client="bench")) if kind == "hub" else None
    read = _read_hub if kind == "hub" else _read_floor
    receiver = asyncio.create_task(_receive(socket, token, hello, read, arrived))
    await asyncio.sleep(0.5)
    count = rate * SECONDS
    sent = await run_sender(post, kind, rate, count, first)
    end = time.monotonic() + 10
    while len(arrived) < count and time.monotonic() < end:
        await asyncio.sleep(0.05)
    receiver.cancel()
    if len(arrived) < count:
        raise RuntimeError(f"{kind}: {count - len(arrived)} of {count} texts did not arrive")
    warm = list(sent)[rate:]  # the first second warms caches up
    return [(arrived[number] - sent[number]) * 1000 for number in warm]


async def measure() -> list[Figure]:
    """p50 and p99 at each rate, and the ratio of the p99 to the floor's."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        floor = FloorProcess(Path(folder))
        floor_port = floor.start()
        paths = paths_in(Path(folder) / "hub")
        paths.make()
        hub = OwnHub(partial(simulated, paths, offer_seconds=3600), "Bench")
        url, token = await asyncio.to_thread(hub.start)
        try:
            for turn, rate in enumerate(RATES):
                first = (turn + 1) * 100_000
                base = f"127.0.0.1:{floor_port}"
                least = await _one("floor", f"http://{base}/text", f"ws://{base}/socket", "", rate, first)
                post = f"{url}/gateway/simulator/handset/texts"
                socket = f"{url}/api/v1/agent".replace("http", "ws", 1)
                ours = await _one("hub", post, socket, token, rate, first)
                ratio = percentile(ours, 0.99) / percentile(least, 0.99)
                figures += [
                    Figure(f"text to record, floor, {rate}/s, p50", percentile(least, 0.5), "ms"),
                    Figure(f"text to record, floor, {rate}/s, p99", percentile(least, 0.99), "ms"),
                    Figure(f"text to record, {rate}/s, p50", percentile(ours, 0.5), "ms"),
                    Figure(f"text to record, {rate}/s, p99", percentile(ours, 0.99), "ms"),
                    Figure(f"text to record, {rate}/s, p99 over the floor's", ratio, "x", "at most 2x", ratio <= 2),
                ]
        finally:
            await asyncio.to_thread(hub.stop)
            floor.stop()
    return figures
