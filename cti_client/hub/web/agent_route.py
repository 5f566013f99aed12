"""`GET /api/v1/agent`: the greeting of a desktop (`wire.frames`), before its socket is served."""

import asyncio
import logging
import secrets
from functools import partial

import msgspec
from aiohttp import WSMsgType, web

from cti_client.hub.services.desks import desk_name
from cti_client.hub.services.share_thread import look_at, type_in
from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.trouble import trouble
from cti_client.hub.web.agent_socket import AgentSocket
from cti_client.hub.web.agents import asker
from cti_client.hub.web.bodies import json_answer
from cti_client.hub.web.context import WebContext
from cti_client.hub.web.greeting import read_greeting
from cti_client.hub.web.refusals import AGENT_SOCKET
from cti_client.hub.web.tokens import Agent
from cti_client.wire import WIRE_LEAST, WIRE_MOST
from cti_client.wire.api import Problem
from cti_client.wire.codec import decode_hello, encode
from cti_client.wire.frames import Goodbye, Hello, Looking, Typing, Welcome
from cti_client.wire.topics import Waiting

log = logging.getLogger(__name__)

_FRAME_BYTES = 4_096
_CLOSE_SECONDS = 2.0
_FAREWELL_SECONDS = 1.0


class _BadHelloError(Exception):
    """The desktop's first frame is none we can greet. The arguments are the goodbye's."""


def add_agent_socket(app: web.Application) -> None:
    """Route of this file."""
    app.router.add_get(AGENT_SOCKET, _agent)


async def _agent(request: web.Request) -> web.StreamResponse:
    context, agent = await asker(request)
    if context.sockets.full:
        log.warning("desktop of %s from %s: 503 no further desktop is taken", agent.name, request.remote)
        return json_answer(Problem(code="unavailable", text="The hub takes no further desktop now."), 503)
    limits = context.config.limits
    ws = web.WebSocketResponse(
        compress=False, heartbeat=limits.heartbeat_seconds, max_msg_size=_FRAME_BYTES, timeout=_CLOSE_SECONDS
    )
    try:
        await ws.prepare(request)
    except ConnectionError:
        log.info("desktop of %s from %s: gone before it was let in", agent.name, request.remote)
        return ws
    try:
        hello = await _read_hello(ws, limits.hello_seconds)
        await _serve(context, ws, agent, hello)
    except _BadHelloError as error:
        reason, text = error.args
        log.warning("desktop of %s from %s: %s", agent.name, request.remote, reason)
        await _turn_away(ws, Goodbye(reason=reason, text=text))
    except Exception as error:  # noqa: BLE001  the link is open already: all that is left is to end it
        _log_end(agent, error)
    finally:
        if not ws.closed and request.transport is not None:
            request.transport.abort()  # what waits in the buffers of a desktop that takes nothing is let go
    return ws


async def _read_hello(ws: web.WebSocketResponse, seconds: float) -> Hello:
    try:
        message = await ws.receive(timeout=seconds)
    except TimeoutError:
        raise _BadHelloError("bad_hello", "No Hello came.") from None
    if message.type is not WSMsgType.TEXT:
        raise _BadHelloError("bad_hello", "The first frame was no Hello.")
    try:
        hello = decode_hello(message.data)
    except (msgspec.DecodeError, UnicodeError):
        raise _BadHelloError("bad_hello", "The Hello is not understood.") from None
    if hello.wire_least > WIRE_MOST or hello.wire_most < WIRE_LEAST:
        older = "desktop" if hello.wire_most < WIRE_LEAST else "hub"
        raise _BadHelloError("wire_version", f"This {older} is too old for the other side; please update it.")
    return hello


async def _serve(context: WebContext, ws: web.WebSocketResponse, agent: Agent, hello: Hello) -> None:
    async with context.sockets.turn:
        greeting = await context.store.read(read_greeting, agent.id)
    welcome = Welcome(
        wire=min(WIRE_MOST, hello.wire_most),
        hub_id=greeting.hub_id,
        agent_id=agent.id,
        agent_name=agent.name,
        now=context.clock(),
        lines=greeting.lines,
        offer_seconds=greeting.offer_seconds,
        categories=context.config.categories,
        role=greeting.role,
    )
    known = hello.hub_id == greeting.hub_id and 0 < hello.last_seq <= greeting.seq
    socket = AgentSocket(
        ws,
        agent,
        context.store,
        context.topics.values_for,
        partial(_hear, context, agent),
        context.sockets.turn,
        send_seconds=context.config.limits.send_seconds,
        name=desk_name(hello.desktop, hello.attempt, secrets.token_hex(8)),
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_enter(context, socket), name=f"entry of agent {agent.id}")
            await socket.serve(welcome, hello.last_seq if known else None)
    finally:
        context.sockets.left(socket)


async def _hear(context: WebContext, agent: Agent, frame: Looking | Typing) -> None:
    """What is lost here is said again, or was true for seconds only: the link does not end for it."""
    try:
        if isinstance(frame, Looking):
            await context.store.write(look_at, agent.id, frame.threads)
        else:
            await context.store.write(type_in, agent.id, frame.thread_id)
    except StoreAwayError:
        log.info("desktop of %s: %s was not kept", agent.name, type(frame).__name__)


async def _enter(context: WebContext, socket: AgentSocket) -> None:
    await context.sockets.enter(socket)
    context.topics.mark({Waiting.topic})


def _log_end(agent: Agent, error: Exception) -> None:
    causes = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    for cause in causes:
        if isinstance(cause, StoreAwayError):
            log.warning("desktop of %s: cut off, the database does not answer", agent.name)
        else:
            log.error("desktop of %s: %s", agent.name, trouble(cause))


async def _turn_away(ws: web.WebSocketResponse, goodbye: Goodbye) -> None:
    try:
        async with asyncio.timeout(_FAREWELL_SECONDS):
            await ws.send_frame(encode(goodbye), WSMsgType.TEXT)
            await ws.close()
    except (TimeoutError, ConnectionError):
        return
