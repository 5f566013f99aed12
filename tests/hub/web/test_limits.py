"""Slow, oversized and malformed callers: cut or refused, with nobody else disturbed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cti_client.hub.config import ConfigError, HubConfig, Limits
from cti_client.hub.web.server import WebServer
from tests.helpers.running_hub import TOKEN, RunningHub, running_hub, web_lines

PATIENCE_S = 10.0
SLOW = Limits(header_seconds=0.3, body_seconds=0.2)


@asynccontextmanager
async def raw(hub: RunningHub) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(hub.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def answer_to(hub: RunningHub, *pieces: bytes) -> bytes:
    """Everything the hub says until it closes the connection."""
    async with asyncio.timeout(PATIENCE_S), raw(hub) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await reader.read()


async def test_a_connection_that_says_nothing_is_cut(tmp_path: Path) -> None:
    async with running_hub(tmp_path, limits=SLOW) as hub:
        assert await answer_to(hub) == b""
        assert await hub.text_in("still served") == 200


async def test_a_header_that_never_ends_is_cut_however_busily_it_drips(tmp_path: Path) -> None:
    async with running_hub(tmp_path, limits=SLOW) as hub, asyncio.timeout(PATIENCE_S), raw(hub) as (reader, writer):
        writer.write(b"POST /gateway/fake/in HTTP/1.1\r\nHost: x\r\n")
        ended = asyncio.create_task(reader.read())
        lines = 0
        while not ended.done():
            writer.write(b"X-%d: y\r\n" % lines)
            lines += 1
            await asyncio.wait({ended}, timeout=0.02)
        # what was still on its way when the hub closed may turn the end into a reset
        assert isinstance(ended.exception(), ConnectionResetError) or ended.result() == b""
        assert await hub.text_in("still served") == 200


async def test_a_body_that_comes_too_slowly_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running_hub(tmp_path, limits=SLOW) as hub:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            head = b"POST /gateway/fake/in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
            answer = await answer_to(hub, head, b'{"id": "Secret words')
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert len(web_lines(caplog)) == 1
        assert "Secret words" not in caplog.text
        assert hub.gateway.calls == []


async def test_a_chunked_body_past_the_limit_is_refused(tmp_path: Path) -> None:
    async with running_hub(tmp_path, limits=Limits(webhook_bytes=1_000)) as hub:

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 100

        async with hub.http.post(f"{hub.url}/gateway/fake/in", data=chunks()) as answer:
            assert answer.status == 413
        assert hub.gateway.calls == []


@pytest.mark.parametrize("size", [65_536, 65_537])
async def test_the_limit_is_exact(tmp_path: Path, size: int) -> None:
    async with running_hub(tmp_path) as hub:
        async with hub.http.post(f"{hub.url}/gateway/fake/elsewhere", data=b"x" * size) as answer:
            assert answer.status == (400 if size == 65_536 else 413)
        assert len(hub.gateway.calls) == (1 if size == 65_536 else 0)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03Secret words\r\n\r\n",
        b"GET /gateway/fake/in?text=Secret words HTTP/9.9\r\n\r\n",
        b"POST /gateway/fake/in HTTP/1.1\r\nHost: x\r\nContent-Length: Secret words\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nSecret words: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_garbage_gets_400_and_one_line_without_its_content(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    async with running_hub(tmp_path) as hub:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            answer = await answer_to(hub, garbage)
            assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
        assert len(web_lines(caplog)) == 1
        assert "Secret" not in caplog.text
        assert await hub.text_in("still served") == 200


async def test_a_body_cut_short_disturbs_nobody(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        async with raw(hub) as (_, writer):
            writer.write(b"POST /gateway/fake/in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
            await writer.drain()
        assert await hub.text_in("still served") == 200
        assert [call.body for call in hub.gateway.calls if call.body == b"half"] == []


async def test_a_compressed_body_cannot_grow_past_the_limit(tmp_path: Path) -> None:
    import zlib

    async with running_hub(tmp_path) as hub:
        bomb = zlib.compress(b"0" * 50_000_000)
        assert len(bomb) < 65_536
        async with hub.http.post(
            f"{hub.url}/gateway/fake/in", data=bomb, headers={"Content-Encoding": "deflate"}
        ) as answer:
            assert answer.status in (400, 413)
        assert hub.gateway.calls == []


def test_plain_http_beyond_loopback_is_refused(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.com"):
        with pytest.raises(ConfigError, match=r"hub\.host"):
            WebServer(HubConfig(database=tmp_path / "x.db", host=host))


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer \xe9"])
async def test_the_api_wants_a_known_token(
    tmp_path: Path, authorization: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_hub(tmp_path) as hub:
        caplog.clear()
        headers = {"Authorization": authorization} if authorization else {}
        for method, path in (("GET", "/agent"), ("GET", "/cases"), ("POST", "/messages"), ("POST", "/presence")):
            with caplog.at_level(logging.INFO):
                async with hub.http.request(method, f"{hub.url}/api/v1{path}", headers=headers) as answer:
                    assert answer.status == 401
        assert len(web_lines(caplog)) == 4
        assert TOKEN not in caplog.text
