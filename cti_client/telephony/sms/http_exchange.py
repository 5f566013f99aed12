"""One HTTP request that is made at most once, and that says whether it may have reached the other side.

aiohttp by itself sends a GET a second time when the connection breaks before an answer, on fresh connections too.
For a request that makes a phone ring that would be a second text, so it is stopped here, and every request has a
connection of its own: one that had gone stale while idle would leave the same doubt.
"""

from dataclasses import dataclass

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

MOST_BYTES = 4_096
CONNECT_S = 5.0


class UnreachedError(Exception):
    """Nothing was written: the other side cannot have acted."""


class UnansweredError(Exception):
    """The request was or may have been written, and no answer came: nobody knows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the first 4 KiB of the text that came with it."""

    status: int
    text: str


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
        try:
            async with self._session.get(URL(url, encoded=True), allow_redirects=False) as response:
                return Answer(response.status, await _text(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise UnreachedError(str(error)) from error
        except TimeoutError as error:
            raise UnansweredError("no answer in time") from error
        except aiohttp.ClientError as error:
            raise UnansweredError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()


async def _at_most_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise UnansweredError(str(error) or "the connection broke") from error


async def _text(response: ClientResponse) -> str:
    body = b""
    while len(body) < MOST_BYTES:
        more = await response.content.read(MOST_BYTES - len(body))
        if not more:
            break
        body += more
    return body.decode("utf-8", "replace")
