"""`/health`, `/ready`, `/metrics`, the names of requests, and the proxy in front."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from cti_client.hub.readiness import Readiness
from cti_client.hub.store.store import StoreAwayError
from cti_client.wire import api, records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.running_hub import RunningHub, running_hub, web_lines
from tests.helpers.scripted_store import ScriptedStore


async def get(hub: RunningHub, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with hub.http.get(f"{hub.url}{path}", headers=named) as answer:
        return answer.status, await answer.text(), answer.headers


def samples(text: str) -> dict[str, float]:
    """By name and labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


async def test_health_and_ready(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        assert (await get(hub, "/health"))[0] == 200
        status, body, headers = await get(hub, "/ready")
        assert (status, body, headers["Cache-Control"]) == (200, '{"ready":true,"why":""}', "no-store")


class Answers(ScriptedStore):
    def __init__(self) -> None:
        self.answer: str | Exception = "hub"
        self.reads = 0

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        self.reads += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_ready_says_what_is_wrong() -> None:
    store, now = Answers(), [0.0]
    readiness = Readiness(store, lambda: now[0])
    told: list[str] = []
    for answer in ("hub", StoreAwayError("x"), TimeoutError(), "", OperationalError("select", {}, Exception()), "hub"):
        store.answer = answer
        now[0] += 1
        told.append(await readiness.trouble())
    assert told == ["", "database", "database", "schema", "schema", ""]
    before = store.reads
    assert await readiness.trouble() == ""
    assert store.reads == before, "a look a moment ago is good enough"
    readiness.drain()
    assert await readiness.trouble() == "draining"


async def test_while_the_database_is_away_gateways_keep_their_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreAwayError("away")

    async with running_hub(tmp_path, metrics_from=("127.0.0.1",), mistakes=True) as hub:
        with monkeypatch.context() as patch:
            patch.setattr("cti_client.hub.store.sqlite.SqliteStore.read", away)
            patch.setattr("cti_client.hub.store.sqlite.SqliteStore.write", away)
            status, body, _ = await get(hub, "/ready")
            assert (status, "database" in body) == (503, True)
            assert (await get(hub, "/health"))[0] == 200
            assert await hub.text_in("Hello", gateway_id="kept") == 503
            _, text, _ = await get(hub, "/metrics")
            assert samples(text)["cti_ready"] == 0
            assert samples(text)['cti_transactions_failed_total{kind="away",transaction="take_in"}'] == 1
        assert await hub.text_in("Hello", gateway_id="kept") == 200


async def test_metrics_count_what_happens_and_name_nobody(tmp_path: Path) -> None:
    gateway = FakeConnection()
    async with running_hub(tmp_path, gateway, metrics_from=("127.0.0.0/8",)) as hub, hub.desktop() as anna:
        assert await hub.text_in("Where is my parcel?") == 200
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        _, ringing, headers = await get(hub, "/metrics")
        assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
        (offer,) = anna.all_of(records.Offer)
        accept = api.Accept(number=offer.number)
        await hub.call("POST", f"/offers/{offer.id}/accept", accept, api.Accepted)
        _, text, _ = await get(hub, "/metrics")
    assert samples(ringing)["cti_offers_open"] == 1
    assert samples(ringing)['cti_chats{state="offered"}'] == 1
    now = samples(text)
    assert now['cti_texts_received_total{connection="fake"}'] == 1
    assert now['cti_chats{state="open"}'] == 1
    assert 'cti_chats{state="offered"}' not in now
    assert now["cti_offers_open"] == 0
    assert now["cti_desktops"] == 1
    assert now["cti_ready"] == 1
    assert now['cti_transaction_seconds_count{transaction="accept_offer"}'] == 1
    assert now["cti_hints_total"] > 0
    webhook = 'method="POST",route="/gateway/{connection}/{tail}",status="200"'
    assert now[f"cti_request_seconds_count{{{webhook}}}"] == 1
    for secret in ("Anna", "15551230001", "parcel", "token"):
        assert secret not in text


async def test_metrics_are_for_those_whom_the_settings_name(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        assert (await get(hub, "/metrics"))[0] == 404
    async with running_hub(tmp_path, metrics_from=("192.0.2.0/24",)) as hub:
        assert (await get(hub, "/metrics"))[0] == 404
    async with running_hub(tmp_path, metrics_from=("127.0.0.1",)) as hub:
        assert (await get(hub, "/metrics"))[0] == 200
        assert (await get(hub, "/metrics", X_Forwarded_For="203.0.113.9"))[0] == 404
        assert (await get(hub, "/metrics", Via="1.1 proxy"))[0] == 404


async def test_a_proxy_in_front(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    through = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https"}
    async with running_hub(tmp_path, trusted_proxies=("127.0.0.1",), metrics_from=("203.0.113.9",)) as hub:
        status, _, headers = await get(hub, "/nowhere", X_Request_Id="from-the-proxy", **through)
        assert (status, headers["X-Request-Id"]) == (404, "from-the-proxy")
        assert (await get(hub, "/health", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http"))[0] == 403
        assert (await get(hub, "/metrics", **through))[0] == 200
        async with hub.desktop() as anna:
            assert anna.welcome is not None
        sent = {"Authorization": "Bearer nobody's", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        async with hub.http.get(f"{hub.url}/api/v1/agent", headers=sent) as answer:
            assert answer.status == 401
    lines = "\n".join(web_lines(caplog))
    assert "GET /health from 127.0.0.1: 403 the proxy does not say" in lines
    assert "GET /api/v1/agent from 203.0.113.9: 401" in lines


async def test_every_request_has_a_name(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        names = [(await get(hub, "/health", X_Request_Id="forged"))[2]["X-Request-Id"] for _ in range(2)]
        assert all(re.fullmatch("[0-9a-f]{8}", name) for name in names)
        assert names[0] != names[1]
