"""B9, D3 in a case window: the hour where the customer is."""

from datetime import UTC, datetime

import pytest

from cti_client.desk.errors import HubRefusedError
from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.ui.models.thread_row import RowAction
from cti_client.ui.numbers import there
from cti_client.ui.numbers.quiet_question import QuietQuestion
from cti_client.wire.api import Problem
from tests.helpers.case_stage import Stage, stage
from tests.helpers.fake_desk import START, case, contact, interaction, message

__all__ = ["stage"]  # a fixture


async def test_a_text_refused_for_the_hour_goes_when_the_agent_says_so(stage: Stage) -> None:
    """B9."""
    await stage.open(message(1))
    problem = Problem(code="quiet_hours", text="It is 06:40 where the customer is.")
    stage.desk.put_pending(PendingSend("a", 12, 12, "Good news", START, PendingState.ASK, problem))
    stage.window.chat.action_chosen.emit(stage.rows()[-1], RowAction.SEND_ANYWAY)
    await stage.rest()
    assert stage.desk.called("resend_pending") == [{"client_id": "a"}]


@pytest.mark.parametrize("yes", [True, False])
async def test_sending_again_at_night_asks(stage: Stage, yes: bool) -> None:
    """B9."""
    failed = message(2, direction=Direction.OUT, state=DeliveryState.FAILED, text="Try me")
    await stage.open(message(1), failed)
    why = "It is 06:40 where the customer is."
    stage.desk.failures["resend"] = HubRefusedError(Problem(code="quiet_hours", text=why))
    stage.window.chat.action_chosen.emit(stage.rows()[1], RowAction.SEND_AGAIN)
    await stage.rest()
    (question,) = stage.window.findChildren(QuietQuestion)
    assert question.words.text() == why
    assert stage.say_problem() == ""
    del stage.desk.failures["resend"]
    (question.anyway if yes else question.not_now).click()
    await stage.rest()
    assert [call.get("in_quiet_hours", False) for call in stage.desk.called("resend")] == [False, True][: 1 + yes]


async def test_a_scheduled_text_is_cancelled(stage: Stage) -> None:
    """D3."""
    waits = message(
        2, direction=Direction.OUT, state=DeliveryState.SCHEDULED, policy="welcome", retry_at=START + 3_600_000
    )
    await stage.open(message(1), waits)
    stage.window.chat.action_chosen.emit(stage.rows()[1], RowAction.CANCEL)
    await stage.rest()
    assert stage.desk.called("cancel_message") == [{"message_id": 2}]


async def test_the_time_where_the_customer_is_stands_beside_the_number(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B9. The agent is in Greenwich."""
    monkeypatch.setattr(there, "local", lambda at: datetime.fromtimestamp(at / 1000, UTC))
    await stage.open(message(1), address="+919812345678", contact=None)
    await stage.rest()
    [field] = stage.window.side.customer.fields
    assert field.there.text() == "20:30 there"
    stage.desk.put_interaction(
        interaction(address="+12125551234", contact=contact(postcode="90012", country="USA", phones=())), case()
    )
    await stage.rest()
    assert field.there.text() == "07:00 there"
