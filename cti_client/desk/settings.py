"""The hub's settings, as an owner or admin sees and changes them (`wire.settings_api`)."""

from typing import Protocol, TypeVar
from urllib.parse import quote

from cti_client.desk.hub_client import query
from cti_client.domain.auto_text import AutoPolicy
from cti_client.wire import settings_api as api

T = TypeVar("T")
_TEST_SECONDS = 45.0


class Call(Protocol):
    """How a desk asks its hub: method, path below `/api/v1`, what comes back, body, and how long it may take."""

    async def __call__(  # noqa: D102 - the class says it
        self, method: str, path: str, as_type: type[T], body: object = None, seconds: float | None = None
    ) -> T: ...


class SettingsDesk:
    """Every change answers with all settings as they are then.

    Raises `HubRefusedError` (its `problem.field` names the input at fault, `problem.code` is `stale_version` where
    somebody else was faster) and `HubAwayError`.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def settings(self) -> api.AllSettings:
        """Everything the screens show."""
        return await self._ask("GET", "")

    async def put_connection(self, edit: api.EditConnection) -> api.AllSettings:
        """Make a connection (`version` 0) or change one."""
        return await self._ask("PUT", f"/connections/{quote(edit.id, safe='')}", edit)

    async def delete_connection(self, connection_id: str) -> api.AllSettings:
        """Take it out of use; what went by it keeps its history."""
        return await self._ask("DELETE", f"/connections/{quote(connection_id, safe='')}")

    async def test_connection(self, edit: api.EditConnection) -> api.TestResult:
        """Try it as it stands on the screen; nothing is kept."""
        path = "/settings/connections/test"
        return await self._call("POST", path, api.TestResult, edit, _TEST_SECONDS)

    async def add_line(self, edit: api.EditLine) -> api.AllSettings:
        """A new number of ours, or one that was removed before."""
        return await self._ask("POST", "/lines", edit)

    async def put_line(self, line_id: int, edit: api.EditLine) -> api.AllSettings:
        """Change a line."""
        return await self._ask("PUT", f"/lines/{line_id}", edit)

    async def delete_line(self, line_id: int) -> api.AllSettings:
        """It sends no more; its history stays."""
        return await self._ask("DELETE", f"/lines/{line_id}")

    async def put_auto_text(self, line_id: int, policy: AutoPolicy, edit: api.EditAutoText) -> api.AllSettings:
        """Turn an automatic text on or off, or change its words."""
        return await self._ask("PUT", f"/lines/{line_id}/texts/{policy.value}", edit)

    async def put_routing(self, edit: api.EditRouting) -> api.AllSettings:
        """Replace all routing rules."""
        return await self._ask("PUT", "/routing", edit)

    async def add_reply(self, edit: api.EditCannedReply) -> api.AllSettings:
        """A new canned reply."""
        return await self._ask("POST", "/replies", edit)

    async def put_reply(self, reply_id: int, edit: api.EditCannedReply) -> api.AllSettings:
        """Change a canned reply."""
        return await self._ask("PUT", f"/replies/{reply_id}", edit)

    async def delete_reply(self, reply_id: int) -> api.AllSettings:
        """Remove a canned reply."""
        return await self._ask("DELETE", f"/replies/{reply_id}")

    async def audit(self, before: int | None = None, limit: int = 50) -> api.Audit:
        """Who changed what, newest first; `before`: the id of the last one seen."""
        return await self._call("GET", "/settings/audit" + query(limit=limit, before=before), api.Audit)

    async def _ask(self, method: str, path: str, body: object = None) -> api.AllSettings:
        return await self._call(method, "/settings" + path, api.AllSettings, body)
