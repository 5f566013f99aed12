"""The hub in its own thread, as the desktop runs it."""

import asyncio
import threading
from pathlib import Path

import aiohttp
import pytest

from cti_client.hub.config import ConfigError, HubConfig
from cti_client.hub.embedded import EmbeddedHub
from cti_client.wire.api import CaseList
from cti_client.wire.codec import decode
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.running_hub import hub_config


async def cases(url: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as http, http.get(f"{url}/api/v1/cases", headers=headers) as answer:
        if answer.status == 200:
            assert decode(await answer.read(), CaseList).cases == ()
        return answer.status


def embedded(folder: Path) -> EmbeddedHub:
    gateway = FakeConnection()
    return EmbeddedHub(hub_config(folder, [gateway]), "Anna", lambda settings: gateway)


def hub_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in ("embedded hub", "store writer")]


def test_it_serves_and_stops(tmp_path: Path) -> None:
    hub = embedded(tmp_path)
    url, token = hub.start()
    try:
        assert url.startswith("http://127.0.0.1:")
        assert len(token) >= 32
        assert asyncio.run(cases(url, token)) == 200
        assert asyncio.run(cases(url, "x" * 43)) == 401
    finally:
        hub.stop()
    hub.stop()
    assert hub_threads() == []
    with pytest.raises(aiohttp.ClientConnectionError):
        asyncio.run(cases(url, token))


def test_the_token_is_another_on_every_start(tmp_path: Path) -> None:
    first = embedded(tmp_path)
    _, token = first.start()
    first.stop()
    second = embedded(tmp_path)
    url, other = second.start()
    try:
        assert other != token
        assert asyncio.run(cases(url, token)) == 401
        assert asyncio.run(cases(url, other)) == 200
    finally:
        second.stop()


def test_why_it_cannot_start_reaches_the_caller(tmp_path: Path) -> None:
    hub = EmbeddedHub(HubConfig(database=tmp_path / "hub.db", host="0.0.0.0"), "Anna")
    with pytest.raises(ConfigError, match=r"hub\.host"):
        hub.start()
    hub.stop()
    assert hub_threads() == []


def test_stop_right_after_begin_waits_for_the_start(tmp_path: Path) -> None:
    hub = embedded(tmp_path)
    hub.begin()
    hub.stop()
    assert hub_threads() == []


def test_stop_without_a_start_is_nothing(tmp_path: Path) -> None:
    embedded(tmp_path).stop()
