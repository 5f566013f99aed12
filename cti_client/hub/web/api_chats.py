"""Commands on offers, chats and messages (`wire.api`): each is one service in one transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.choose_contact import choose_contact
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.scheduled import cancel_message
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

Body = TypeVar("Body")
Answer = api.Accepted | records.Message | None
Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_chats(app: web.Application) -> None:
    """Routes of this file."""
    app.router.add_routes(
        [
            web.post(PREFIX + "/offers/{id}/accept", _on_one(api.Accept, accept_offer)),
            web.post(PREFIX + "/offers/{id}/decline", _on_one(api.Decline, decline_offer)),
            web.post(PREFIX + "/waiting/{id}/take", _on_one(api.Take, take_waiting)),
            web.post(PREFIX + "/chats", _on_none(api.StartChat, start_chat)),
            web.post(PREFIX + "/messages", _on_none(api.Send, _send_and_show)),
            web.post(PREFIX + "/messages/{id}/settle", _on_one(api.Settle, _settle_and_show)),
            web.post(PREFIX + "/messages/{id}/resend", _on_one(api.Resend, _resend_and_show)),
            web.post(PREFIX + "/messages/{id}/cancel", _on_one(api.Cancel, _cancel_and_show)),
            web.post(PREFIX + "/interactions/{id}/read", _on_one(api.MarkRead, mark_read)),
            web.post(PREFIX + "/interactions/{id}/close", _on_one(api.Close, close_chat)),
            web.post(PREFIX + "/interactions/{id}/case", _on_one(api.ChooseCase, choose_case)),
            web.post(PREFIX + "/interactions/{id}/contact", _on_one(api.ChooseContact, choose_contact)),
            web.post(PREFIX + "/presence", _on_none(api.SetPresence, _set_presence)),
        ]
    )


def _on_one(as_type: type[Body], service: Callable[[Tx, int, int, Body], Answer]) -> Handler:
    """A command on the thing that the path names; `service(tx, agent_id, id, body)`."""

    async def handle(request: web.Request) -> web.Response:
        context, agent, body = await command(request, as_type)
        return _answer(await context.store.write(service, agent.id, path_id(request), body))

    return handle


def _on_none(as_type: type[Body], service: Callable[[Tx, int, Body], Answer]) -> Handler:
    """A command whose body says all; `service(tx, agent_id, body)`."""

    async def handle(request: web.Request) -> web.Response:
        context, agent, body = await command(request, as_type)
        return _answer(await context.store.write(service, agent.id, body))

    return handle


def _answer(answer: Answer) -> web.Response:
    return json_answer(api.Done() if answer is None else answer)


def _send_and_show(tx: Tx, agent_id: int, send: api.Send) -> records.Message:
    return one_message(tx.conn, send_sms(tx, agent_id, send))


def _settle_and_show(tx: Tx, agent_id: int, message_id: int, settle: api.Settle) -> records.Message:
    settle_message(tx, agent_id, message_id, settle)
    return one_message(tx.conn, message_id)


def _resend_and_show(tx: Tx, agent_id: int, message_id: int, resend: api.Resend) -> records.Message:
    resend_message(tx, agent_id, message_id, resend)
    return one_message(tx.conn, message_id)


def _cancel_and_show(tx: Tx, agent_id: int, message_id: int, cancel: api.Cancel) -> records.Message:
    cancel_message(tx, agent_id, message_id, cancel)
    return one_message(tx.conn, message_id)


def _set_presence(tx: Tx, agent_id: int, wish: api.SetPresence) -> None:
    set_presence(tx, agent_id, wish.presence, wish.reason)
