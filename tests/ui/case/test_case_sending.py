"""Sending in a case window, and what can be done with a text that was sent."""

import pytest
from shiboken6 import delete

from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.interaction import Direction
from cti_client.ui.chat.message_history_dialog import MessageHistoryDialog
from cti_client.ui.models.thread_row import RowAction
from cti_client.wire.api import Problem
from tests.helpers.case_stage import Stage, stage
from tests.helpers.fake_desk import START, interaction, message

__all__ = ["stage"]  # a fixture


async def test_what_is_sent_goes_to_the_desk_and_waits_visibly(stage: Stage) -> None:
    await stage.open(message(1))
    stage.write_and_send("Good morning!")
    await stage.rest()
    assert stage.desk.called("send") == [{"interaction_id": 12, "text": "Good morning!"}]
    assert stage.texts()[-1] == "Good morning!"
    assert stage.rows()[-1].client_id == "send-1"
    assert stage.desk.drafts[12] == ""
    sent = message(2, text="Good morning!", direction=Direction.OUT, client_id="send-1", state=DeliveryState.QUEUED)
    stage.desk.put_message(sent)
    stage.desk.drop_pending("send-1")
    assert [row.message_id for row in stage.rows()] == [1, 2]


async def test_a_text_that_cannot_be_kept_comes_back_into_the_box(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.failures["send"] = HubRefusedError(Problem(code="opted_out", text=OPTED_OUT_TEXT))
    stage.write_and_send("Hello")
    await stage.rest()
    assert stage.window.reply.text() == "Hello"
    assert stage.say_problem() == OPTED_OUT_TEXT


async def test_an_opted_out_customer_cannot_be_texted(stage: Stage) -> None:
    await stage.open(message(1), consent=ConsentState.OPTED_OUT)
    assert OPTED_OUT_TEXT in stage.window.reply.notice.text
    stage.write_and_send("Hello")
    await stage.rest()
    assert stage.desk.called("send") == []
    stage.desk.put_interaction(interaction(version=2, consent=ConsentState.OPTED_IN))
    assert stage.window.reply.send.isEnabled()


async def test_a_sender_that_takes_no_replies_is_not_texted(stage: Stage) -> None:
    await stage.open(message(1), repliable=False)
    assert stage.window.reply.notice.text == "This sender takes no replies."


@pytest.mark.parametrize(
    ("action", "called"),
    [
        (RowAction.SEND_NOW, ("resend_pending", {"client_id": "a"})),
        (RowAction.TAKE_BACK, ("discard_pending", {"client_id": "a"})),
        (RowAction.DISCARD, ("discard_pending", {"client_id": "a"})),
    ],
)
async def test_a_stale_text_asks_and_does_what_the_agent_says(
    stage: Stage, action: RowAction, called: tuple[str, dict[str, str]]
) -> None:
    await stage.open(message(1))
    stage.desk.put_pending(PendingSend("a", 12, 12, "Old text", START, PendingState.ASK))
    row = stage.rows()[-1]
    assert action in row.actions
    stage.window.chat.action_chosen.emit(row, action)
    await stage.rest()
    assert called in stage.desk.calls
    assert stage.window.reply.text() == ("Old text" if action is RowAction.TAKE_BACK else "")


async def test_a_text_that_may_be_at_the_hub_stays_where_it_is(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.put_pending(PendingSend("a", 12, 12, "Old text", START, PendingState.WAITING))
    stage.desk.failures["discard_pending"] = HubAwayError("The hub may already have this text.")
    stage.window.chat.action_chosen.emit(stage.rows()[-1], RowAction.TAKE_BACK)
    await stage.rest()
    assert stage.say_problem() == "The hub may already have this text."
    assert stage.window.reply.text() == ""


@pytest.mark.parametrize("action", [RowAction.ARRIVED, RowAction.NOT_ARRIVED])
async def test_the_agent_settles_an_unknown_message(stage: Stage, action: RowAction) -> None:
    unknown = message(2, direction=Direction.OUT, state=DeliveryState.UNKNOWN, text="Did it go?")
    await stage.open(message(1), unknown)
    stage.window.chat.action_chosen.emit(stage.rows()[1], action)
    await stage.rest()
    assert stage.desk.called("settle") == [{"message_id": 2, "arrived": action is RowAction.ARRIVED}]


async def test_a_failed_text_is_sent_again_as_the_same_message(stage: Stage) -> None:
    """E6."""
    failed = message(2, direction=Direction.OUT, state=DeliveryState.FAILED, text="Try me", attempt=3)
    await stage.open(message(1), failed)
    stage.window.chat.action_chosen.emit(stage.rows()[1], RowAction.SEND_AGAIN)
    await stage.rest()
    assert stage.desk.called("resend") == [{"message_id": 2, "attempt": 3}]
    assert stage.window.reply.text() == ""


async def test_how_a_text_went(stage: Stage) -> None:
    sent = message(2, direction=Direction.OUT, state=DeliveryState.SENT, text="Try me")
    await stage.open(message(1), sent)
    view = stage.window.chat
    assert "How it went…" in [action.text() for action in view.menu_of(stage.rows()[1]).actions()]
    assert "How it went…" not in [action.text() for action in view.menu_of(stage.rows()[0]).actions()]
    stage.desk.failures["message_history"] = HubAwayError()
    view.action_chosen.emit(stage.rows()[1], RowAction.HISTORY)
    await stage.rest()
    dialog = stage.window.findChild(MessageHistoryDialog)
    assert dialog is not None
    assert not dialog.copy.isEnabled()
    del stage.desk.failures["message_history"]
    dialog.wanted.emit()
    await stage.rest()
    assert dialog.copy.isEnabled()
    assert stage.desk.called("message_history") == [{"message_id": 2}] * 2


async def test_a_history_that_comes_after_the_dialog_was_closed(stage: Stage) -> None:
    sent = message(2, direction=Direction.OUT, state=DeliveryState.SENT, text="Try me")
    await stage.open(message(1), sent)
    stage.window.chat.action_chosen.emit(stage.rows()[1], RowAction.HISTORY)
    dialog = stage.window.findChild(MessageHistoryDialog)
    assert dialog is not None
    delete(dialog)
    await stage.rest()
    assert stage.desk.called("message_history") == [{"message_id": 2}]


async def test_text_again_puts_the_text_into_the_box(stage: Stage) -> None:
    failed = message(2, direction=Direction.OUT, state=DeliveryState.FAILED, text="Try me")
    await stage.open(message(1), failed)
    stage.window.chat.action_chosen.emit(stage.rows()[1], RowAction.TEXT_AGAIN)
    assert stage.window.reply.text() == "Try me"


async def test_calling_instead(stage: Stage) -> None:
    await stage.open(message(1))
    stage.window.chat.action_chosen.emit(stage.rows()[0], RowAction.CALL)
    await stage.rest()
    assert stage.calls == ["tel:+48601234567"]


@pytest.mark.parametrize("wide", [1160, 681])
async def test_a_bad_number_leads_to_the_number(stage: Stage, wide: int) -> None:
    sent = message(2, direction=Direction.OUT, state=DeliveryState.FAILED, reason=FailureReason.BAD_NUMBER, text="Hi")
    await stage.open(message(1), sent)
    stage.window.resize(wide, 760)
    await stage.rest()
    (entry,) = [one for one in stage.window.chat.menu_of(stage.rows()[1]).actions() if one.text() == "Check the number"]
    entry.trigger()
    await stage.rest()
    field = stage.window.side.customer.fields[0].edit
    assert stage.window.focusWidget() is field
    assert field.isVisible()
    assert field.selectedText() == field.text() != ""


@pytest.mark.parametrize("reason", [FailureReason.LANDLINE, FailureReason.CONNECTION_BROKEN])
async def test_a_failed_text_can_be_put_back_whatever_else_may_be_done(stage: Stage, reason: FailureReason) -> None:
    sent = message(2, direction=Direction.OUT, state=DeliveryState.FAILED, reason=reason, text="Your parcel")
    await stage.open(message(1), sent)
    words = [one.text() for one in stage.window.chat.menu_of(stage.rows()[1]).actions()]
    assert ("Put into the reply box" in words) != ("Edit" in words)
