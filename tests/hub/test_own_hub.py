"""The desktop's own hub: a process, heard through a pipe."""

import asyncio
import contextlib
import socket
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from cti_client.demo.settings import simulated
from cti_client.hub import own_hub
from cti_client.hub.config import HubConfig, SourceConfig
from cti_client.hub.own_hub import OwnHub, OwnHubError
from cti_client.hub.own_hub_process import speaks_tls
from cti_client.hub.secrets import new_key
from cti_client.paths import paths_in
from cti_client.wire.api import CaseList
from cti_client.wire.codec import decode, encode
from cti_client.wire.settings_api import AllSettings, EditConnection
from tests.helpers.own_hub import born_after, own_hubs, said
from tests.helpers.settings_hub import KANNEL

pytestmark = pytest.mark.usefixtures("strict")


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning in the process is an error, as it is here."""
    monkeypatch.setenv("PYTHONWARNINGS", "error")


async def cases(url: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as http, http.get(f"{url}/api/v1/cases", headers=headers) as answer:
        if answer.status == 200:
            assert decode(await answer.read(), CaseList).cases == ()
        return answer.status


def own(folder: Path) -> OwnHub:
    return OwnHub(partial(simulated, paths_in(folder)), "Anna")


def wrong(database: Path) -> HubConfig:
    return HubConfig(database=database, host="0.0.0.0")


def broken() -> HubConfig:
    raise ZeroDivisionError("Dear customer")


def watchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "own hub"]


def test_it_serves_and_stops(tmp_path: Path) -> None:
    hub = own(tmp_path)
    url, token = hub.start()
    try:
        assert url.startswith("http://127.0.0.1:")
        assert len(token) >= 32
        assert asyncio.run(cases(url, token)) == 200
        assert asyncio.run(cases(url, "x" * 43)) == 401
    finally:
        hub.stop()
    hub.stop()
    assert watchers() == []
    assert own_hubs() == []
    with pytest.raises(aiohttp.ClientConnectionError):
        asyncio.run(cases(url, token))


def test_the_token_is_another_on_every_start(tmp_path: Path) -> None:
    first = own(tmp_path)
    _, token = first.start()
    first.stop()
    second = own(tmp_path)
    url, other = second.start()
    try:
        assert other != token
        assert asyncio.run(cases(url, token)) == 401
        assert asyncio.run(cases(url, other)) == 200
    finally:
        second.stop()


def test_why_it_cannot_start_reaches_the_caller(tmp_path: Path) -> None:
    hub = OwnHub(partial(wrong, tmp_path / "hub.db"), "Anna")
    with pytest.raises(OwnHubError, match=r"The settings are wrong at hub\.host"):
        hub.start()
    hub.stop()
    assert watchers() == []


def test_a_mistake_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """They may be a customer's."""
    hub = OwnHub(broken, "Anna")
    with pytest.raises(OwnHubError, match="it ended with status 1"):
        hub.start()
    hub.stop()
    (said,) = [one.getMessage() for one in caplog.records if one.name == "cti_client.hub.own_hub_process"]
    assert said.startswith("the hub ended by a mistake: ZeroDivisionError (")
    assert "Dear customer" not in caplog.text


def test_a_warmed_up_process_touches_nothing_before_it_is_told(tmp_path: Path) -> None:
    hub = own(tmp_path)
    hub.warm_up()
    assert len(own_hubs()) == 1
    hub.stop()
    assert own_hubs() == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError):
        hub.begin()


def test_stop_right_after_begin_ends_it(tmp_path: Path) -> None:
    hub = own(tmp_path)
    hub.begin()
    hub.stop()
    assert watchers() == []
    assert own_hubs() == []


def test_stop_without_a_start_is_nothing(tmp_path: Path) -> None:
    own(tmp_path).stop()


def test_a_hub_that_was_killed_comes_back_where_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hub = own(tmp_path)
    url, token = hub.start()
    try:
        (process,) = own_hubs()
        process.kill()
        born_after(process)
        assert asyncio.run(served(url, token)) == 200
    finally:
        hub.stop()
    assert "ended by itself" in caplog.text
    assert own_hubs() == []


