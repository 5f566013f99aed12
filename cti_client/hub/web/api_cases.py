"""Queries, and edits of cases and contacts (`wire.api`)."""

from aiohttp import web

from cti_client.domain.errors import ChatEndedError
from cti_client.hub.services.edit_case import edit_case
from cti_client.hub.services.edit_contact import edit_contact
from cti_client.hub.store import record_builders
from cti_client.hub.store.cases import list_cases
from cti_client.hub.store.contacts import contact_record
from cti_client.hub.store.message_history import message_history
from cti_client.hub.store.messages import message_page
from cti_client.hub.store.store import Tx
from cti_client.hub.store.timeline import interaction_timeline
from cti_client.hub.web.agents import PREFIX, asker, command, path_id, query_number
from cti_client.hub.web.bodies import json_answer
from cti_client.wire import api, records

_PAGE = 50
_MOST_ROWS = 500
_ANY = 10**18


def add_cases(app: web.Application) -> None:
    """Routes of this file."""
    app.router.add_routes(
        [
            web.get(PREFIX + "/interactions/{id}/timeline", _timeline),
            web.get(PREFIX + "/cases", _cases),
            web.patch(PREFIX + "/cases/{id}", _edit_case),
            web.get(PREFIX + "/threads/{id}/messages", _messages),
            web.get(PREFIX + "/messages/{id}/history", _history),
            web.put(PREFIX + "/contacts/{id}", _edit_contact),
            web.get(PREFIX + "/directory/sources", _sources),
            web.post(PREFIX + "/directory/{source}/lookup", _lookup),
        ]
    )


async def _timeline(request: web.Request) -> web.Response:
    context, _ = await asker(request)
    return json_answer(await context.store.read(interaction_timeline, path_id(request)))


async def _cases(request: web.Request) -> web.Response:
    context, agent = await asker(request)
    limit = query_number(request, "limit", _MOST_ROWS) or _PAGE
    before = query_number(request, "before", _ANY)
    return json_answer(await context.store.read(list_cases, agent.id, limit, before))


async def _edit_case(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.EditCase)
    return json_answer(await context.store.write(_edit_and_show_case, agent.id, path_id(request), body))


def _edit_and_show_case(tx: Tx, agent_id: int, case_id: int, edit: api.EditCase) -> records.Case:
    edit_case(tx, agent_id, case_id, edit)
    for case in record_builders.cases(tx.conn, [case_id]):
        return case
    raise ChatEndedError("This chat has ended.")


async def _history(request: web.Request) -> web.Response:
    context, _ = await asker(request)
    return json_answer(await context.store.read(message_history, path_id(request)))


async def _messages(request: web.Request) -> web.Response:
    context, _ = await asker(request)
    before, after = query_number(request, "before", _ANY), query_number(request, "after", _ANY)
    limit = query_number(request, "limit", _MOST_ROWS) or _PAGE
    return json_answer(await context.store.read(message_page, path_id(request), before, after, limit))


async def _edit_contact(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.EditContact)
    return json_answer(await context.store.write(_edit_and_show_contact, agent.id, path_id(request), body))


def _edit_and_show_contact(tx: Tx, agent_id: int, contact_id: int, edit: api.EditContact) -> records.Contact:
    edit_contact(tx, agent_id, contact_id, edit)
    return contact_record(tx.conn, contact_id)


async def _sources(request: web.Request) -> web.Response:
    context, _ = await asker(request)
    return json_answer(context.directory.sources())


async def _lookup(request: web.Request) -> web.Response:
    context, _, body = await command(request, api.Lookup)
    return json_answer(await context.directory.lookup(request.match_info["source"], body))
