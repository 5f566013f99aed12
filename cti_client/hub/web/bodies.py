"""Reading requests and writing answers, within the limits."""

import asyncio
from typing import TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from cti_client.domain.errors import BadRequestError
from cti_client.wire.codec import decode, encode

T = TypeVar("T")


class BodyTooLargeError(Exception):
    """The body is larger than allowed; the rest of it is not read."""


class BodyTooSlowError(Exception):
    """The body did not arrive in time."""


async def read_body(request: web.Request, most: int, seconds: float) -> bytes:
    """All of the body.

    Raises `BodyTooLargeError` past `most` bytes, `BodyTooSlowError` where it takes longer than `seconds` in all, and
    `BadRequestError` where it is cut short or is not what its header says.
    """
    if not request.can_read_body:
        return b""
    if (request.content_length or 0) > most:
        raise BodyTooLargeError
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise BodyTooLargeError
    except TimeoutError:
        raise BodyTooSlowError from None
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError):
        raise BadRequestError("The body cannot be read.") from None
    return bytes(body)


async def read_struct(request: web.Request, as_type: type[T], most: int, seconds: float) -> T:
    """The body as one wire struct. Raises as `read_body` does, and `msgspec.DecodeError`."""
    return decode(await read_body(request, most, seconds), as_type)


def json_answer(value: object, status: int = 200) -> web.Response:
    """A wire struct as the answer."""
    return web.Response(body=encode(value), status=status, content_type="application/json")