def test_a_hub_that_ends_again_and_again_is_started_again_and_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_hub, "PAUSES_SECONDS", (0.0, 0.1, 0.2))
    hub = own(tmp_path)
    url, token = hub.start()
    try:
        (process,) = own_hubs()
        for _ in range(4):
            process.kill()
            process = born_after(process)
        assert asyncio.run(served(url, token)) == 200
    finally:
        hub.stop()
    pauses = [one.getMessage().rsplit(" in ")[-1] for one in caplog.records if "ended by itself" in one.getMessage()]
    assert pauses == ["0 s", "0.1 s", "0.2 s", "0.2 s"]


def test_a_process_that_cannot_be_made_is_tried_again_and_stop_waits_for_no_pause(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = own(tmp_path)
    hub.start()
    (process,) = own_hubs()

    def no_process() -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(own_hub, "_spawn", no_process)
    process.kill()
    said(caplog, "cannot be started again")
    hub.stop()
    assert watchers() == []


async def served(url: str, token: str) -> int:
    """Once it listens again."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await cases(url, token)
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def settings(url: str, token: str, edit: EditConnection | None = None) -> AllSettings:
    """As they are, or after this change."""
    path = "" if edit is None else f"/connections/{edit.id}"
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.request(
            "GET" if edit is None else "PUT",
            f"{url}/api/v1/settings{path}",
            headers=headers,
            data=None if edit is None else encode(edit),
        ) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return decode(await answer.read(), AllSettings)


async def kept(url: str, token: str) -> AllSettings:
    """Once the hub keeps secrets."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                if (found := await settings(url, token)).keeps_secrets:
                    return found
            await asyncio.sleep(0.05)


def trouble_of(found: AllSettings) -> str:
    (kannel,) = [one for one in found.connections if one.kind == "kannel"]
    return kannel.trouble


def test_its_person_is_the_owner_and_secrets_have_the_key_of_the_desktop(tmp_path: Path) -> None:
    """It comes by the pipe whenever the keyring has given it, and again to a hub that is started again."""
    key = new_key()
    hub = own(tmp_path)
    url, token = hub.start()
    try:
        assert not asyncio.run(settings(url, token)).keeps_secrets
        hub.keep_secrets_with(key)
        asyncio.run(kept(url, token))
        assert trouble_of(asyncio.run(settings(url, token, KANNEL))) == ""
        (process,) = own_hubs()
        assert key not in " ".join(process.cmdline())
        assert key not in str(process.environ())
        process.kill()
        born_after(process)
        assert trouble_of(asyncio.run(kept(url, token))) == ""
    finally:
        hub.stop()
    hub = own(tmp_path)
    hub.keep_secrets_with(f"{new_key()} {key}")
    url, token = hub.start()
    try:
        assert trouble_of(asyncio.run(settings(url, token))) == ""
    finally:
        hub.stop()
    assert key not in repr(hub.__dict__)


def test_it_listens_where_it_did_so_that_gateways_find_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ports = []
    for _ in range(2):
        hub = own(tmp_path)
        ports.append(urlsplit(hub.start()[0]).port)
        hub.stop()
    assert ports[0] == ports[1]
    with socket.create_server(("127.0.0.1", ports[0] or 0)):
        hub = own(tmp_path)
        url, token = hub.start()
        assert asyncio.run(cases(url, token)) == 200
        hub.stop()
        assert urlsplit(url).port != ports[0]
    assert f"port {ports[0]} is taken by another program" in caplog.text
    hub = own(tmp_path)
    assert urlsplit(hub.start()[0]).port == ports[0], "and back as soon as it can"
    hub.stop()


def test_a_port_that_was_not_written_whole_is_chosen_anew_and_kept(tmp_path: Path) -> None:
    """As where the computer went off while it was written; gateways would else be told another at every start."""
    ports = []
    paths_in(tmp_path).hub_database.with_suffix(".port").write_text("", encoding="ascii")
    for _ in range(2):
        hub = own(tmp_path)
        ports.append(urlsplit(hub.start()[0]).port)
        hub.stop()
    assert ports[0] == ports[1]


def test_certificates_are_waited_for_only_where_https_is_spoken(tmp_path: Path) -> None:
    plain = simulated(paths_in(tmp_path))
    assert not speaks_tls(plain)
    source = SourceConfig(id="crm", name="CRM", kind="http", options={"url": "HTTPS://crm.example.com/find"})
    assert speaks_tls(replace(plain, directory=(source,)))
