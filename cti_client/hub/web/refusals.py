"""Turns every error of a request into one answer and one log line.

The line names method, path, peer, status and code: never a body, a query, or the words of an exception, which could
carry a customer's text.
"""

import asyncio
import logging

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cti_client.domain.errors import RuleError
from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.trouble import trouble
from cti_client.hub.web.bodies import BodyTooLargeError, BodyTooSlowError, json_answer
from cti_client.hub.web.tokens import UnauthorisedError
from cti_client.telephony.sms.connection import WebhookRefusedError
from cti_client.wire.api import Problem

log = logging.getLogger(__name__)

STATUS_OF_CODE = {
    "opted_out": 403,
    "not_repliable": 403,
    "not_allowed": 403,
    "not_found": 404,
    "offer_gone": 409,
    "chat_ended": 409,
    "unseen_text": 409,
    "stale_version": 409,
    "stale_send": 409,
    "quiet_hours": 409,
    "no_connection": 503,
}
"""Every other code of a `RuleError` is 400."""


class GatewayAwayError(Exception):
    """There is, or was, a connection of this name, and this hub does not have it in use."""


AGENT_SOCKET = "/api/v1/agent"


def refuse_by(seconds: float) -> Middleware:
    """The middleware. A plain request that takes longer than `seconds` is given up with 503; a socket is not timed."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path == AGENT_SOCKET:
                return await handler(request)
            async with asyncio.timeout(seconds):
                return await handler(request)
        except RuleError as error:
            return _refusal(request, STATUS_OF_CODE.get(error.code, 400), error.code, str(error), error)
        except msgspec.DecodeError as error:
            return _refusal(request, 400, "bad_request", f"The request is not understood: {error}")
        except UnauthorisedError:
            return _refusal(request, 401, "unauthorised", "The hub does not know this desktop's key.")
        except WebhookRefusedError as error:
            _log(request, error.status, "refused by the connection")
            return _closing(web.Response(status=error.status, text=""))
        except BodyTooLargeError:
            return _closing(_refusal(request, 413, "too_large", "The request is too large."))
        except BodyTooSlowError:
            return _closing(_refusal(request, 408, "too_slow", "The request took too long to arrive."))
        except StoreAwayError:
            return _away(request, "The hub's database does not answer.")
        except GatewayAwayError:
            return _closing(_away(request, "This connection is not in use."))
        except TimeoutError:
            return _away(request, "The hub is too busy.")
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _refusal(request, error.status, "not_found" if error.status == 404 else "bad_request", error.reason)
        except Exception as error:  # noqa: BLE001  the last resort: one broken request must not disturb others
            return _mistake(request, error)

    return refuse


def _refusal(
    request: web.Request, status: int, code: str, text: str, error: RuleError | None = None
) -> web.StreamResponse:
    _log(request, status, code)
    answer = json_answer(
        Problem(code=code, text=text, by=getattr(error, "by", ""), field=getattr(error, "field", "")), status
    )
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _away(request: web.Request, text: str) -> web.StreamResponse:
    answer = _refusal(request, 503, "unavailable", text)
    answer.headers["Retry-After"] = "5"
    return answer


def _mistake(request: web.Request, error: Exception) -> web.StreamResponse:
    log.error("%s: 500 %s", _name(request), trouble(error))
    return json_answer(Problem(code="internal", text="The hub made a mistake; its log says where."), 500)


def _closing(answer: web.StreamResponse) -> web.StreamResponse:
    """Where the rest of the request is not read, the connection cannot be used again."""
    answer.force_close()
    return answer


def _log(request: web.Request, status: int, why: str) -> None:
    level = logging.INFO if status in (404, 409) else logging.WARNING
    log.log(level, "%s: %d %s", _name(request), status, why)


def _name(request: web.Request) -> str:
    return f"{request.method} {request.rel_url.raw_path[:200]} from {request.remote}"
