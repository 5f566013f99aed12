"""One HTTP request that is made at most once, and that says whether it may have reached the other side.

aiohttp by itself sends a GET a second time when the connection breaks before an answer, on fresh connections too.
For a request that makes a phone ring that would be a second text, so it is stopped here, and every request has a
connection of its own: one that had gone stale while idle would leave the same doubt.

What went wrong is told in words of ours: aiohttp's errors quote the address, and with it passwords and texts.
"""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from cti_client.domain import Millis

MOST_BYTES = 4_096
CONNECT_S = 5.0
_NO_ADDRESS = "the address is none that can be asked"
_UNREACHED = (
    *(aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError),
    *(aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError),
)


class UnreachedError(Exception):
    """Nothing was written: the other side cannot have acted. `str()` says why, and quotes nothing of the request."""


class UnansweredError(Exception):
    """The request was or may have been written, and no answer came: nobody knows. `str()` as with the other."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the first 4 KiB of the text that came with it.

    `retry_after`: the milliseconds that the other side asks to be left alone for (`Retry-After`), where it does.
    """

    status: int
    text: str
    retry_after: Millis | None = None


class HttpExchange:
    """Makes requests, each at most once. Owns its session; `close` ends requests under way as unanswered."""

    def __init__(self, answer_s: float) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S, sock_read=answer_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_at_most_once,),
        )

    async def get(self, url: str) -> Answer:
        """Ask for that address, taken as it is. Raises `UnreachedError` or `UnansweredError`."""
        address = _address(url)
        try:
            async with self._session.get(address, allow_redirects=False) as response:
                wish = _retry_after(response.headers.get("Retry-After", ""), response.headers.get("Date", ""))
                return Answer(response.status, await _text(response), wish)
        except _UNREACHED as error:
            raise UnreachedError(_why(error)) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnansweredError(_why(error)) from None

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()


async def _at_most_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise UnansweredError(_why(error)) from None


def _address(url: str) -> URL:
    """As it is. Raises `UnreachedError`."""
    try:
        address = URL(url, encoded=True)
        if address.host and address.port:  # read here: whatever is wrong with them shows only now
            return address
    except ValueError:
        pass
    raise UnreachedError(_NO_ADDRESS)


def _why(error: Exception) -> str:
    """What went wrong, without a word of the address's path and query."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate of {error.host} is not trusted"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}:{error.port} ({error.strerror or type(error.os_error).__name__})"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.InvalidURL():
            return _NO_ADDRESS
        case aiohttp.ClientPayloadError():
            return "the answer broke off"
        case aiohttp.ClientResponseError():
            return "the answer is no HTTP"
        case aiohttp.ClientOSError() | aiohttp.ServerDisconnectedError():
            return "the connection broke"
        case _:
            return f"the request failed ({type(error).__name__})"


def _retry_after(said: str, date: str) -> Millis | None:
    """Seconds, or an instant by the other side's own clock (RFC 9110, 10.2.3). None where it says nothing of use."""
    if re.fullmatch(r"[0-9]{1,9}", said, re.ASCII):
        return int(said) * 1000
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return max(0, round(wait.total_seconds() * 1000))


async def _text(response: ClientResponse) -> str:
    body = b""
    while len(body) < MOST_BYTES:
        more = await response.content.read(MOST_BYTES - len(body))
        if not more:
            break
        body += more
    return body.decode("utf-8", "replace")
