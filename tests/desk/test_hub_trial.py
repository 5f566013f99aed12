"""Each way in which a team's hub cannot be worked with has its own sentence; a hub that can be is named."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from cti_client.desk.errors import NoSocketError
from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.hub_trial import TrialStep, try_hub
from cti_client.desk.hub_trouble import HubTroubleError, Trouble
from cti_client.desk.places import Person, TeamPlace
from cti_client.wire import WIRE_LEAST, WIRE_MOST, api
from cti_client.wire.codec import encode
from tests.helpers.certificates import DAY, Authority, server_tls
from tests.helpers.kannel import free_ports
from tests.helpers.running_hub import OTHER_TOKEN, TOKEN, running_hub

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HEALTH = api.Health(ok=True, hub_id="hub-1", version="9.9", wire_least=WIRE_LEAST, wire_most=WIRE_MOST)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.made(tmp_path)


@asynccontextmanager
async def server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def answering(*answers: tuple[int, object]) -> Handler:
    """One answer after the other."""
    left = list(answers)

    async def answer(_: web.Request) -> web.Response:
        status, body = left.pop(0)
        return web.Response(status=status, body=body if isinstance(body, bytes) else encode(body))

    return answer


async def trouble(address: str, token: str = TOKEN, *, ca_file: Path | str = "") -> tuple[Trouble, str]:
    with pytest.raises(HubTroubleError) as caught:
        await try_hub(TeamPlace(address=address, ca_file=str(ca_file)), token, seconds=5)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert token not in sentence
    return caught.value.trouble, sentence


async def test_a_good_hub_says_who_one_is(tmp_path: Path, authority: Authority) -> None:
    steps: list[TrialStep] = []
    async with running_hub(tmp_path, tls_certificate=authority.certify()) as hub:
        place = TeamPlace(address=hub.url, ca_file=str(authority.file))
        anna = await try_hub(place, f" {TOKEN}\n", steps.append)
        bo = await try_hub(place, OTHER_TOKEN)

    assert steps == [TrialStep.REACHING, TrialStep.SIGNING_IN]
    assert anna.person is not None
    assert bo.person is not None
    assert (anna.address, anna.person.name, bo.person.name) == (place.address, "Anna", "Bo")
    assert anna.person.hub_id == bo.person.hub_id
    assert anna.person.agent_id != bo.person.agent_id


async def test_the_person_of_before_is_forgotten_where_the_token_is_another_s(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        before = TeamPlace(address=hub.url, person=Person(hub_id="old", agent_id=99, name="Someone"))
        found = await try_hub(before, TOKEN)
    assert found.person is not None
    assert found.person.name == "Anna"


async def test_a_name_that_no_server_knows() -> None:
    kind, words = await trouble("https://no-such-hub.invalid")
    assert kind is Trouble.ADDRESS
    assert words.startswith("There is no no-such-hub.invalid in this network. Check the spelling.")


async def test_nobody_listens() -> None:
    (port,) = free_ports(1)
    kind, words = await trouble(f"https://127.0.0.1:{port}")
    assert kind is Trouble.ADDRESS
    assert words.startswith(f"Nothing answers at 127.0.0.1:{port}.")


async def test_somebody_listens_and_says_nothing() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with server(silent) as address:
        with pytest.raises(HubTroubleError, match=r"does not answer\. Check the address and the network"):
            await try_hub(TeamPlace(address=address), TOKEN, seconds=0.1)


async def test_an_authority_that_this_computer_does_not_know(tmp_path: Path, authority: Authority) -> None:
    async with server(answering((200, HEALTH)), server_tls(authority.certify())) as address:
        kind, words = await trouble(address)
        assert kind is Trouble.CA_FILE
        assert words.startswith("This computer does not know the authority that signed the certificate of 127.0.0.1")
        other = Authority.made(tmp_path, "Another authority")
        assert (await trouble(address, ca_file=other.file))[0] is Trouble.CA_FILE


async def test_a_certificate_that_has_expired(authority: Authority) -> None:
    file = authority.certify(since=-3 * DAY, until=-DAY)
    async with server(answering(), server_tls(file)) as address:
        kind, words = await trouble(address, ca_file=authority.file)
    assert kind is Trouble.HUB
    assert "has expired. Ask your administrator to renew it" in words


async def test_a_certificate_of_tomorrow(authority: Authority) -> None:
    file = authority.certify(since=DAY, until=3 * DAY)
    async with server(answering(), server_tls(file)) as address:
        assert "is not valid yet. Check this computer’s date" in (await trouble(address, ca_file=authority.file))[1]


@pytest.mark.parametrize("hosts", [("hub.example.com",), ("127.0.0.2",)])
async def test_a_certificate_of_another_host(authority: Authority, hosts: tuple[str, ...]) -> None:
    async with server(answering(), server_tls(authority.certify(hosts))) as address:
        kind, words = await trouble(address, ca_file=authority.file)
    assert kind is Trouble.ADDRESS
    assert words.startswith("The certificate is not for 127.0.0.1:")


async def test_https_where_none_is_spoken() -> None:
    async with server(answering()) as address:
        kind, words = await trouble(address.replace("http:", "https:"))
    assert kind is Trouble.ADDRESS
    assert words.startswith("No encrypted connection with 127.0.0.1:")


async def test_http_where_https_is_spoken(authority: Authority) -> None:
    async with server(answering(), server_tls(authority.certify())) as address:
        assert "is no hub" in (await trouble(address.replace("https:", "http:")))[1]


async def test_plain_http_beyond_this_computer_is_never_tried() -> None:
    kind, words = await trouble("http://hub.example.com")
    assert kind is Trouble.ADDRESS
    assert "is not encrypted. Use an address that begins with https://." in words


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>A router</html>"),
        (200, b'{"ok": true}'),
        (200, b"[]"),
        (200, b"\xff\xfe"),
        (200, b" " * 100_000),
        (302, b""),
        (401, b""),
        (404, b"not found"),
        (500, b"oops"),
        (503, b"<html>a proxy</html>"),
    ],
)
async def test_something_else_answers(status: int, body: bytes) -> None:
    async with server(answering((status, body))) as address:
        kind, words = await trouble(address)
    assert kind is Trouble.ADDRESS
    assert "answers, but it is no hub. Check the address and the port." in words


async def test_the_token_is_not_shown_to_what_is_no_hub_for_us() -> None:
    said: list[str] = []

    def noting(health: object) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            said.extend(f"{name}: {value}" for name, value in request.headers.items())
            return web.Response(body=encode(health))

        return answer

    for health in ({"ok": True}, {"ok": True, "hub_id": "h", "wire_least": 99, "wire_most": 99}):
        async with server(noting(health)) as address:
            await trouble(address)
    assert said
    assert not any(TOKEN in header for header in said)


async def test_a_hub_without_its_database() -> None:
    away = api.Problem(code="unavailable", text="The hub's database does not answer.")
    for answers in ([(503, away)], [(200, HEALTH), (503, away)]):
        async with server(answering(*answers)) as address:
            kind, words = await trouble(address)
        assert kind is Trouble.HUB
        assert "is there but cannot work now. Try again in a moment." in words


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (WIRE_LEAST - 1, WIRE_LEAST - 1, "is too old for this program (9.9 there"),
        (WIRE_MOST + 1, WIRE_MOST + 1, "This program is too old for the hub at"),
    ],
)
async def test_a_hub_of_another_age(least: int, most: int, words: str) -> None:
    health = api.Health(ok=True, hub_id="hub-1", version="9.9", wire_least=least, wire_most=most)
    async with server(answering((200, health))) as address:
        kind, sentence = await trouble(address)
    assert kind is Trouble.HUB
    assert words in sentence
    assert "pdate" in sentence


@pytest.mark.parametrize("token", ["nobody-has-this-token", "", "two words", "tokén-of-anna", "line\nbreak"])
async def test_a_token_that_is_nobody_s(tmp_path: Path, token: str) -> None:
    async with running_hub(tmp_path) as hub:
        with pytest.raises(HubTroubleError, match="does not know this token") as caught:
            await try_hub(TeamPlace(address=hub.url), token)
    assert caught.value.trouble is Trouble.TOKEN


async def test_a_file_that_is_no_authority(tmp_path: Path, authority: Authority) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no certificate")
    for file, why in ((text, "it holds no certificate in PEM form."), (tmp_path / "gone.pem", "it is not there.")):
        kind, words = await trouble("https://127.0.0.1:9", ca_file=file)
        assert kind is Trouble.CA_FILE
        assert words == f"{file} cannot be used as a certificate authority: {why}"


async def test_a_trial_can_be_given_up_and_leaves_nothing_open() -> None:
    asked = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with server(silent) as address:
        trial = asyncio.create_task(try_hub(TeamPlace(address=address), TOKEN))
        await asked.wait()
        trial.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trial


async def test_no_log_line_holds_the_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running_hub(tmp_path) as hub:
        await try_hub(TeamPlace(address=hub.url), TOKEN)
        with pytest.raises(HubTroubleError):
            await try_hub(TeamPlace(address=hub.url), "nobody-has-this-token")
    assert not any(TOKEN in one.getMessage() or "nobody-has" in one.getMessage() for one in caplog.records)


async def test_a_running_link_says_what_is_wrong_with_the_certificate(authority: Authority) -> None:
    file = authority.certify(since=-3 * DAY, until=-DAY)
    async with server(answering(), server_tls(file)) as address:
        client = HubClient(HubAccess(address, TOKEN, str(authority.file)))
        with pytest.raises(NoSocketError) as caught:
            await client.open_socket()
        await client.close()
        gone = HubClient(HubAccess(address, TOKEN, str(authority.folder / "gone.pem")))
        with pytest.raises(NoSocketError) as also:
            await gone.open_socket()
        await gone.close()
    assert "has expired" in caught.value.sentence
    assert "gone.pem cannot be used as a certificate authority" in also.value.sentence


async def test_a_link_over_the_team_s_own_authority(tmp_path: Path, authority: Authority) -> None:
    async with running_hub(tmp_path, tls_certificate=authority.certify()) as hub:
        client = HubClient(HubAccess(hub.url, TOKEN, str(authority.file)))
        me = await client.call("GET", "/me", api.Me)
        socket = await client.open_socket()
        await socket.close()
        await client.close()
    assert me.agent_name == "Anna"
