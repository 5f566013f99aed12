"""The hub's aiohttp application: routes, and the two middlewares: who asks, and what errors are answered with."""

from aiohttp import web

import cti_client
from cti_client.hub.web.agent_route import add_agent_socket
from cti_client.hub.web.agents import PREFIX, asker
from cti_client.hub.web.api_cases import add_cases
from cti_client.hub.web.api_chats import add_chats
from cti_client.hub.web.api_numbers import add_numbers
from cti_client.hub.web.api_settings import add_settings
from cti_client.hub.web.bodies import json_answer
from cti_client.hub.web.context import CONTEXT, WebContext
from cti_client.hub.web.entrance import entrance
from cti_client.hub.web.greeting import hub_id
from cti_client.hub.web.peers import Peers
from cti_client.hub.web.refusals import refuse_by
from cti_client.hub.web.status import add_status
from cti_client.hub.web.webhooks import add_webhooks
from cti_client.wire import WIRE_LEAST, WIRE_MOST
from cti_client.wire.api import Health, Me


def build_app(context: WebContext) -> web.Application:
    """The application, not yet listening."""
    config = context.config
    peers = Peers(config.trusted_proxies, tls=config.tls_certificate is not None)
    seen = None if context.metrics is None else context.metrics.request
    app = web.Application(middlewares=[entrance(peers, seen), refuse_by(config.limits.handler_seconds)])
    app[CONTEXT] = context
    add_status(app, config.metrics_from)
    app.router.add_get(PREFIX + "/health", _health)
    app.router.add_get(PREFIX + "/me", _me)
    add_agent_socket(app)
    add_chats(app)
    add_cases(app)
    add_numbers(app)
    add_settings(app)
    add_webhooks(app)
    return app


async def _health(request: web.Request) -> web.Response:
    """Raises `StoreAwayError`, which answers 503."""
    identity = await request.app[CONTEXT].store.read(hub_id)
    version = cti_client.__version__
    health = Health(ok=True, hub_id=identity, version=version, wire_least=WIRE_LEAST, wire_most=WIRE_MOST)
    return json_answer(health)


async def _me(request: web.Request) -> web.Response:
    """Raises `UnauthorisedError`, which answers 401, and `StoreAwayError`."""
    context, agent = await asker(request)
    identity = await context.store.read(hub_id)
    return json_answer(Me(hub_id=identity, agent_id=agent.id, agent_name=agent.name))
