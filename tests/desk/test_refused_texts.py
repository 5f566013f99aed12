"""H1, D5: with whatever code the hub refuses a text, the text and the reason are there, and both can be had back."""

import inspect

import pytest

from cti_client.desk.views import PendingState
from cti_client.domain import errors
from cti_client.domain.errors import QuietHoursError, RuleError, StaleSendError
from tests.desk.test_pending_sends import CHAT, Bench, bench, send
from tests.helpers.posting_hub import refusing

__all__ = ["bench"]  # a fixture

RULES = {one.code for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, RuleError)}
ASK = {StaleSendError.code, QuietHoursError.code}
CODES = sorted(RULES | {"too_large", "a_code_of_a_newer_hub"})


@pytest.mark.parametrize("code", CODES)
async def test_no_refusal_loses_a_text(bench: Bench, code: str) -> None:
    bench.hub.before = refusing(code, "No, because.")
    state = PendingState.ASK if code in ASK else PendingState.REFUSED
    async with bench.desktop() as pending:
        await send(pending, "Your parcel\ncomes")
        await bench.states(pending, state)
        (one,) = pending.pending_of(CHAT)
        assert one.problem is not None
        assert one.problem.text == "No, because."
    async with bench.desktop(live=False) as pending:
        await pending.load_draft(1)
        (one,) = pending.pending_of(CHAT)
        assert one.text == "Your parcel\ncomes", "over a restart"
        assert await pending.discard(one.client_id) == "Your parcel\ncomes"
    assert bench.hub.texts == []
