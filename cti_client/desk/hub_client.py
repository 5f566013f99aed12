"""Requests to the hub by HTTP, and the socket of news.

aiohttp is imported with the first use: the window is on the screen before it.
"""

import asyncio
import importlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cti_client.desk.errors import CaFileError, HubAwayError, HubRefusedError, InsecureHubError, NoSocketError
from cti_client.desk.places import is_safe
from cti_client.quick_imports import certificates_later
from cti_client.wire.api import Problem
from cti_client.wire.codec import decode, encode

if TYPE_CHECKING:
    import ssl

    import aiohttp

log = logging.getLogger(__name__)

T = TypeVar("T")

CALL_SECONDS = 10.0
"""How long a request may take in all."""
HEARTBEAT_SECONDS = 10.0
"""A silent socket is asked for a sign of life after this; without an answer in half of it, it counts as lost."""
FRAME_BYTES = 64 * 1024 * 1024
"""Largest frame taken: a snapshot holds every message of the open chats."""

API_PREFIX = "/api/v1"
_LONGEST_REST = 300.0
_AWAY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_AWAY_CODES = frozenset({"unavailable", "internal", "too_slow"})


@dataclass(frozen=True, slots=True)
class HubAccess:
    """Where the hub is and who asks. Raises `InsecureHubError` for plain HTTP beyond this computer.

    `ca_file`: the team's own certificate authority, besides those this computer trusts.
    """

    url: str
    token: str
    ca_file: str = ""

    def __post_init__(self) -> None:
        if not is_safe(self.url):
            raise InsecureHubError(self.url)

    def __repr__(self) -> str:
        """Without the token: this may reach a log."""
        return f"HubAccess({self.url!r})"


class SocketDeniedError(Exception):
    """The hub answered the request for a socket with this HTTP status, and wants to be left alone for so long."""

    def __init__(self, status: int, retry_after_seconds: float = 0.0) -> None:
        super().__init__(str(status))
        self.status = status
        self.retry_after_seconds = retry_after_seconds


async def prepare() -> None:
    """Import what every client needs, away from the screen's thread. Can be done before the hub is found."""
    await asyncio.to_thread(_import)


def _import() -> None:
    """A team's hub is spoken to with a TLS context of its own, so aiohttp's needs no certificates."""
    with certificates_later():
        importlib.import_module("aiohttp")


def query(**numbers: int | None) -> str:
    """What follows the path: those that are given."""
    given = "&".join(f"{name}={number}" for name, number in numbers.items() if number is not None)
    return f"?{given}" if given else ""


class HubClient:
    """One agent's requests. Owns a connection pool until `close`. May be made outside of a loop."""

    def __init__(self, access: HubAccess, call_seconds: float = CALL_SECONDS) -> None:
        self._access = access
        self._call_seconds = call_seconds
        self._session: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()

    async def call(
        self, method: str, path: str, as_type: type[T], body: object = None, seconds: float | None = None
    ) -> T:
        """One request. Every request of the API may be repeated.

        Raises `HubRefusedError` where the hub says no, `HubAwayError` where it does not answer in time or cannot
        work now: then what was asked may or may not have been done.
        """
        import aiohttp

        data = None if body is None else encode(body)
        try:
            async with asyncio.timeout(seconds or self._call_seconds):
                status, answer = await self._ask(method, path, data)
        except TimeoutError:
            raise HubAwayError from None
        except (aiohttp.ClientError, CaFileError) as error:
            log.info("%s %s: %s", method, path.partition("?")[0], type(error).__name__)
            raise HubAwayError from error
        if status == 200:
            return _read(answer, as_type)
        raise _refusal(status, answer)

    async def open_socket(self) -> "aiohttp.ClientWebSocketResponse":
        """The socket of news, which the caller closes.

        Raises `SocketDeniedError` or `NoSocketError`; has no time limit of its own.
        """
        import aiohttp

        try:
            return await (await self._pool()).ws_connect(
                self._access.url.rstrip("/") + API_PREFIX + "/agent",
                heartbeat=HEARTBEAT_SECONDS,
                max_msg_size=FRAME_BYTES,
                compress=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
        except aiohttp.WSServerHandshakeError as error:
            raise SocketDeniedError(error.status, _retry_after(error)) from error
        except CaFileError as error:
            raise NoSocketError(type(error).__name__, str(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            from cti_client.desk.hub_trouble import is_about_tls, trouble_of  # seldom needed

            sentence = str(trouble_of(error, self._access.url)) if is_about_tls(error) else ""
            raise NoSocketError(type(error).__name__, sentence) from error

    async def close(self) -> None:
        """End every connection. May be called again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _ask(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        """A kept connection may be closed by the hub in the moment it is used: then another one is taken, once."""
        import aiohttp

        try:
            return await self._ask_once(method, path, data)
        except aiohttp.ServerDisconnectedError:
            return await self._ask_once(method, path, data)

    async def _ask_once(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        url = self._access.url.rstrip("/") + API_PREFIX + path
        headers = {"Content-Type": "application/json"} if data is not None else {}
        pool = await self._pool()
        async with pool.request(method, url, data=data, headers=headers, allow_redirects=False) as response:
            return response.status, await response.read()

    async def _pool(self) -> "aiohttp.ClientSession":
        """Made with the first use: what it trusts is read from files then. Raises `CaFileError`."""
        import aiohttp

        async with self._opening:
            if self._session is None:
                tls: bool | ssl.SSLContext = True
                if self._access.url.startswith("https:"):
                    from cti_client.desk.trust import client_tls  # by a team's desktops alone

                    tls = await asyncio.to_thread(client_tls, self._access.ca_file)
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=tls),
                    headers={"Authorization": f"Bearer {self._access.token}"},
                    timeout=aiohttp.ClientTimeout(total=None),
                    cookie_jar=aiohttp.DummyCookieJar(),
                )
            return self._session


def _read(answer: bytes, as_type: type[T]) -> T:
    try:
        return decode(answer, as_type)
    except msgspec.DecodeError:
        raise HubAwayError("The hub's answer is not understood.") from None


def _refusal(status: int, answer: bytes) -> HubRefusedError | HubAwayError:
    try:
        problem = decode(answer, Problem)
    except (msgspec.DecodeError, UnicodeError):
        return HubAwayError(f"The hub cannot work now ({status}).")
    if status in _AWAY_STATUS and (status != 503 or problem.code in _AWAY_CODES):
        return HubAwayError(problem.text)
    return HubRefusedError(problem)


def _retry_after(error: "aiohttp.WSServerHandshakeError") -> float:
    """Seconds; the other form of the header, a date, is not used by hubs."""
    said = error.headers.get("Retry-After", "") if error.headers is not None else ""
    return min(float(said), _LONGEST_REST) if said.isascii() and said.isdigit() else 0.0
