"""`/gateway/{connection id}/...`: what gateways call. The reply is given after the commit, never before."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.hub.desk_connections import may_be_id, was_connection
from cti_client.hub.intake import take_in
from cti_client.hub.web.bodies import read_body
from cti_client.hub.web.context import CONTEXT
from cti_client.hub.web.refusals import GatewayAwayError
from cti_client.telephony.sms.connection import WebhookRequest

_MOST_PARAMETERS = 200


def add_webhooks(app: web.Application) -> None:
    """Any method: what a gateway uses is its adapter's business."""
    app.router.add_route("*", "/gateway/{connection}/{tail:.*}", _webhook)


async def _webhook(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    connection_id = request.match_info["connection"]
    connection = context.gateways.connections.get(connection_id)
    if connection is None:
        if may_be_id(connection_id) and await context.store.read(was_connection, connection_id):
            raise GatewayAwayError  # not yet, not now, or not any more: the gateway keeps its text
        raise NotFoundError("There is no such connection.")
    limits = context.config.limits
    outcome = await connection.on_webhook(
        WebhookRequest(
            method=request.method,
            path=request.match_info["tail"],
            query=_query(request),
            raw_query=request.rel_url.raw_query_string,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await read_body(request, limits.webhook_bytes, limits.body_seconds),
        )
    )
    if outcome.texts or outcome.reports:
        await context.store.write(take_in, connection.settings.id, outcome.texts, outcome.reports)
    reply = outcome.reply
    return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type})


def _query(request: web.Request) -> Mapping[str, tuple[str, ...]]:
    """Percent-encoded bytes that are no UTF-8 become lone surrogates: nothing is lost, and text is cleaned later."""
    raw = request.rel_url.raw_query_string
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="surrogateescape", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise BadRequestError("Too many parameters.") from None
    values: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        values[name] = (*values.get(name, ()), value)
    return values
