"""The way to the hubs: balanced, cut, and silent without a word."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from chaos.proxy import Proxy
from tests.helpers.kannel import free_ports

PATIENCE_S = 20.0


class Hub:
    """Says its name and then what it hears. Notes the ends of its connections."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.heard = b""
        self.taken = 0
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        writer.write(self.name)
        try:
            while data := await reader.read(100):
                self.heard += data
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            self.ended.set()
            writer.close()


@asynccontextmanager
async def served(hub: Hub) -> AsyncIterator[int]:
    server = await asyncio.start_server(hub.serve, "127.0.0.1")
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def proxied(*ports: int) -> AsyncIterator[tuple[Proxy, Callable[[], "asyncio.Future[Connection]"]]]:
    failures: list[str] = []
    proxy = Proxy(ports, random.Random(1), lambda name, error: failures.append(f"{name}: {error!r}"))
    port = int((await proxy.start()).rpartition(":")[2])
    ends: list[asyncio.StreamWriter] = []

    async def connect() -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ends.append(writer)
        return reader, writer

    async with asyncio.timeout(PATIENCE_S):
        try:
            yield proxy, lambda: asyncio.ensure_future(connect())
        finally:
            await proxy.close()
            for end in ends:
                end.close()
            await asyncio.gather(*(end.wait_closed() for end in ends), return_exceptions=True)
    assert failures == []


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def test_connections_go_to_the_hubs_in_turn_and_carry_both_ways() -> None:
    one, two = Hub(b"1"), Hub(b"2")
    async with served(one) as first, served(two) as second, proxied(first, second) as (_, connect):
        names = set()
        for _ in range(2):
            reader, writer = await connect()
            writer.write(b"x")
            names.add(await reader.readexactly(2))
        assert names == {b"1x", b"2x"}


async def test_a_hub_that_is_down_is_passed_over() -> None:
    hub = Hub(b"1")
    async with served(hub) as port, proxied(free_ports(1)[0], port) as (_, connect):
        for _ in range(2):
            reader, _writer = await connect()
            assert await reader.readexactly(1) == b"1"


async def test_without_any_hub_the_connection_ends() -> None:
    async with proxied(free_ports(1)[0]) as (_, connect):
        reader, _writer = await connect()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)


async def test_the_end_of_one_side_ends_the_other() -> None:
    hub = Hub(b"1")
    async with served(hub) as port, proxied(port) as (_, connect):
        reader, writer = await connect()
        await reader.readexactly(1)
        writer.close()
        await hub.ended.wait()


async def test_a_cut_ends_both_sides() -> None:
    hub = Hub(b"1")
    async with served(hub) as port, proxied(port) as (proxy, connect):
        reader, _writer = await connect()
        await reader.readexactly(1)
        assert proxy.cut(1.0) == 1
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        await hub.ended.wait()


async def test_a_frozen_connection_carries_nothing_and_tells_nobody() -> None:
    hub = Hub(b"1")
    async with served(hub) as port, proxied(port) as (proxy, connect):
        reader, writer = await connect()
        await reader.readexactly(1)
        assert proxy.freeze(1.0) == 1
        writer.write(b"lost")
        writer.close()
        await writer.wait_closed()
        other, more = await connect()  # later than all of that
        more.write(b"here")
        assert await other.readexactly(5) == b"1here"
        assert (hub.heard, hub.ended.is_set()) == (b"here", False)
