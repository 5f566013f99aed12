"""A hub in a process of its own that ends itself with SIGKILL before or after one of its commits.

`before`: the transaction has run and is not committed. `after`: it is committed and nobody has been told.
"""

import asyncio
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from cti_client.hub import bootstrap
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.store.open import make_store
from cti_client.hub.store.store import OwnedStore, Tx
from cti_client.telephony.sms.connection import ConnectionSettings
from tests.helpers.killing import die

P = ParamSpec("P")
R = TypeVar("R")

TOKEN = "token-of-anna-in-tests"
LINE = "+15550100"
KEY = "gateway-key"


def settings(database: Path | str, port: int, sendsms: str) -> HubConfig:
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


class KillingStore:
    """A store that dies at one commit: `kill` says `before:FUNCTION` or `after:FUNCTION`."""

    def __init__(self, store: OwnedStore, kill: str) -> None:
        self._store = store
        self._when, _, self._name = kill.partition(":")

    async def open(self) -> None:
        await self._store.open()

    async def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._store.read(fn, *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        if fn.__name__ != self._name:
            return await self._store.write(fn, *args, **kwargs)
        if self._when == "after":
            await self._store.write(fn, *args, **kwargs)
            die()

        def run_and_die(tx: Tx, *inner: Any, **named: Any) -> R:
            fn(tx, *inner, **named)
            die()
            raise AssertionError("still alive")

        return await self._store.write(run_and_die, *args, **kwargs)


async def serve(config: HubConfig, ahead: int, ready: Pipe) -> None:
    hub = bootstrap.Hub(config, clock=lambda: time.time_ns() // 1_000_000 + ahead)
    await hub.start()
    ready.send(None)
    ready.close()
    await asyncio.Event().wait()


def run(database: Path | str, port: int, sendsms: str, ahead: int, kill: str, ready: Pipe) -> None:
    """The whole life of the process. `ready` is told once it serves; `kill`: `before:FUNCTION` or `after:FUNCTION`."""
    if kill:

        def make_killing_store(*of: Any) -> KillingStore:
            return KillingStore(make_store(*of), kill)

        setattr(bootstrap, "make_store", make_killing_store)  # noqa: B010  the one seam this process exists for
    asyncio.run(serve(settings(database, port, sendsms), ahead, ready))
