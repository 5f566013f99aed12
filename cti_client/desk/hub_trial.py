"""Try a team's hub before anything is kept: is it there, is it a hub, do we speak the same wire, is the token good?

The token is shown only once the other side is known to be a hub that we can speak with. Nothing is taken over from
another desktop of the same agent.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

import msgspec

import cti_client
from cti_client.desk.errors import CaFileError, InsecureHubError
from cti_client.desk.hub_client import API_PREFIX, prepare
from cti_client.desk.hub_trouble import (
    HubTroubleError,
    Trouble,
    bad_token,
    cannot_work,
    hub_too_new,
    hub_too_old,
    not_a_hub,
    trouble_of,
)
from cti_client.desk.places import Person, TeamPlace, is_safe
from cti_client.desk.trust import client_tls
from cti_client.wire import WIRE_LEAST, WIRE_MOST
from cti_client.wire.api import Health, Me, Problem
from cti_client.wire.codec import decode

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

T = TypeVar("T", Health, Me)

TRIAL_SECONDS = 15.0
_ANSWER_BYTES = 65_536
"""A hub's answers are far shorter; what is longer is no hub's."""


class TrialStep(Enum):
    """How far a trial is."""

    REACHING = "reaching"
    SIGNING_IN = "signing in"


async def try_hub(
    place: TeamPlace,
    token: str,
    on_step: Callable[[TrialStep], None] = lambda _: None,
    seconds: float = TRIAL_SECONDS,
) -> TeamPlace:
    """The place with the person whose token this is. May be cancelled. Raises `HubTroubleError` and nothing else."""
    token = token.strip()
    on_step(TrialStep.REACHING)
    try:
        if not is_safe(place.address):
            raise HubTroubleError(Trouble.ADDRESS, str(InsecureHubError(place.address)))
        async with asyncio.timeout(seconds):
            await prepare()
            tls = await _trust(place)
            async with _session(tls) as http:
                await _is_a_hub_for_us(http, place.address)
                on_step(TrialStep.SIGNING_IN)
                me = await _whose_token(http, place.address, token)
    except Exception as error:  # whatever it was, the person is told what it means
        trouble = trouble_of(error, place.address)
        log.info("the hub at %s: %s", place.host, type(error).__name__)
        raise trouble from error
    person = Person(hub_id=me.hub_id, agent_id=me.agent_id, name=me.agent_name)
    return msgspec.structs.replace(place, person=person)


async def _trust(place: TeamPlace) -> ssl.SSLContext | None:
    if not place.address.startswith("https:"):
        return None
    try:
        return await asyncio.to_thread(client_tls, place.ca_file)
    except CaFileError as error:
        raise HubTroubleError(Trouble.CA_FILE, str(error)) from error


@contextlib.asynccontextmanager
async def _session(tls: ssl.SSLContext | None) -> "AsyncIterator[aiohttp.ClientSession]":
    import aiohttp

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=True if tls is None else tls),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as http:
        yield http


async def _is_a_hub_for_us(http: "aiohttp.ClientSession", address: str) -> None:
    status, answer = await _get(http, address, "/health", {})
    if status == 503 and _is(answer, Problem):
        raise cannot_work(address)
    health = _read(status, answer, Health, address)
    if not health.hub_id:
        raise not_a_hub(address)
    versions = f"{health.version or '?'} there, {cti_client.__version__} here"
    if health.wire_most < WIRE_LEAST:
        raise hub_too_old(address, versions)
    if health.wire_least > WIRE_MOST:
        raise hub_too_new(address, versions)


async def _whose_token(http: "aiohttp.ClientSession", address: str, token: str) -> Me:
    if not (token.isascii() and token.isprintable() and token and " " not in token):
        raise bad_token(address)  # and it could not be said in a header
    status, answer = await _get(http, address, "/me", {"Authorization": f"Bearer {token}"})
    if status == 401:
        raise bad_token(address)
    if status == 503:
        raise cannot_work(address)
    return _read(status, answer, Me, address)


async def _get(http: "aiohttp.ClientSession", address: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    url = address + API_PREFIX + path
    async with http.get(url, headers=headers, allow_redirects=False) as response:
        answer = bytearray()
        async for chunk in response.content.iter_any():
            answer += chunk
            if len(answer) > _ANSWER_BYTES:
                raise not_a_hub(address)
        return response.status, bytes(answer)


def _read(status: int, answer: bytes, as_type: type[T], address: str) -> T:
    if status != 200:
        raise not_a_hub(address)
    try:
        return decode(answer, as_type)
    except (msgspec.DecodeError, UnicodeError):
        raise not_a_hub(address) from None


def _is(answer: bytes, as_type: type[Problem]) -> bool:
    try:
        decode(answer, as_type)
    except (msgspec.DecodeError, UnicodeError):
        return False
    return True
