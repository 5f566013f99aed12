"""Commands on offers, chats and messages (`wire.api`)."""

from aiohttp import web

from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.choose_contact import choose_contact
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.send_sms import send_sms
from cti_client.hub.services.set_presence import set_presence
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store.messages import one_message
from cti_client.hub.store.store import Tx
from cti_client.hub.web.agents import PREFIX, command, path_id
from cti_client.hub.web.bodies import json_answer
from cti_client.wire import api, records


def add_chats(app: web.Application) -> None:
    """Routes of this file."""
    app.router.add_routes(
        [
            web.post(PREFIX + "/offers/{id}/accept", _accept),
            web.post(PREFIX + "/offers/{id}/decline", _decline),
            web.post(PREFIX + "/waiting/{id}/take", _take),
            web.post(PREFIX + "/chats", _start),
            web.post(PREFIX + "/messages", _send),
            web.post(PREFIX + "/messages/{id}/settle", _settle),
            web.post(PREFIX + "/interactions/{id}/read", _read),
            web.post(PREFIX + "/interactions/{id}/close", _close),
            web.post(PREFIX + "/interactions/{id}/case", _choose_case),
            web.post(PREFIX + "/interactions/{id}/contact", _choose_contact),
            web.post(PREFIX + "/presence", _presence),
        ]
    )


async def _accept(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.Accept)
    return json_answer(await context.store.write(accept_offer, agent.id, path_id(request), body))


async def _decline(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.Decline)
    await context.store.write(decline_offer, agent.id, path_id(request), body)
    return json_answer(api.Done())


async def _take(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.Take)
    return json_answer(await context.store.write(take_waiting, agent.id, path_id(request), body))


async def _start(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.StartChat)
    return json_answer(await context.store.write(start_chat, agent.id, body))


async def _send(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.Send)
    return json_answer(await context.store.write(_send_and_show, agent.id, body))


def _send_and_show(tx: Tx, agent_id: int, send: api.Send) -> records.Message:
    return one_message(tx.conn, send_sms(tx, agent_id, send))


async def _settle(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.Settle)
    return json_answer(await context.store.write(_settle_and_show, agent.id, path_id(request), body))


def _settle_and_show(tx: Tx, agent_id: int, message_id: int, settle: api.Settle) -> records.Message:
    settle_message(tx, agent_id, message_id, settle)
    return one_message(tx.conn, message_id)


async def _read(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.MarkRead)
    await context.store.write(mark_read, agent.id, path_id(request), body)
    return json_answer(api.Done())


async def _close(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.Close)
    await context.store.write(close_chat, agent.id, path_id(request), body)
    return json_answer(api.Done())


async def _choose_case(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.ChooseCase)
    return json_answer(await context.store.write(choose_case, agent.id, path_id(request), body))


async def _choose_contact(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.ChooseContact)
    await context.store.write(choose_contact, agent.id, path_id(request), body)
    return json_answer(api.Done())


async def _presence(request: web.Request) -> web.Response:
    context, agent, body = await command(request, api.SetPresence)
    await context.store.write(set_presence, agent.id, body.presence, body.reason)
    return json_answer(api.Done())
