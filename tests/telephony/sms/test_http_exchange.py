"""A request is made once, whatever becomes of the connection."""

from collections.abc import AsyncIterator

import pytest

from cti_client.telephony.sms.http_exchange import Answer, HttpExchange, UnansweredError, UnreachedError
from tests.helpers.kannel import free_ports
from tests.helpers.odd_server import (
    Behaviour,
    answering,
    endless,
    garbage,
    half,
    hanging_up,
    odd_server,
    resetting,
    silent,
)


@pytest.fixture
async def exchange() -> AsyncIterator[HttpExchange]:
    exchange = HttpExchange(answer_s=0.2)
    yield exchange
    await exchange.close()


async def test_an_answer_is_handed_over(exchange: HttpExchange) -> None:
    async with odd_server(answering(202, "0: Accepted für delivery")) as server:
        assert await exchange.get(f"{server.url}?text=%26+%2B%C3%A9&x=a%2Fb") == Answer(202, "0: Accepted für delivery")
        assert server.requests[0].startswith(b"GET /cgi-bin/sendsms?text=%26+%2B%C3%A9&x=a%2Fb HTTP/1.1\r\n")


DATE = "Date: Sun, 15 Jun 2025 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (("Retry-After: 7",), 7_000),
        (("Retry-After: 0",), 0),
        ((DATE, "Retry-After: Sun, 15 Jun 2025 10:01:30 GMT"), 90_000),
        ((DATE, "Retry-After: Sun, 15 Jun 2025 09:00:00 GMT"), 0),
        (("Retry-After: Sun, 15 Jun 2025 10:01:30 GMT",), None),
        ((DATE, "Retry-After: soon"), None),
        (("Retry-After: -3",), None),
        (("Retry-After: 99999999999999",), None),
        ((), None),
    ],
)
async def test_when_the_other_side_wants_to_be_asked_again(
    exchange: HttpExchange, headers: tuple[str, ...], wait: int | None
) -> None:
    async with odd_server(answering(503, "busy", *headers)) as server:
        assert (await exchange.get(server.url)).retry_after == wait


async def test_each_request_has_a_connection_of_its_own(exchange: HttpExchange) -> None:
    async with odd_server(answering(202)) as server:
        for _ in range(3):
            await exchange.get(server.url)
        assert len(server.requests) == 3
        assert all(b"Connection: close" in request for request in server.requests)


@pytest.mark.parametrize("behaviour", [hanging_up, resetting, silent, half, garbage])
async def test_a_request_without_an_answer_is_not_repeated(exchange: HttpExchange, behaviour: Behaviour) -> None:
    async with odd_server(behaviour) as server:
        with pytest.raises(UnansweredError):
            await exchange.get(server.url)
        assert len(server.requests) == 1


async def test_an_endless_answer_is_cut(exchange: HttpExchange) -> None:
    async with odd_server(endless) as server:
        assert len((await exchange.get(server.url)).text) == 4_096


async def test_nobody_there(exchange: HttpExchange) -> None:
    (port,) = free_ports(1)
    with pytest.raises(UnreachedError):
        await exchange.get(f"http://127.0.0.1:{port}/")
    with pytest.raises(UnreachedError):
        await exchange.get("http://no-such-host.invalid/")
