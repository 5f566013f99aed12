"""What answers the settings screens (`wire.settings_api`), owners and admins alone (F4). Imported when first asked."""

import contextlib
from collections.abc import Awaitable, Callable

from aiohttp import web

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.hub.services.settings.access import audit_seen, change_settings, settings_seen
from cti_client.hub.services.settings.auto_texts import put_auto_text
from cti_client.hub.services.settings.canned_replies import add_reply, delete_reply, put_reply
from cti_client.hub.services.settings.connections import delete_connection, put_connection
from cti_client.hub.services.settings.lines import add_line, delete_line, put_line
from cti_client.hub.services.settings.routing import put_routing
from cti_client.hub.services.settings.view import Surroundings
from cti_client.hub.store.store import StoreAwayError, Tx
from cti_client.hub.web.agents import asker, command, path_id, query_number
from cti_client.hub.web.bodies import json_answer
from cti_client.hub.web.connection_test import test_connection
from cti_client.hub.web.context import WebContext
from cti_client.hub.web.tokens import Agent
from cti_client.wire import settings_api as api

Route = tuple[str, str]
Handler = Callable[[web.Request], Awaitable[web.Response]]

_PAGE = 50
_MOST_ENTRIES = 500


def _around(context: WebContext, fresh: str = "") -> Surroundings:
    """`fresh`: a connection that is being set anew, of which nothing bad is known yet."""
    gateways = context.gateways
    return Surroundings(
        file=gateways.file,
        file_lines=gateways.file_lines,
        box=context.box,
        hub_url=gateways.hub_url,
        troubles={name: why for name, why in gateways.troubles.items() if name != fresh},
    )


async def _settings(request: web.Request) -> web.Response:
    context, agent = await asker(request)
    return json_answer(await context.store.read(settings_seen, agent.id, _around(context)))


async def _audit(request: web.Request) -> web.Response:
    context, agent = await asker(request)
    limit = query_number(request, "limit", _MOST_ENTRIES)
    before = query_number(request, "before", 2**63 - 1)
    return json_answer(await context.store.read(audit_seen, agent.id, _PAGE if limit is None else limit, before))


async def _change(context: WebContext, agent: Agent, change: Callable[[Tx], None], fresh: str = "") -> web.Response:
    """Answered once this hub works by it, too; the others hear of it and follow."""
    settings = await context.store.write(change_settings, agent.id, change, _around(context, fresh))
    with contextlib.suppress(StoreAwayError):  # it is stored: the next look finds it
        await context.gateways.look()
    return json_answer(settings)


async def _put_connection(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditConnection)
    if edit.id != request.match_info["id"]:
        raise BadRequestError("This is the id of another connection.", "id")
    make = context.gateways.make
    return await _change(context, agent, lambda tx: put_connection(tx, agent.id, edit, context.box, make), edit.id)


async def _delete_connection(request: web.Request) -> web.Response:
    context, agent = await asker(request)
    name = request.match_info["id"]
    return await _change(context, agent, lambda tx: delete_connection(tx, agent.id, name, context.box))


async def _test_connection(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditConnection)
    return json_answer(await test_connection(context, agent, edit))


async def _add_line(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditLine)
    return await _change(context, agent, lambda tx: add_line(tx, agent.id, edit))


async def _put_line(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditLine)
    line_id, file_lines = path_id(request), context.gateways.file_lines
    return await _change(context, agent, lambda tx: put_line(tx, agent.id, line_id, edit, file_lines))


async def _delete_line(request: web.Request) -> web.Response:
    context, agent = await asker(request)
    line_id = path_id(request)
    return await _change(context, agent, lambda tx: delete_line(tx, agent.id, line_id))


async def _put_text(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditAutoText)
    try:
        policy = AutoPolicy(request.match_info["policy"])
    except ValueError:
        raise NotFoundError("There is no such automatic text.") from None
    line_id, file_lines = path_id(request), context.gateways.file_lines
    return await _change(context, agent, lambda tx: put_auto_text(tx, agent.id, line_id, policy, edit, file_lines))


async def _put_routing(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditRouting)
    return await _change(context, agent, lambda tx: put_routing(tx, agent.id, edit))


async def _add_reply(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditCannedReply)
    return await _change(context, agent, lambda tx: add_reply(tx, agent.id, edit))


async def _put_reply(request: web.Request) -> web.Response:
    context, agent, edit = await command(request, api.EditCannedReply)
    reply_id = path_id(request)
    return await _change(context, agent, lambda tx: put_reply(tx, agent.id, reply_id, edit))


async def _delete_reply(request: web.Request) -> web.Response:
    context, agent = await asker(request)
    reply_id = path_id(request)
    return await _change(context, agent, lambda tx: delete_reply(tx, agent.id, reply_id))


HANDLERS: dict[Route, Handler] = {
    ("GET", ""): _settings,
    ("PUT", "/connections/{id}"): _put_connection,
    ("DELETE", "/connections/{id}"): _delete_connection,
    ("POST", "/connections/test"): _test_connection,
    ("POST", "/lines"): _add_line,
    ("PUT", "/lines/{id}"): _put_line,
    ("DELETE", "/lines/{id}"): _delete_line,
    ("PUT", "/lines/{id}/texts/{policy}"): _put_text,
    ("PUT", "/routing"): _put_routing,
    ("POST", "/replies"): _add_reply,
    ("PUT", "/replies/{id}"): _put_reply,
    ("DELETE", "/replies/{id}"): _delete_reply,
    ("GET", "/audit"): _audit,
}
"""By the routes of `api_settings`."""
