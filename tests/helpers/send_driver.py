"""A desktop's sending half as a process of its own, to be killed: `python -m tests.helpers.send_driver URL DB KEY`.

Sends the texts that come line by line on standard input, and prints `kept TEXT` once each is on disk and `idle` once
nothing is unsent. Ends when standard input does and nothing is unsent.
"""

import asyncio
import sys
import time
from pathlib import Path

from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.pending_sends import PendingSends
from cti_client.desk.tasks import TaskOwner
from cti_client.wire.api import Send
from cti_client.wire.records import Message


def _fail(name: str, error: BaseException) -> None:
    raise SystemExit(f"{name}: {error!r}")


async def main(url: str, database: str, key: str) -> None:
    client = HubClient(HubAccess(url, "token"))
    tasks = TaskOwner("driver", _fail)
    empty = asyncio.Event()

    async def post(send: Send) -> Message:
        return await client.call("POST", "/messages", Message, send)

    async def short_rest(_: float) -> None:
        await asyncio.sleep(0.02)

    def changed(_: int) -> None:
        if pending.unsent:
            empty.clear()
        else:
            empty.set()

    pending = PendingSends(
        tasks,
        post,
        lambda: time.time_ns() // 1_000_000,
        on_change=changed,
        on_sent=lambda _: None,
        on_unreadable=lambda n: _fail("unreadable", ValueError(n)),
        sleep=short_rest,
    )
    await pending.open(Path(database), (key.encode(),))
    pending.use("hub-1", 7)
    pending.set_live(True)
    await pending.load_draft(1)
    if not pending.unsent:
        empty.set()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        text = line.strip()
        empty.clear()
        await pending.send(12, 1, text)
        sys.stdout.write(f"kept {text}\n")
        sys.stdout.flush()
    while pending.unsent:
        await empty.wait()
    sys.stdout.write("idle\n")
    sys.stdout.flush()
    await tasks.close()
    await pending.close()
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
