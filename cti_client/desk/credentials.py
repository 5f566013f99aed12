"""Secrets of one person on this computer: hub tokens, the key of the unsent texts, and that of their own hub.

They live in the system's keyring. Only keyrings that keep secrets encrypted are used: others, such as plain-text back
ends of additional packages, would be picked silently. Where there is none, or it stays locked, the key lies in a file
that only the owner can read, and `insecure` says so. A token is never written to a file: it is then known until the
program ends, and asked for at the next start.
"""

import asyncio
import base64
import json
import logging
import os
import secrets
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

SERVICE = "cti-client"
KEYRING_SECONDS = 60.0
"""How long the keyring may take: it may be asking the person for a password."""

_SAFE_BACKENDS = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)
_STORAGE_KEY = "storage key"
_HUB_KEY = "key of the hub's secrets"
_SAID = "the person knows that this is a file"


class Keyring(Protocol):
    """The part of a keyring back end that is used. Calls may block, and raise anything."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget the secret."""


def system_keyring() -> Keyring | None:
    """The system's keyring, if it is one that may be used. Blocks."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen: Any = keyring.get_keyring()
    candidates = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    return next((backend for backend in candidates if type(backend).__module__ in _SAFE_BACKENDS), None)


class Credentials:
    """Keeps secrets for the files in `folder`. Not for two processes at a time."""

    def __init__(
        self,
        folder: Path,
        open_keyring: Callable[[], Keyring | None] = system_keyring,
        keyring_seconds: float = KEYRING_SECONDS,
    ) -> None:
        self.insecure = False
        """A file is used in place of a keyring. True at the earliest after the first call."""
        self._file = _SecretFile(folder / "secrets.json")
        self._open_keyring = open_keyring
        self._seconds = keyring_seconds
        self._keyring: Keyring | None = None
        self._opened = False
        self._lock = asyncio.Lock()
        self._tokens: dict[str, str] = {}

    async def storage_keys(self) -> tuple[bytes, ...]:
        """Fernet keys: the first to write with, all to read with. Made on first use. Raises `OSError`."""
        return tuple(one.encode() for one in await self._keys(_STORAGE_KEY))

    async def hub_keys(self) -> str:
        """The same for the secrets that a hub of one's own keeps, with blanks between. Raises `OSError`."""
        return " ".join(await self._keys(_HUB_KEY))

    async def is_first_time_insecure(self) -> bool:
        """True once for these files, to say it to the person. Raises `OSError`."""
        async with self._lock:
            if await asyncio.to_thread(self._file.get, _SAID) is not None:
                return False
            await asyncio.to_thread(self._file.set, _SAID, "yes")
            return True

    async def keeps_tokens(self) -> bool:
        """Whether a token will be known after the next start."""
        async with self._lock:
            return (await self._ask_keyring(lambda _: True))[0]

    async def token(self, hub_url: str) -> str | None:
        """The token for this hub, if one is known."""
        name = _token_name(hub_url)
        async with self._lock:
            if name not in self._tokens:
                _, kept = await self._ask_keyring(lambda ring: ring.get_password(SERVICE, name))
                if kept is not None:
                    self._tokens[name] = kept
            return self._tokens.get(name)

    async def keep_token(self, hub_url: str, token: str) -> None:
        """The token for this hub from now on; `keeps_tokens` says how long."""
        name = _token_name(hub_url)
        async with self._lock:
            self._tokens[name] = token
            await self._ask_keyring(lambda ring: ring.set_password(SERVICE, name, token))

    async def forget_token(self, hub_url: str) -> None:
        """The hub knows it no more."""
        name = _token_name(hub_url)
        async with self._lock:
            self._tokens.pop(name, None)
            _, kept = await self._ask_keyring(lambda ring: ring.get_password(SERVICE, name))
            if kept is not None:
                await self._ask_keyring(lambda ring: ring.delete_password(SERVICE, name))

    async def _keys(self, name: str) -> tuple[str, ...]:
        """The keyring's key first, then one that was made while there was no keyring."""
        async with self._lock:
            key = await self._get(name)
            if key is None:
                key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
                await self._set(name, key)
            in_file = await asyncio.to_thread(self._file.get, name)
            return tuple(one for one in dict.fromkeys((key, in_file)) if one)

    async def _get(self, name: str) -> str | None:
        found, secret = await self._ask_keyring(lambda ring: ring.get_password(SERVICE, name))
        if found and secret is not None:
            return secret
        return await asyncio.to_thread(self._file.get, name) if self._keyring is None else None

    async def _set(self, name: str, secret: str) -> None:
        kept, _ = await self._ask_keyring(lambda ring: ring.set_password(SERVICE, name, secret))
        if not kept:
            await asyncio.to_thread(self._file.set, name, secret)

    async def _ask_keyring(self, ask: Callable[[Keyring], T]) -> tuple[bool, T | None]:
        """(True, answer) of the keyring. One that fails once is not asked again until the next start."""
        try:
            if not self._opened:
                self._opened = True
                self._keyring = await _in_thread(self._open_keyring, self._seconds)
                self.insecure = self._keyring is None
            ring = self._keyring
            if ring is None:
                return False, None
            return True, await _in_thread(lambda: ask(ring), self._seconds)
        except Exception as error:  # noqa: BLE001  each back end raises its own kinds
            log.warning("the system's keyring cannot be used: %s", type(error).__name__)
            self._keyring, self.insecure = None, True
            return False, None


class _SecretFile:
    """Secrets in a file that only the owner can read. Calls block and raise `OSError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str | None:
        return self._read().get(name)

    def set(self, name: str, secret: str | None) -> None:
        """Written beside, then put in place: a crash leaves the old or the new file."""
        content = self._read()
        if secret is None:
            if content.pop(name, None) is None:
                return
        else:
            content[name] = secret
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            if os.name == "posix" and self._path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                log.warning("the file of secrets was readable by others; now it is not")
                self._path.chmod(stat.S_IRUSR | stat.S_IWUSR)
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            log.warning("the file of secrets is damaged; it is put aside")
            self._path.replace(self._path.with_suffix(".damaged"))
            return {}
        return {str(name): str(secret) for name, secret in content.items()} if isinstance(content, dict) else {}


def _token_name(hub_url: str) -> str:
    return "token of " + hub_url.rstrip("/")


async def _in_thread(call: Callable[[], T], seconds: float) -> T:
    """In a thread that nobody waits for at exit: a keyring may ask a person who never answers.

    Raises what `call` raises, and `TimeoutError`.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # None only where T allows it, or beside an error

    def run() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  handed on to the coroutine
            failure = error
        try:
            loop.call_soon_threadsafe(settle, result, failure)
        except RuntimeError:
            return  # the loop is gone, and with it whoever asked

    threading.Thread(target=run, name="keyring", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer
