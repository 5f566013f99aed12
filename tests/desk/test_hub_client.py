"""Requests to the hub: what each kind of answer, and of silence, becomes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from cti_client.desk.errors import HubAwayError, HubRefusedError, InsecureHubError, NoSocketError
from cti_client.desk.hub_client import HubAccess, HubClient, SocketDeniedError
from cti_client.wire import api
from cti_client.wire.codec import decode, encode

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def hub(handler: Handler, seconds: float = 10.0) -> AsyncIterator[HubClient]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = HubClient(HubAccess(f"http://127.0.0.1:{runner.addresses[0][1]}/", "secret"), seconds)
    try:
        yield client
    finally:
        await client.close()
        await runner.cleanup()


def answering(status: int, body: bytes) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    return answer


async def ask(client: HubClient) -> api.Done:
    return await client.call("POST", "/presence", api.Done, api.MarkRead(message_id=5))


@pytest.mark.parametrize(
    "url",
    ["https://hub.example", "https://10.0.0.1:8443/", "http://127.0.0.1:80", "http://[::1]:80", "http://localhost:1"],
)
def test_addresses_that_are_safe(url: str) -> None:
    assert HubAccess(url, "t").url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hub.example",
        "http://10.0.0.1:8080",
        "http://0.0.0.0:8080",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "ws://127.0.0.1",
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "http://",
        "https://",
        "",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(InsecureHubError):
        HubAccess(url, "t")


def test_the_token_does_not_show() -> None:
    assert "secret" not in repr(HubAccess("https://hub.example", "secret"))


async def test_a_request_carries_method_path_token_and_body() -> None:
    seen: list[tuple[str, str, str | None, api.MarkRead]] = []

    async def note(request: web.Request) -> web.Response:
        body = decode(await request.read(), api.MarkRead)
        seen.append((request.method, request.path, request.headers.get("Authorization"), body))
        return web.Response(body=encode(api.Done()))

    async with hub(note) as client:
        assert await ask(client) == api.Done()

    assert seen == [("POST", "/api/v1/presence", "Bearer secret", api.MarkRead(message_id=5))]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "empty"),
        (401, "unauthorised"),
        (403, "opted_out"),
        (404, "not_found"),
        (409, "offer_gone"),
        (413, "too_large"),
        (503, "no_connection"),
    ],
)
async def test_a_no_of_the_hub(status: int, code: str) -> None:
    problem = api.Problem(code=code, text="No, because.", by="Anna")

    async with hub(answering(status, encode(problem))) as client:
        with pytest.raises(HubRefusedError, match=r"No, because\.") as caught:
            await ask(client)

    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, encode(api.Problem(code="unavailable", text="Not now."))),
        (500, encode(api.Problem(code="internal", text="Our mistake."))),
        (408, encode(api.Problem(code="too_slow", text="Too slow."))),
        (502, b"<html>proxy</html>"),
        (404, b"some other server"),
        (302, b""),
        (200, b"<html>a login page</html>"),
        (200, b'{"state": 5'),
    ],
)
async def test_a_hub_that_cannot_work_now(status: int, body: bytes) -> None:
    async with hub(answering(status, body)) as client:
        with pytest.raises(HubAwayError):
            await client.call("GET", "/cases", api.CaseList)


async def test_nobody_there() -> None:
    client = HubClient(HubAccess("http://127.0.0.1:9", "t"))
    with pytest.raises(HubAwayError):
        await ask(client)
    with pytest.raises(NoSocketError) as caught:
        await client.open_socket()
    assert caught.value.sentence == ""  # nothing that waiting would not mend
    await client.close()


async def test_a_hub_that_never_answers_is_given_up() -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with hub(never, seconds=0.1) as client:
        with pytest.raises(HubAwayError, match="does not answer"):
            await ask(client)


async def test_a_kept_connection_that_ends_as_it_is_used_costs_one_more_attempt_and_no_more() -> None:
    calls = 0

    async def drop(request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        if calls % 2:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=encode(api.Done()))

    async with hub(drop) as client:
        assert await ask(client) == api.Done()
        assert calls == 2

    async def always_drop(request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    calls = 0
    async with hub(always_drop) as client:
        with pytest.raises(HubAwayError):
            await ask(client)
    assert calls == 2


async def test_a_denied_socket_says_its_status() -> None:
    async with hub(answering(401, b"")) as client:
        with pytest.raises(SocketDeniedError) as caught:
            await client.open_socket()
    assert caught.value.status == 401


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("99999", 300.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0)])
async def test_a_denied_socket_says_how_long_the_hub_wants_to_be_left_alone(said: str, seconds: float) -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": said})

    async with hub(busy) as client:
        with pytest.raises(SocketDeniedError) as caught:
            await client.open_socket()
    assert caught.value.retry_after_seconds == seconds


async def test_the_token_is_not_carried_to_wherever_a_redirect_points() -> None:
    seen: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        seen.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with hub(redirect) as client:
        with pytest.raises(HubAwayError):
            await ask(client)
    assert seen == ["/api/v1/presence"]
