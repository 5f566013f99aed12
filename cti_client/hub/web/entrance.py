"""What every request passes first: it gets a name for the log, and its peer is looked at (`peers.py`)."""

import logging
import secrets
from collections.abc import Callable
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cti_client.hub.log import REQUEST_ID
from cti_client.hub.web.bodies import json_answer
from cti_client.hub.web.peers import Peer, PeerRefusedError, Peers
from cti_client.wire.api import Problem

log = logging.getLogger(__name__)

PEER: web.RequestKey[Peer] = web.RequestKey("peer", Peer)
"""Who asks."""

Seen = Callable[[str, str, int, float], None]
"""Method, route, status and seconds of a request that was answered."""


def entrance(peers: Peers, seen: Seen | None = None) -> Middleware:
    """The outermost middleware. `seen` is told of every answer; a socket counts once its desktop has left."""

    @web.middleware
    async def enter(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = perf_counter()
        peer = _peer(peers, request)
        request_id = (peer.request_id if isinstance(peer, Peer) else "") or secrets.token_hex(4)
        name = REQUEST_ID.set(request_id)
        try:
            if isinstance(peer, Peer):
                if peer.address != request.remote:
                    request = request.clone(remote=peer.address)
                request[PEER] = peer
                answer = await handler(request)
            else:
                path = request.rel_url.raw_path[:200]  # as it came: decoded it may break out of its line
                log.warning("%s %s from %s: 403 %s", request.method, path, request.remote, peer)
                answer = json_answer(Problem(code="forbidden", text="The hub is reached by HTTPS alone."), 403)
        finally:
            REQUEST_ID.reset(name)
        if not answer.prepared:
            answer.headers["X-Request-Id"] = request_id
        if seen is not None:
            seen(request.method, _route(request), answer.status, perf_counter() - begun)
        return answer

    return enter


def _peer(peers: Peers, request: web.Request) -> Peer | PeerRefusedError:
    try:
        return peers.of(request.remote, lambda name: ",".join(request.headers.getall(name, ())))
    except PeerRefusedError as error:
        return error


def _route(request: web.Request) -> str:
    """The pattern it matched: few enough to count by, and with nothing in it that anybody typed."""
    resource = request.match_info.route.resource
    return "none" if resource is None else resource.canonical
