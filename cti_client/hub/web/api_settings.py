"""The routes of the settings screens (`wire.settings_api`). Hardly ever asked, so what answers is imported then."""

from functools import partial

from aiohttp import web

from cti_client.hub.web.agents import PREFIX

ROUTES = (
    ("GET", ""),
    ("PUT", "/connections/{id}"),
    ("DELETE", "/connections/{id}"),
    ("POST", "/connections/test"),
    ("POST", "/lines"),
    ("PUT", "/lines/{id}"),
    ("DELETE", "/lines/{id}"),
    ("PUT", "/lines/{id}/texts/{policy}"),
    ("PUT", "/routing"),
    ("POST", "/replies"),
    ("PUT", "/replies/{id}"),
    ("DELETE", "/replies/{id}"),
    ("GET", "/audit"),
)
"""Method, and path below `/api/v1/settings`."""


def add_settings(app: web.Application) -> None:
    """Routes of this file."""
    for method, path in ROUTES:
        app.router.add_route(method, f"{PREFIX}/settings{path}", partial(_answer, (method, path)))


async def _answer(route: tuple[str, str], request: web.Request) -> web.Response:
    from cti_client.hub.web.settings_handlers import HANDLERS

    return await HANDLERS[route](request)
