"""`cti-client hub` and `cti-client admin` as an operator meets them."""

import asyncio
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import aiohttp
import pytest

from cti_client.domain.role import Role
from cti_client.hub import admin
from cti_client.hub.command import ENDED, UNABLE, WRONG_SETTINGS, check_config
from cti_client.hub.config import HubConfig
from cti_client.hub.secrets import SecretBox
from cti_client.hub.store.schema import ensure_schema
from cti_client.hub.supervisor import tell
from tests.helpers.hub_command import HubCommand, hub_command

HANG_UP: int = getattr(signal, "SIGHUP", 0)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

SETTINGS = """
[hub]
database = "hub.db"
{more}
[[connections]]
id = "sim"
kind = "simulator"
secret = "env:SIM_SECRET"
[[lines]]
address = "+15550100"
connection = "sim"
"""


def settings(folder: Path, more: str = "", text: str = SETTINGS) -> Path:
    file = folder / "hub.toml"
    file.write_text(text.replace("{more}", more), encoding="utf-8")
    return file


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubCommand]:
    async with hub_command(settings(tmp_path), SIM_SECRET="s3cret") as command:
        yield command


async def status_of(url: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status


@posix
async def test_it_serves_until_it_is_told_to_leave(hub: HubCommand) -> None:
    url = await hub.start()
    assert await status_of(f"{url}/ready") == 200
    assert await status_of(f"{url}/gateway/nobody/in") == 404
    hub.signal(signal.SIGTERM)
    assert await hub.ended() == ENDED
    refusals = [line for line in hub.lines if "404" in line["message"]]
    assert [line["message"] for line in refusals] == ["GET /gateway/nobody/in from 127.0.0.1: 404 not_found"]
    assert len(refusals[0]["request"]) == 8
    assert hub.lines[-1]["message"] == "the hub has left"


@posix
async def test_the_second_wish_to_leave_hurries(hub: HubCommand) -> None:
    settings(hub.config.parent, "drain_seconds = 3600")
    url = await hub.start()
    hub.signal(signal.SIGTERM)
    await hub.until("asked to leave")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/ready") as answer:
            assert (answer.status, await answer.json()) == (503, {"ready": False, "why": "draining"})
        async with http.get(f"{url}/health") as answer:
            assert answer.status == 200
    hub.signal(signal.SIGTERM)
    assert await hub.ended() == ENDED


@posix
async def test_a_renewed_certificate_is_read_by_sighup(tmp_path: Path) -> None:
    from tests.hub.web.test_tls import certificate

    file = certificate(tmp_path)
    async with hub_command(settings(tmp_path, 'tls_certificate = "hub.pem"'), SIM_SECRET="s3cret") as hub:
        url = await hub.start()
        first = await served_certificate(url)
        assert first == ssl.PEM_cert_to_DER_cert(file.read_text().partition("-----BEGIN PRIVATE")[0])
        good = certificate(tmp_path).read_text()
        file.write_text("broken")
        hub.signal(HANG_UP)
        await hub.until("the certificate stays as it is: hub.tls_certificate: cannot be used")
        assert await served_certificate(url) == first
        file.write_text(good)
        hub.signal(HANG_UP)
        await hub.until("the certificate was read again")
        assert await served_certificate(url) == ssl.PEM_cert_to_DER_cert(good.partition("-----BEGIN PRIVATE")[0])


async def served_certificate(url: str) -> bytes:
    host, _, port = url.removeprefix("https://").partition(":")
    anything = ssl.create_default_context()
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(host, int(port), ssl=anything)
    shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    return shown


async def fails(folder: Path, more: str = "", **environment: str) -> tuple[int, str]:
    """Exit status and the one line that says why."""
    async with hub_command(settings(folder, more), **(environment or {"SIM_SECRET": "s3cret"})) as hub:
        await hub.begin()
        status = await hub.ended()
    (line,) = [line["message"] for line in hub.lines if line["level"] in ("error", "critical")]
    assert "Traceback" not in str(hub.lines)
    return status, line


async def test_wrong_settings_are_named_with_file_and_line(tmp_path: Path) -> None:
    status, line = await fails(tmp_path, "port = 70000")
    assert (status, line) == (WRONG_SETTINGS, f"{tmp_path / 'hub.toml'}:4: hub.port: 70000 is no port")
    status, line = await fails(tmp_path, OTHER="x")
    assert (status, line) == (
        WRONG_SETTINGS,
        f"{tmp_path / 'hub.toml'}:8: connections[0].secret: the environment has no SIM_SECRET",
    )


async def test_what_keeps_it_from_starting_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, line = await fails(tmp_path, f"port = {taken.getsockname()[1]}")
        assert (status, "in use" in line) == (UNABLE, True)
    ensure_schema(tmp_path / "hub.db")
    with closing(sqlite3.connect(tmp_path / "hub.db")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    status, line = await fails(tmp_path)
    assert (status, "was written by a newer version" in line) == (UNABLE, True)


async def test_a_database_that_is_away_is_said_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    file = settings(tmp_path)
    file.write_text(file.read_text().replace('"hub.db"', f'"postgresql://hub:pa55word@127.0.0.1:{port}/hub"'))
    async with hub_command(file, SIM_SECRET="s3cret") as hub:
        await hub.begin()
        assert await hub.ended() == UNABLE
    assert "pa55word" not in str(hub.lines)
    assert "the hub cannot start: " in hub.lines[-1]["message"]


def test_it_imports_no_widgets() -> None:
    program = (
        "import sys, cti_client.__main__, cti_client.hub.command, cti_client.hub.admin\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'qasync', 'keyring'))]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('kind = "simulator"', 'kind = "simulater"', ":7: connections[0].kind: there is no kind"),
        ('connection = "sim"', 'connection = "sin"', ':11: lines[0].connection: there is no connection "sin"'),
        ("{more}", 'tls_certificate = "none.pem"', ":4: hub.tls_certificate: cannot be used: No such file"),
        (
            "[[lines]]",
            '[[directory]]\nid = "crm"\nname = "CRM"\nkind = "http"\nurl = "no address"\n[[lines]]',
            ":13: directory[0].url",
        ),
    ],
)
def test_check_config_names_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, place: str
) -> None:
    monkeypatch.setenv("SIM_SECRET", "s3cret")
    file = settings(tmp_path, text=SETTINGS.replace(old, new))
    said: list[str] = []
    complaints: list[str] = []
    assert check_config(file, said.append, complaints.append) == WRONG_SETTINGS
    assert said == []
    assert complaints[0].startswith(f"{file}{place}")


