"""What the handlers of desktops share: who asks, and about which row."""

from aiohttp import web

from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.hub.web.bodies import T, read_struct
from cti_client.hub.web.context import CONTEXT, WebContext
from cti_client.hub.web.tokens import Agent

PREFIX = "/api/v1"


async def asker(request: web.Request) -> tuple[WebContext, Agent]:
    """The hub's parts and the agent who asks. Raises `UnauthorisedError`."""
    context = request.app[CONTEXT]
    return context, await context.tokens.agent_of(request.headers.get("Authorization", ""))


async def command(request: web.Request, as_type: type[T]) -> tuple[WebContext, Agent, T]:
    """The same with the request's body. The key is looked at first."""
    context, agent = await asker(request)
    limits = context.config.limits
    return context, agent, await read_struct(request, as_type, limits.api_bytes, limits.body_seconds)


def path_id(request: web.Request) -> int:
    """The number in the path. Raises `NotFoundError` where it is none that a row could have."""
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFoundError("There is no such thing.")
    return int(text)


def query_number(request: web.Request, name: str, most: int) -> int | None:
    """A whole number of the query, at most `most`; None where it is absent. Raises `BadRequestError`."""
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadRequestError(f"{name} is no number.")
    return min(int(text), most)
