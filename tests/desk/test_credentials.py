"""Secrets: in the system's keyring, or else in a file of the owner's alone."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import keyring
import pytest
from cryptography.fernet import Fernet
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked

from cti_client.desk.credentials import Credentials, Keyring, system_keyring

ROOT = Path(__file__).parents[2]
URL = "https://hub.example"


class MemoryKeyring:
    def __init__(self) -> None:
        self.secrets: dict[tuple[str, str], str] = {}
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]


class LockedKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        raise KeyringLocked("locked")


def no_keyring() -> Keyring | None:
    return None


def texts_in(folder: Path) -> list[str]:
    return [file.read_text() for file in folder.iterdir()]


@pytest.fixture
def ring() -> MemoryKeyring:
    return MemoryKeyring()


async def test_the_key_is_made_once_and_lives_in_the_keyring(tmp_path: Path, ring: MemoryKeyring) -> None:
    first = await Credentials(tmp_path, lambda: ring).storage_keys()
    credentials = Credentials(tmp_path, lambda: ring)

    assert await credentials.storage_keys() == first
    assert len(first) == 1
    Fernet(first[0])
    assert not credentials.insecure
    assert not (tmp_path / "secrets.json").exists()


async def test_without_a_keyring_a_file_of_the_owner_alone_keeps_it_and_it_is_said(tmp_path: Path) -> None:
    first = await Credentials(tmp_path / "new", no_keyring).storage_keys()
    credentials = Credentials(tmp_path / "new", no_keyring)

    assert await credentials.storage_keys() == first
    assert credentials.insecure
    (file,) = (tmp_path / "new").iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX systems")
async def test_a_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    keys = await Credentials(tmp_path, no_keyring).storage_keys()
    file = tmp_path / "secrets.json"
    file.chmod(0o644)

    assert await Credentials(tmp_path, no_keyring).storage_keys() == keys
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_keyring_that_fails_is_asked_once_and_the_file_takes_its_place(tmp_path: Path) -> None:
    locked = LockedKeyring()
    credentials = Credentials(tmp_path, lambda: locked)

    keys = await credentials.storage_keys()
    await credentials.keep_token(URL, "t")

    assert credentials.insecure
    assert locked.calls == 1
    assert await Credentials(tmp_path, no_keyring).storage_keys() == keys
    assert await credentials.token(URL) == "t"
    assert not await credentials.keeps_tokens()


async def test_a_key_of_locked_days_still_reads_when_the_keyring_is_back(tmp_path: Path, ring: MemoryKeyring) -> None:
    (usual,) = await Credentials(tmp_path, lambda: ring).storage_keys()
    (meanwhile,) = await Credentials(tmp_path, LockedKeyring).storage_keys()

    assert meanwhile != usual
    assert await Credentials(tmp_path, lambda: ring).storage_keys() == (usual, meanwhile)


async def test_a_keyring_that_never_answers_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    stuck = threading.Event()

    def never() -> Keyring | None:
        stuck.wait(10)
        return None

    credentials = Credentials(tmp_path, never, keyring_seconds=0.05)
    keys = await credentials.storage_keys()
    stuck.set()

    assert len(keys) == 1
    assert credentials.insecure


async def test_two_who_ask_at_once_get_the_same_key(tmp_path: Path, ring: MemoryKeyring) -> None:
    credentials = Credentials(tmp_path, lambda: ring)

    one, other = await asyncio.gather(credentials.storage_keys(), credentials.storage_keys())

    assert one == other


async def test_tokens_are_kept_by_hub_and_forgotten(tmp_path: Path, ring: MemoryKeyring) -> None:
    await Credentials(tmp_path, lambda: ring).keep_token(URL + "/", "one")
    credentials = Credentials(tmp_path, lambda: ring)
    await credentials.keep_token("https://other.example", "two")

    assert await credentials.keeps_tokens()
    assert await credentials.token(URL) == "one"
    await credentials.forget_token(URL)
    await credentials.forget_token(URL)
    assert await credentials.token(URL) is None
    assert await Credentials(tmp_path, lambda: ring).token(URL) is None
    assert await credentials.token("https://other.example") == "two"


async def test_without_a_keyring_a_token_is_known_until_the_end_and_in_no_file(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, no_keyring)
    await credentials.storage_keys()
    await credentials.keep_token(URL, "one-of-anna")

    assert await credentials.token(URL) == "one-of-anna"
    assert not await credentials.keeps_tokens()
    assert not any("one-of-anna" in text for text in texts_in(tmp_path))
    assert await Credentials(tmp_path, no_keyring).token(URL) is None
    await credentials.forget_token(URL)
    assert await credentials.token(URL) is None


async def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text("{ nonsense")
    file.chmod(0o600)

    assert await Credentials(tmp_path, no_keyring).storage_keys()
    assert (tmp_path / "secrets.damaged").read_text() == "{ nonsense"


def test_back_ends_that_keep_plain_text_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class PlainText(MemoryKeyring):
        pass

    class Good(MemoryKeyring):
        pass

    PlainText.__module__ = "keyrings.alt.file"
    Good.__module__ = "keyring.backends.SecretService"
    good = Good()
    for chosen, expected in ((PlainText(), None), (good, good)):
        monkeypatch.setattr(keyring, "get_keyring", lambda chosen=chosen: chosen)
        assert system_keyring() is expected

    class Chain(ChainerBackend):
        backends = [PlainText(), good]  # noqa: RUF012  a property there

    monkeypatch.setattr(keyring, "get_keyring", Chain)
    assert system_keyring() is good


REAL = """
import asyncio, sys
from pathlib import Path
from cti_client.desk.credentials import Credentials
async def main():
    credentials = Credentials(Path(sys.argv[1]))
    keys = await credentials.storage_keys()
    again = await Credentials(Path(sys.argv[1])).storage_keys()
    await credentials.keep_token("https://hub.example", "token")
    token = await credentials.token("https://hub.example")
    await credentials.forget_token("https://hub.example")
    gone = await credentials.token("https://hub.example")
    print(keys == again, token, gone, credentials.insecure, list(Path(sys.argv[1]).iterdir()))
asyncio.run(main())
"""


@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")), reason="no gnome-keyring here"
)
def test_a_real_keyring(tmp_path: Path) -> None:
    script = (
        'printf "pw\\n" | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; '
        '"$0" -c "$1" "$2"'
    )
    home, data = tmp_path / "home", tmp_path / "data"
    home.mkdir()
    data.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")},
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "XDG_DATA_HOME": str(home / "share"),
    }
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, sys.executable, REAL, str(data)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.stdout == "True token None False []\n", done.stderr