def test_check_config_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_SECRET", "s3cret")
    file = settings(tmp_path)
    said: list[str] = []
    assert check_config(file, said.append, pytest.fail) == ENDED
    assert said == [f"{file}: good. Connections: 1, lines: 1, agents: 0."]
    assert list(tmp_path.iterdir()) == [file]


def test_admin_prints_a_token_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_SECRET", "s3cret")
    file = settings(tmp_path)

    def run(act: admin.Act) -> tuple[int, list[str], list[str]]:
        results: list[str] = []
        words: list[str] = []
        return admin.run_admin(file, act, results.append, words.append), results, words

    status, (token,), words = run(admin.add_agent("Anna"))
    assert (status, len(token) >= 32, token in str(words)) == (ENDED, True, False)
    assert token.encode() not in (tmp_path / "hub.db").read_bytes()
    assert run(admin.add_agent("Anna")) == (admin.REFUSED, [], ["There is an agent Anna already."])
    status, (other,), _ = run(admin.new_token("Anna"))
    assert (status, other != token) == (ENDED, True)
    assert run(admin.list_agents()) == (ENDED, ["Anna\toffline\tadded\tagent"], [])
    assert run(admin.remove_agent("Anna")) == (ENDED, [], ["Anna can no longer sign in."])
    assert run(admin.list_agents()) == (ENDED, [], [])
    file.write_text("[hub]")
    assert run(admin.list_agents()) == (WRONG_SETTINGS, [], [f"{file}:1: hub.database: is missing"])


def test_admin_gives_roles(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(
        '[hub]\ndatabase = "hub.db"\n[[agents]]\nname = "Bo"\ntoken = "token-of-bo-in-tests"\nrole = "admin"\n'
    )

    def run(act: admin.Act) -> tuple[int, list[str]]:
        words: list[str] = []
        return admin.run_admin(file, act, words.append, words.append), words

    assert run(admin.add_agent("Anna", Role.OWNER))[0] == ENDED
    assert run(admin.list_agents()) == (ENDED, ["Anna\toffline\tadded\towner"])
    assert run(admin.set_role("Anna", Role.SUPERVISOR)) == (ENDED, ["Anna is supervisor now."])
    assert run(admin.new_token("Anna"))[0] == ENDED
    assert run(admin.list_agents()) == (ENDED, ["Anna\toffline\tadded\tsupervisor"]), "a new token is no new role"
    assert run(admin.set_role("Cleo", Role.ADMIN)) == (admin.REFUSED, ["There is no agent Cleo."])


def admin_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cti_client", "admin", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def test_a_key_is_made_given_and_renewed_from_the_command_line(tmp_path: Path) -> None:
    made = admin_command("new-secrets-key")
    assert made.returncode == ENDED
    assert "keep both apart" in made.stderr
    key = made.stdout.strip()
    assert SecretBox(key).keeps
    assert admin_command("list-agents").returncode == 2
    file = tmp_path / "hub.toml"
    file.write_text('[hub]\ndatabase = "hub.db"\nsecrets_key = "env:KEY"\n')
    at = ("--config", str(file), "renew-secrets")
    renewed = admin_command(*at, KEY=key)
    assert (renewed.returncode, renewed.stdout) == (ENDED, "")
    assert renewed.stderr == "Encrypted by the newest key: the secrets of 0 connections.\n"
    assert admin_command(*at, KEY="").returncode == admin.REFUSED
    wrong = admin_command(*at, KEY="no-key-at-all")
    assert (wrong.returncode, "no-key-at-all" in wrong.stderr) == (WRONG_SETTINGS, False)
    assert wrong.stderr.startswith(f"{file}:3: hub.secrets_key: is no key")


def test_admin_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('[hub]\ndatabase = "hub.db"\n')
    command = [sys.executable, "-m", "cti_client", "admin", "--config", str(file)]
    made = subprocess.run([*command, "add-agent", "Bo"], capture_output=True, text=True, timeout=60, check=True)
    assert len(made.stdout.strip()) >= 32
    assert "not shown again" in made.stderr
    listed = subprocess.run([*command, "list-agents"], capture_output=True, text=True, timeout=60, check=True)
    assert listed.stdout == "Bo\toffline\tadded\tagent\n"


if sys.platform != "win32":

    def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(tmp_path / "notify"))
            monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            tell("READY=1")
            assert systemd.recv(100) == b"READY=1"
        tell("STOPPING=1")  # nobody listens any more
        monkeypatch.delenv("NOTIFY_SOCKET")
        tell("READY=1")


def test_defaults_are_one_person_s() -> None:
    config = HubConfig(database=Path("x"))
    assert (config.metrics_from, config.drain_seconds, config.trusted_proxies) == ((), 0.0, ())
