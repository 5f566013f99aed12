"""A hub in a process of its own that ends itself with SIGKILL before or after one of its commits.

`python -m tests.helpers.killing_hub DATABASE PORT SENDSMS_URL CLOCK_AHEAD_MS [before|after:FUNCTION]` prints `ready`
once it serves.
`before`: the transaction has run and is not committed. `after`: it is committed and nobody has been told.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from cti_client.hub import bootstrap
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import Tx
from cti_client.telephony.sms.connection import ConnectionSettings

P = ParamSpec("P")
R = TypeVar("R")

TOKEN = "token-of-anna-in-tests"
LINE = "+15550100"
KEY = "gateway-key"


def settings(database: Path, port: int, sendsms: str) -> HubConfig:
    """One line over Kannel's interface."""
    gateway = ConnectionSettings(
        id="k",
        kind="kannel",
        name="Kannel",
        public_url=f"http://127.0.0.1:{port}",
        secret=KEY,
        options={"url": sendsms, "username": "u", "password": "p", "answer_seconds": "5"},
    )
    return HubConfig(
        database=database,
        port=port,
        connections=(ConnectionConfig(settings=gateway, test_seconds=0),),
        lines=(LineConfig(address=LINE, name="Support", connection="k", offer_seconds=3600),),
        agents=(AgentConfig(name="Anna", token=TOKEN),),
    )


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KillingStore(SqliteStore):
    """Dies at one commit; `when` and `name` say which."""

    when = ""
    name = ""

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        if fn.__name__ != self.name:
            return await super().write(fn, *args, **kwargs)
        if self.when == "after":
            await super().write(fn, *args, **kwargs)
            die()

        def run_and_die(tx: Tx, *inner: Any, **named: Any) -> R:
            fn(tx, *inner, **named)
            die()
            raise AssertionError("still alive")

        return await super().write(run_and_die, *args, **kwargs)


async def serve(config: HubConfig, ahead: int) -> None:
    hub = bootstrap.Hub(config, clock=lambda: time.time_ns() // 1_000_000 + ahead)
    await hub.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    database, port, sendsms, ahead, *kill = sys.argv[1:]
    if kill:
        KillingStore.when, KillingStore.name = kill[0].split(":")
        bootstrap.SqliteStore = KillingStore  # type: ignore[misc]  # the one seam this process exists for
    asyncio.run(serve(settings(Path(database), int(port), sendsms), int(ahead)))


if __name__ == "__main__":
    main()
