"""A process of its own that plays the phone network: posts texts at a steady rate and says when each one left.

`python -m bench.sender URL KIND RATE COUNT` writes one JSON list of `[id, monotonic seconds when sent, seconds until answered]`. `KIND` is
`floor` or `hub`. The rate is kept open loop: a slow answer does not slow the next text down. Monotonic time is the
machine's, so the receiver in another process can subtract.
"""

import asyncio
import json
import sys
import time

import aiohttp


def body(kind: str, number: int) -> dict[str, object]:
    """One first text of a customer never seen before."""
    common: dict[str, object] = {"id": f"b{number}", "from": f"+1555{number:07d}", "to": "+18005550100"}
    text = f"Hello, where is my parcel number {number}?"
    return {**common, "text": text, "now": time.time_ns() // 1_000_000} if kind == "floor" else {**common, "text": text}


async def send(url: str, kind: str, rate: float, count: int, first: int) -> list[tuple[str, float, float]]:
    """Post `count` texts, `rate` a second."""
    sent: list[tuple[str, float, float]] = []
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(number: int) -> None:
            began = time.monotonic()
            async with session.post(url, json=body(kind, number)) as answer:
                if answer.status >= 300:
                    raise RuntimeError(f"text {number} was not taken: HTTP {answer.status}")
                await answer.read()
            sent.append((f"+1555{number:07d}", began, time.monotonic() - began))

        start = time.monotonic() + 0.1
        async with asyncio.TaskGroup() as group:
            for index in range(count):
                await asyncio.sleep(max(0.0, start + index / rate - time.monotonic()))
                group.create_task(one(first + index))
    return sent


def main() -> None:
    """Run from the command line."""
    url, kind, rate, count, first = sys.argv[1:6]
    print(json.dumps(asyncio.run(send(url, kind, float(rate), int(count), int(first)))))


if __name__ == "__main__":
    main()
