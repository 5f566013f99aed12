"""An HTTP directory on a real server: what it is asked, what it may answer, and how it may break (A4)."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cti_client.directory.http import LONGEST_FIELD, MOST_ENTRIES, HttpDirectory
from cti_client.directory.source import DirectoryError, DirectorySource, Entry

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable["Peer"]]
EVA = {"name": "Eva Berg", "street": "Elm 1", "town": "Oslo", "address": "+4721234567"}
EVA_ENTRY = Entry(name="Eva Berg", street="Elm 1", town="Oslo", address="+4721234567")


class Peer:
    """A directory server and the client that is set up for it."""

    def __init__(self, answer: object, status: int) -> None:
        self.answer: object = answer
        self.status = status
        self.asked: list[web.Request] = []
        self.server: TestServer
        self.directory: HttpDirectory

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if callable(self.answer):
            response: web.StreamResponse = await self.answer(request)
            return response
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return web.Response(status=self.status, body=body, content_type="application/json")


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    peers: list[Peer] = []

    async def make(answer: object = (), path: str = "/find?n={number}", status: int = 200, **options: object) -> Peer:
        peer = Peer(answer, status)
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", peer.handle)
        peer.server = TestServer(app)
        await peer.server.start_server()
        options = {"url": str(peer.server.make_url("/")).rstrip("/") + path, **options}
        peer.directory = HttpDirectory("crm", "The CRM", options)
        peers.append(peer)
        return peer

    yield make
    for peer in peers:
        await peer.directory.close()
        await peer.server.close()


async def test_it_is_a_source(serve: Serve) -> None:
    source: DirectorySource = (await serve([EVA])).directory
    assert (source.id, source.name) == ("crm", "The CRM")
    assert await source.lookup("+15551234567") == [EVA_ENTRY]


async def test_the_number_reaches_it_whole(serve: Serve) -> None:
    peer = await serve([], "/v1/{digits}?n={number}&q={query}")
    await peer.directory.lookup("+15551234567")
    (asked,) = peer.asked
    assert asked.method == "GET"
    assert asked.match_info["tail"] == "v1/15551234567"
    assert dict(asked.query) == {"n": "+15551234567", "q": "+15551234567"}


async def test_words_are_sent_as_typed(serve: Serve) -> None:
    peer = await serve([EVA], "/find?n={number}&q={query}")
    assert await peer.directory.search("  Müller & Söhne {number}? #1/%2 ") == [EVA_ENTRY]
    (asked,) = peer.asked
    assert dict(asked.query) == {"n": "", "q": "Müller & Söhne {number}? #1/%2"}


async def test_words_have_an_address_of_their_own(serve: Serve) -> None:
    peer = await serve([EVA])
    host = str(peer.server.make_url("/words/"))
    directory = HttpDirectory("crm", "CRM", {"url": host + "{number}", "search_url": host + "{query}"})
    await directory.search("Eva")
    await directory.close()
    assert [asked.path for asked in peer.asked] == ["/words/Eva"]


async def test_a_directory_of_numbers_alone_is_not_asked_for_words(serve: Serve) -> None:
    peer = await serve([EVA])
    assert await peer.directory.search("Eva") == []
    assert await peer.directory.search(" ") == []
    assert peer.asked == []


async def test_headers_are_sent_along(serve: Serve) -> None:
    peer = await serve([], headers={"Authorization": "Bearer s3cret"})
    await peer.directory.lookup("+15551234567")
    assert peer.asked[0].headers["Authorization"] == "Bearer s3cret"
    assert peer.asked[0].headers["Accept"] == "application/json"


async def test_fields_are_found_where_the_operator_says(serve: Serve) -> None:
    person = {
        "person": {"first": "Eva", "last": "Berg"},
        "firm": None,
        "addresses": [{"line": " Elm\n 1 ", "zip": 151, "city": "Oslo"}],
        "flags": {"active": True},
    }
    fields = {
        "name": ["person.first", "person.last"],
        "company": "firm",
        "street": "addresses.0.line",
        "postcode": "addresses.0.zip",
        "town": "addresses.0.city",
        "country": "flags.active",
        "address": "addresses.7.phone",
    }
    peer = await serve({"data": {"items": [person, "odd", {}]}}, results="data.items", fields=fields)
    entries = await peer.directory.lookup("+15551234567")
    assert entries == [Entry(name="Eva Berg", street="Elm 1", postcode="151", town="Oslo")]


@pytest.mark.parametrize(
    ("answer", "results"),
    [([], ""), ({"items": []}, "items"), ({"items": None}, "items"), ({}, "data.items"), ({"address": "+1"}, "")],
)
async def test_nobody_is_an_answer(serve: Serve, answer: object, results: str) -> None:
    peer = await serve(answer, results=results)
    assert await peer.directory.lookup("+15551234567") == []


@pytest.mark.parametrize("status", [204, 404])
async def test_nobody_by_status(serve: Serve, status: int) -> None:
    peer = await serve(b"" if status == 204 else b"<html>nothing</html>", status=status)
    assert await peer.directory.lookup("+15551234567") == []


async def test_one_object_is_one_answer_and_answers_are_each_there_once(serve: Serve) -> None:
    assert await (await serve(EVA)).directory.lookup("+1") == [EVA_ENTRY]
    assert await (await serve([EVA, EVA])).directory.lookup("+1") == [EVA_ENTRY]


async def test_whatever_it_answers_is_short_and_clean(serve: Serve) -> None:
    odd = b'[{"name": "A\\u0000\\ud800\\r\\n\\tB' + b"x" * 1_000 + b'"}]'
    (entry,) = await (await serve(odd)).directory.lookup("+1")
    assert entry.name.startswith("A\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} Bx")
    assert len(entry.name) == LONGEST_FIELD
    many = [{"name": str(number)} for number in range(100)]
    assert len(await (await serve(many)).directory.lookup("+1")) == MOST_ENTRIES


@pytest.mark.parametrize(
    ("answer", "status", "sentence"),
    [
        (b"", 500, "The CRM answered with error 500."),
        (b"", 401, "The CRM does not let us in (error 401)."),
        (b"", 403, "The CRM does not let us in (error 403)."),
        (b"", 302, "The CRM answered with error 302."),
        (b"<html>", 200, "The CRM gave an answer that cannot be read."),
        (b"", 200, "The CRM gave an answer that cannot be read."),
        (b"\xff\xfe\xfd", 200, "The CRM gave an answer that cannot be read."),
        (b"[" * 100_000, 200, "The CRM gave an answer that cannot be read."),
        (b'"text"', 200, "The CRM gave an answer of an unexpected form."),
        (b" " * 300_000, 200, "The CRM answered with too much."),
    ],
)
async def test_a_broken_directory_is_one_sentence(serve: Serve, answer: bytes, status: int, sentence: str) -> None:
    peer = await serve(answer, status=status)
    with pytest.raises(DirectoryError) as error:
        await peer.directory.lookup("+15551234567")
    assert str(error.value) == sentence


async def test_a_packed_answer_cannot_unpack_without_end(serve: Serve) -> None:
    packed = gzip.compress(b" " * 50_000_000)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    peer = await serve(answer)
    with pytest.raises(DirectoryError, match="too much"):
        await peer.directory.lookup("+15551234567")


async def test_it_is_not_followed_elsewhere(serve: Serve) -> None:
    other = await serve([EVA])

    async def answer(_: web.Request) -> web.Response:
        raise web.HTTPFound(other.server.make_url("/"))

    peer = await serve(answer, headers={"Authorization": "Bearer s3cret"})
    with pytest.raises(DirectoryError, match="error 302"):
        await peer.directory.lookup("+15551234567")
    assert other.asked == []


async def test_a_slow_directory_is_given_up(serve: Serve) -> None:
    never = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    peer = await serve(answer, timeout_ms=100)
    with pytest.raises(DirectoryError, match=r"The CRM did not answer within 0\.1 s\."):
        await peer.directory.lookup("+15551234567")
    never.set()


async def test_one_that_drips_is_given_up(serve: Serve) -> None:
    never = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"[")
        await never.wait()
        return response

    peer = await serve(answer, timeout_ms=100)
    with pytest.raises(DirectoryError, match="did not answer within"):
        await peer.directory.lookup("+15551234567")
    never.set()


async def test_one_that_is_away_or_hangs_up(serve: Serve) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    peer = await serve(answer)
    with pytest.raises(DirectoryError, match="The connection to The CRM broke off"):
        await peer.directory.lookup("+15551234567")
    await peer.server.close()
    with pytest.raises(DirectoryError, match="The CRM cannot be reached"):
        await peer.directory.lookup("+15551234567")


async def test_closing_ends_questions_under_way(serve: Serve) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        asked.set()
        await never.wait()
        return web.Response()

    peer = await serve(answer)
    question = asyncio.create_task(peer.directory.lookup("+15551234567"))
    await asked.wait()
    await peer.directory.close()
    with pytest.raises(DirectoryError, match="broke off"):
        await question
    with pytest.raises(DirectoryError, match="is closed"):
        await peer.directory.lookup("+15551234567")
    never.set()
