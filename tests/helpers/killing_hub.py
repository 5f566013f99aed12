"""A hub in a process of its own that ends itself with SIGKILL before or after one of its commits.

`before`: the transaction has run and is not committed. `after`: it is committed and nobody has been told.
"""

import asyncio
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from cti_client.hub import bootstrap
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import Tx
from cti_client.telephony.sms.connection import ConnectionSettings
from tests.helpers.killing import die

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


async def serve(config: HubConfig, ahead: int, ready: Connection) -> None:
    hub = bootstrap.Hub(config, clock=lambda: time.time_ns() // 1_000_000 + ahead)
    await hub.start()
    ready.send(None)
    ready.close()
    await asyncio.Event().wait()


def run(database: Path, port: int, sendsms: str, ahead: int, kill: str, ready: Connection) -> None:
    """The whole life of the process. `ready` is told once it serves; `kill`: `before:FUNCTION` or `after:FUNCTION`."""
    if kill:
        KillingStore.when, KillingStore.name = kill.split(":")
        setattr(bootstrap, "SqliteStore", KillingStore)  # noqa: B010  the one seam this process exists for
    asyncio.run(serve(settings(database, port, sendsms), ahead, ready))
