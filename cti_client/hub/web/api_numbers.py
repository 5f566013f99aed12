"""What may be done with a number, and its consent (`wire.api`, `wire.consent_api`)."""

from aiohttp import web

from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.opt_out import opt_out
from cti_client.hub.store.number_consent import number_consent
from cti_client.hub.store.numbers import check_number
from cti_client.hub.web.agents import PREFIX, command
from cti_client.hub.web.bodies import json_answer
from cti_client.wire import api, consent_api


def add_numbers(app: web.Application) -> None:
    """Routes of this file."""
    app.router.add_routes(
        [
            web.post(PREFIX + "/numbers/check", _check),
            web.post(PREFIX + "/numbers/consent", _consent),
            web.post(PREFIX + "/numbers/allow", _allow),
            web.post(PREFIX + "/numbers/opt-out", _opt_out),
        ]
    )


async def _check(request: web.Request) -> web.Response:
    context, _, body = await command(request, api.CheckNumber)
    return json_answer(await context.store.read(check_number, body, body.line_id))


async def _consent(request: web.Request) -> web.Response:
    context, _, body = await command(request, consent_api.AskConsent)
    return json_answer(await context.store.read(number_consent, body))


async def _allow(request: web.Request) -> web.Response:
    context, agent, body = await command(request, consent_api.AllowSms)
    return json_answer(await context.store.write(allow_sms, agent.id, body))


async def _opt_out(request: web.Request) -> web.Response:
    context, agent, body = await command(request, consent_api.OptOut)
    return json_answer(await context.store.write(opt_out, agent.id, body))
