"""A running hub whose settings are changed over the wire, by an owner, an admin or whoever may not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cti_client.domain.role import Role
from cti_client.hub.config import AgentConfig
from cti_client.hub.secrets import new_key
from cti_client.wire import settings_api as api
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.running_hub import OTHER_TOKEN, TOKEN, RefusedError, RunningHub, running_hub

KEY = new_key()
PASSWORD = "kannel-s-own-pass-word"
SECRET = "what-calls-must-carry"
NUMBER = "+12125550177"
ANNA_OWNS = (AgentConfig(name="Anna", token=TOKEN, role=Role.OWNER), AgentConfig(name="Bo", token=OTHER_TOKEN))

KANNEL = api.EditConnection(
    id="main",
    kind="kannel",
    name="Main gateway",
    options={"url": "http://127.0.0.1:9/cgi-bin/sendsms", "username": "chat", "password": PASSWORD},
    secret=SECRET,
)
SIMULATOR = api.EditConnection(id="spare", kind="simulator", name="Spare")


@asynccontextmanager
async def settings_hub(folder: Path, *gateways: FakeConnection, **options: Any) -> AsyncIterator["SettingsHub"]:
    """Anna is its owner, Bo an agent. `options` as of `running_hub`."""
    options = {"agents": ANNA_OWNS, "secrets_key": KEY, **options}
    async with running_hub(folder, *gateways, **options) as hub:
        yield SettingsHub(hub)


class SettingsHub:
    """Asks as Anna unless told otherwise."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub

    async def settings(self, token: str = TOKEN) -> api.AllSettings:
        return await self.ask("GET", "", token=token)

    async def ask(self, method: str, path: str, body: object = None, token: str = TOKEN) -> api.AllSettings:
        return await self.hub.call(method, "/settings" + path, body, api.AllSettings, token)

    async def refused(self, method: str, path: str, body: object = None, token: str = TOKEN) -> tuple[int, str, str]:
        """Status, code and field of a refusal."""
        try:
            await self.ask(method, path, body, token)
        except RefusedError as error:
            return error.status, error.problem.code, error.problem.field
        raise AssertionError("it was done")

    async def put(self, edit: api.EditConnection) -> api.AllSettings:
        return await self.ask("PUT", f"/connections/{edit.id}", edit)

    async def test(self, edit: api.EditConnection) -> api.TestResult:
        return await self.hub.call("POST", "/settings/connections/test", edit, api.TestResult)

    async def audit(self, query: str = "") -> api.Audit:
        return await self.hub.call("GET", f"/settings/audit{query}", None, api.Audit)


def shown(settings: api.AllSettings, connection_id: str) -> api.ConnectionView:
    """One connection of the screens."""
    (found,) = [one for one in settings.connections if one.id == connection_id]
    return found


def edited(view: api.ConnectionView, **changes: Any) -> api.EditConnection:
    """What a screen sends back of a connection, with these changes."""
    names = ("id", "kind", "name", "version", "country", "text_policy", "separate", "per_second", "options", "secret")
    return api.EditConnection(**{name: getattr(view, name) for name in names} | changes)


def edited_line(view: api.LineView, **changes: Any) -> api.EditLine:
    """The same of a line."""
    names = api.EditLine.__struct_fields__
    return api.EditLine(**{name: getattr(view, name) for name in names} | changes)


def with_roles(**roles: Role) -> tuple[AgentConfig, ...]:
    """The two agents, as who they are."""
    return tuple(replace(one, role=roles.get(one.name, one.role)) for one in ANNA_OWNS)
