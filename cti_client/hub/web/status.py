"""`/health` (the process lives), `/ready` (send it work) and `/metrics`, for machines that watch over hubs."""

import asyncio

from aiohttp import web

import cti_client
from cti_client.domain.errors import NotFoundError
from cti_client.hub.store.counts import Counts, count
from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.web.bodies import json_answer
from cti_client.hub.web.context import CONTEXT, WebContext
from cti_client.hub.web.entrance import PEER
from cti_client.hub.web.peers import Networks

_COUNT_SECONDS = 5.0


def add_status(app: web.Application, metrics_from: tuple[str, ...]) -> None:
    """Routes of this file."""
    readers = Networks(metrics_from)

    async def metrics(request: web.Request) -> web.Response:
        peer = request[PEER]
        if not (peer.known and readers.has(peer.address)):
            raise NotFoundError("There is no such thing.")
        return await _metrics(request.app[CONTEXT])

    app.router.add_get("/health", _health)
    app.router.add_get("/ready", _ready)
    app.router.add_get("/metrics", metrics)


async def _health(_: web.Request) -> web.Response:
    return json_answer({"ok": True, "version": cti_client.__version__})


async def _ready(request: web.Request) -> web.Response:
    why = await request.app[CONTEXT].readiness.trouble()
    answer = json_answer({"ready": not why, "why": why}, 503 if why else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _metrics(context: WebContext) -> web.Response:
    from cti_client.hub.metrics import CONTENT_TYPE

    metrics = context.metrics
    if metrics is None:
        raise NotFoundError("There is no such thing.")
    trouble = await context.readiness.trouble()
    metrics.show(
        ready=not trouble,
        desktops=context.sockets.many,
        counts=None if trouble == "database" else await _counts(context),
    )
    return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _counts(context: WebContext) -> Counts | None:
    try:
        async with asyncio.timeout(_COUNT_SECONDS):
            return await context.store.read(count, context.clock())
    except (StoreAwayError, TimeoutError):
        return None
