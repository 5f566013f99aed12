"""What a desk asks its hub without changing anything that it holds."""

from typing import TypeVar
from urllib.parse import quote

from cti_client.desk.hub_client import query
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, AskConsent, NumberConsent, OptOut

T = TypeVar("T")
_LOOKUP_SECONDS = 20.0


class Queries:
    """Part of a desk; raises as its commands do."""

    async def _call(
        self, method: str, path: str, as_type: type[T], body: object = None, seconds: float | None = None
    ) -> T:
        raise NotImplementedError

    async def message_page(
        self, thread_id: int, before: int | None = None, after: int | None = None, limit: int = 50
    ) -> api.MessagePage:
        """Messages of a thread around a message id; the newest where none is given."""
        path = f"/threads/{thread_id}/messages" + query(before=before, after=after, limit=limit)
        return await self._call("GET", path, api.MessagePage)

    async def message_history(self, message_id: int) -> api.MessageHistory:
        """Every attempt at one of our messages, and every report on it."""
        return await self._call("GET", f"/messages/{message_id}/history", api.MessageHistory)

    async def timeline(self, interaction_id: int) -> api.Timeline:
        """What happened in this chat, and the customer's earlier cases."""
        return await self._call("GET", f"/interactions/{interaction_id}/timeline", api.Timeline)

    async def list_cases(self, limit: int = 50, before: int | None = None) -> api.CaseList:
        """The agent's cases, newest first; `before` is the id of the last one seen."""
        return await self._call("GET", "/cases" + query(limit=limit, before=before), api.CaseList)

    async def sources(self) -> api.SourceList:
        """Where addresses can be looked up; `desk.lookup.look_up` asks them."""
        return await self._call("GET", "/directory/sources", api.SourceList)

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> api.LookupResult:
        """What one source knows."""
        path = f"/directory/{quote(source_id, safe='')}/lookup"
        body = api.Lookup(address=address, query=query)
        return await self._call("POST", path, api.LookupResult, body, _LOOKUP_SECONDS)

    async def check_number(self, address: str, line_id: int | None = None) -> api.NumberAbilities:
        """May this number be texted or called?"""
        body = api.CheckNumber(address=address, line_id=line_id)
        return await self._call("POST", "/numbers/check", api.NumberAbilities, body)

    # --- consent -------------------------------------------------------------------------------------------------

    async def number_consent(self, ask: AskConsent) -> NumberConsent:
        """What stands between a number and a line of ours, and how it came to that."""
        return await self._call("POST", "/numbers/consent", NumberConsent, ask)

    async def allow_sms(self, allow: AllowSms) -> NumberConsent:
        """Write down that the customer agreed to be texted; what stands then."""
        return await self._call("POST", "/numbers/allow", NumberConsent, allow)

    async def opt_out(self, wish: OptOut) -> NumberConsent:
        """Write down that the customer wants no more texts; what stands then."""
        return await self._call("POST", "/numbers/opt-out", NumberConsent, wish)
