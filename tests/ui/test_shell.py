from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import button, click
from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.desk.views import LinkStatus, PendingSend, PendingState
from cti_client.domain.agent import Presence
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import CaseChoice, Direction
from cti_client.system.sound import Sound
from cti_client.ui.local_time import clock
from cti_client.ui.models.open_chats import PREVIEW, TROUBLED
from cti_client.wire.api import Candidate, CaseList, LookupResult, NumberAbilities, Problem
from cti_client.wire.records import Interaction
from cti_client.wire.topics import OwnPresence
from tests.helpers.fake_desk import START, case_row, contact, interaction, message, offer, waiting_chat
from tests.helpers.fitting import cut_texts
from tests.helpers.phone_menu import choose
from tests.helpers.qt_loop import settled, until
from tests.helpers.shell_stage import Stage, rail_words


async def test_accept_pops_the_window_before_the_hub_answers(stage: Stage) -> None:
    stage.desk.put_offer(offer())
    stage.window.telephony.accept_first()
    window = stage.case(101)
    assert window.isVisible()
    assert window.windowTitle() == "SMS chat"
    assert stage.desk.called("accept") == []
    await settled()
    assert stage.desk.called("accept") == [{"offer_id": 1, "choice": None}]
    stage.desk.put_interaction(interaction(101))
    stage.desk.drop_offer(1)
    assert window.shows_chat
    assert stage.made == [101]


async def test_a_lost_race_says_who_was_faster(stage: Stage) -> None:
    stage.desk.failures["accept"] = HubRefusedError(Problem(code="offer_gone", text="Gone.", by="Bo"))
    stage.desk.put_offer(offer())
    stage.window.telephony.accept_first()
    await settled()
    assert stage.case(101).windowTitle() == "Taken by Bo"
    stage.case(101).close()
    assert 101 not in stage.shell.cases
    await settled()


async def test_no_answer_gives_the_request_back(stage: Stage) -> None:
    stage.desk.failures["accept"] = HubAwayError("The hub does not answer.")
    stage.desk.put_offer(offer())
    stage.window.telephony.accept_first()
    await settled()
    assert 101 not in stage.shell.cases
    assert stage.window.telephony.notice.text == "The hub does not answer."
    card = stage.window.telephony.card(1)
    assert card is not None
    assert card.accept.isEnabled()


async def test_a_chat_that_was_read_to_its_end_can_be_accepted_again(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(101))
    stage.desk.drop_interaction(101)
    old = stage.case(101)
    assert old.ended
    stage.desk.put_offer(offer())
    stage.window.telephony.accept_first()
    assert stage.case(101) is not old
    await settled()
    assert stage.case(101).isVisible()


async def test_open_chats_come_back_without_taking_the_focus(stage: Stage) -> None:
    stage.desk._interactions = {id_: interaction(id_) for id_ in (12, 13)}
    stage.desk.snapshot_loaded.emit()
    assert stage.made == [12, 13]
    assert stage.shown == [(12, "quietly"), (13, "quietly")]
    assert stage.window.chats_model.rowCount() == 2
    stage.case(12).close()
    stage.window.open_chats.go_to(1)
    assert stage.shown[-1] == (12, "to the front"), "the person asked for it"
    await settled()


async def test_a_snapshot_takes_away_what_is_gone(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    stage.desk.put_interaction(interaction(13))
    stage.case(12).close()
    assert not stage.case(12).isVisible()
    stage.desk._interactions = {}
    stage.desk.snapshot_loaded.emit()
    assert 12 not in stage.shell.cases
    assert stage.case(13).ended, "the window that is looked at stays, and says so"
    await settled()


async def test_the_rail_goes_to_hidden_windows(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    stage.case(12).close()
    assert not stage.case(12).isVisible()
    stage.window.open_chats.go_to(1)
    assert stage.case(12).isVisible()
    assert stage.made == [12]
    await settled()


async def test_a_new_text_chimes_and_marks_but_does_not_pop(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12, unread=0))
    stage.case(12).close()
    assert stage.played.sounds == []
    stage.desk.put_interaction(interaction(12, unread=1, version=2))
    assert stage.played.sounds == [Sound.MESSAGE]
    assert not stage.case(12).isVisible()
    assert stage.tray.tooltip == "1 unread"
    stage.desk.put_interaction(interaction(12, unread=1, version=3, last_text="Corrected"))
    assert stage.played.sounds == [Sound.MESSAGE]
    await settled()


async def test_a_request_rings(stage: Stage) -> None:
    stage.desk.put_offer(offer())
    assert stage.played.sounds == [Sound.RING]
    assert stage.ringer.ringing
    assert stage.tray.tooltip == "1 ringing"
    stage.desk.drop_offer(1)
    assert not stage.ringer.ringing


async def test_the_keys_work_in_case_windows_while_the_main_window_is_hidden(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    stage.desk.put_interaction(interaction(13, waiting_since=START - 10**6))
    stage.window.hide()
    stage.case(13).close()
    stage.case(12).activateWindow()
    stage.desk.put_offer(offer())
    await settled()
    QTest.keyClick(stage.case(12), Qt.Key.Key_F9)
    assert stage.case(101).isVisible()
    await settled()
    QTest.keyClick(stage.case(101), Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert stage.case(13).isVisible()
    await settled()


async def test_decline(stage: Stage) -> None:
    stage.desk.put_offer(offer())
    stage.window.telephony.decline_first()
    await settled()
    assert stage.desk.called("decline") == [{"offer_id": 1}]
    assert stage.made == []


async def test_decline_of_one_that_is_gone_is_no_trouble(stage: Stage) -> None:
    stage.desk.failures["decline"] = HubRefusedError(Problem(code="offer_gone", text="Gone."))
    stage.desk.put_offer(offer())
    stage.window.telephony.decline_first()
    await settled()
    assert stage.window.telephony.notice.text == ""


async def test_take(stage: Stage) -> None:
    stage.desk.put_waiting(waiting_chat(301))
    assert stage.window.header.telephony.text() == "Telephony (1)"
    stage.window.telephony.waiting.rows[0].take.main.click()
    assert stage.case(301).isVisible()
    await settled()
    assert stage.desk.called("take") == [{"interaction_id": 301, "choice": None}]


async def test_take_of_one_that_is_taken(stage: Stage) -> None:
    stage.desk.failures["take"] = HubRefusedError(Problem(code="offer_gone", text="Gone.", by="Bo"))
    stage.desk.put_waiting(waiting_chat(301))
    row = stage.window.telephony.waiting.rows[0]
    row.take.chosen.emit(CaseChoice.NEW)
    await settled()
    assert stage.case(301).windowTitle() == "Taken by Bo"
    assert row.take.isEnabled()


async def test_cases_are_loaded_and_follow(stage: Stage) -> None:
    model = stage.window.cases_model
    stage.desk.answers["list_cases"] = CaseList(cases=(case_row(2), case_row(1)), more=True)
    stage.shell.loader.now()
    await until(lambda: model.rowCount() == 2, model.modelReset)
    stage.desk.answers["list_cases"] = CaseList(cases=(case_row(0),))
    model.fetchMore(model.index(-1, -1))
    await until(lambda: model.rowCount() == 3, model.rowsInserted)
    assert stage.desk.called("list_cases")[-1] == {"limit": 50, "before": 1}
    due = [stage.shell.loader.due]
    stage.desk.put_interaction(interaction(12))
    due.append(stage.shell.loader.due)
    assert due == [False, True]
    await settled()


async def test_the_cases_follow_a_new_name_and_nothing_less(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    held = cast(dict[int, Interaction], stage.desk.interactions)
    due = []
    for record in (interaction(12, version=2, unread=0), interaction(12, version=3, contact=contact(name="Maria N."))):
        stage.shell.loader.stop()
        held[12] = record  # nothing else changes: neither its case nor what is held
        stage.desk.interaction_changed.emit(12)
        due.append(stage.shell.loader.due)
    assert due == [False, True]
    await settled()


async def test_cases_that_could_not_be_loaded_say_so(stage: Stage) -> None:
    await settled()
    stage.window.cases_model.show((), more=False, now=START)
    stage.desk.failures["list_cases"] = HubAwayError("The hub does not answer.")
    stage.shell.loader.now()
    await settled()
    page = stage.window.cases
    assert page.empty.isVisibleTo(page)
    del stage.desk.failures["list_cases"]
    page.empty.acted.emit()
    await until(lambda: page.table.isVisibleTo(page), stage.window.cases_model.modelReset)


@pytest.mark.parametrize(
    ("status", "said", "action"),
    [
        (LinkStatus.OFFLINE, "No link to the hub", "Try now"),
        (LinkStatus.REFUSED, "The token is not known.", "Try now"),
    ],
)
async def test_a_lost_link_says_what_to_do(stage: Stage, status: LinkStatus, said: str, action: str) -> None:
    stage.desk.put_link(status, "The token is not known.", START + 5_000)
    assert said in stage.window.notice.text
    stage.window.notice.acted.emit()
    assert len(stage.desk.called("retry")) == 1
    assert not stage.window.header.new_chat.isEnabled()
    assert rail_words(stage) == "Not connected"
    stage.desk.put_link(LinkStatus.LIVE)
    assert stage.window.notice.text == ""
    assert rail_words(stage) == "No open chats"
    assert stage.window.header.new_chat.isEnabled()


async def test_replaced_by_another_desktop(stage: Stage) -> None:
    stage.desk.put_link(LinkStatus.REFUSED)
    stage.desk.replaced.emit("You have signed in at another desktop.")
    since = clock(stage.desk.now())
    words = f"Anna has been at work at another desktop since {since}. This one is switched off."
    assert stage.window.notice.text == words
    stage.desk.time += 3_600_000
    stage.desk.put_link(LinkStatus.REFUSED)
    assert stage.window.notice.text == words
    again = button(stage.window, "Use it here again")
    assert again is not None
    click(again)
    assert len(stage.desk.called("retry")) == 1
    stage.desk.put_link(LinkStatus.LIVE)
    assert stage.window.notice.text == ""


async def test_where_another_token_is_needed_the_banner_leads_to_it(stage: Stage) -> None:
    asked: list[bool] = []
    stage.shell.place_wanted.connect(lambda: asked.append(True))
    stage.desk.put_link(LinkStatus.REFUSED, "Sign in to hub.example.com with your token.", needs_token=True)
    sign_in = button(stage.window, "Sign in…")
    assert sign_in is not None
    click(sign_in)
    assert asked == [True]
    assert stage.desk.called("retry") == []


async def test_a_long_address_in_the_banner_wraps(stage: Stage) -> None:
    host = "a" * 150 + ".example.com"
    stage.window.resize(700, 500)
    stage.desk.put_link(LinkStatus.REFUSED, f"Sign in to {host} with your token.", needs_token=True)
    for _ in range(3):
        QApplication.processEvents()
    assert stage.window.notice.text == f"Sign in to {host} with your token."
    assert cut_texts(stage.window.notice) == []


async def test_the_settings_lead_to_another_hub_where_that_is_offered(stage: Stage) -> None:
    asked: list[bool] = []
    stage.shell.place_wanted.connect(lambda: asked.append(True))
    menu = stage.window.navigation.settings.menu()
    (action,) = [one for one in menu.actions() if one.text() == "Connect to another hub…"]
    assert not action.isVisible()
    stage.window.navigation.offer_places()
    assert action.isVisible()
    action.trigger()
    assert asked == [True]


async def test_what_the_desk_says_once_stays_until_it_is_read(stage: Stage) -> None:
    stage.desk.notice.emit("No keyring.")
    stage.desk.put_link(LinkStatus.OFFLINE)
    stage.desk.put_link(LinkStatus.LIVE)
    assert stage.window.notice.text == "No keyring."
    stage.window.notice._close.click()
    stage.desk.put_link(LinkStatus.LIVE)
    assert stage.window.notice.text == ""


async def test_presence(stage: Stage) -> None:
    stage.window.header.presence_chosen.emit(Presence.AWAY, "Lunch")
    await settled()
    assert stage.desk.called("set_presence") == [{"presence": Presence.AWAY, "reason": "Lunch"}]
    stage.desk.presence = OwnPresence(presence=Presence.AWAY, reason="Lunch")
    stage.desk.presence_changed.emit()
    assert stage.window.header.presence.text() == "Away · Lunch"
    stage.desk.failures["set_presence"] = HubAwayError("The hub does not answer.")
    stage.window.telephony.empty.acted.emit()
    await settled()
    assert stage.window.notice.text == "The hub does not answer."


async def test_a_chat_is_started_from_a_typed_number(stage: Stage) -> None:
    stage.window.header.new_chat.click()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    assert not dialog.start.isEnabled()
    QTest.keyClicks(dialog.field.edit, "+15551234567")
    dialog.check()
    await settled()
    assert dialog.start.isEnabled()
    dialog.start.click()
    await settled()
    assert stage.desk.called("start_chat") == [{"address": "+15551234567", "line_id": None, "contact_id": None}]
    assert stage.shell.new_chat.dialog is None
    assert stage.case(900).isVisible()


async def test_a_new_chat_names_the_contact_of_the_number(stage: Stage) -> None:
    known = Candidate(name="Maria Kowalska", contact_id=1)
    stage.desk.answers["lookup"] = LookupResult(source="contacts", candidates=(known,))
    stage.shell.new_chat.ask()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.field.edit, "+15551234567")
    dialog.check()
    await settled()
    assert dialog.answer.text() == "Texts will go to Maria Kowalska, +15551234567."
    assert [call["source_id"] for call in stage.desk.called("lookup")] == ["contacts"]
    dialog.reject()


async def test_a_new_chat_with_a_customer_who_is_here_says_so(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    await settled()
    stage.shell.new_chat.ask()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.field.edit, "+48601234567")
    dialog.check()
    await settled()
    assert dialog.answer.text() == "A chat with Maria Kowalska, +48601234567 is open already; it opens."
    dialog.reject()


async def test_a_number_that_may_not_be_texted_says_why(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NumberAbilities(
        address="+1555", display="+1 555", why_no_sms="This number has opted out.", tel="tel:+1555"
    )
    stage.shell.new_chat.ask()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.field.edit, "+1555")
    dialog.check()
    await settled()
    assert not dialog.start.isEnabled()
    assert dialog.answer.text() == "This number has opted out."
    dialog.field.button.click()
    await settled()
    assert stage.called == []
    choose(dialog.field.button, "Call")
    assert stage.called == ["tel:+1555"], "the phone button still offers the call"
    dialog.reject()


async def test_the_phone_button_of_a_case_row(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NumberAbilities(
        address="+48601234567", display="+48 601 234 567", why_no_call="No phone program."
    )
    stage.window.cases_model.show([case_row()], False, START)
    table = stage.window.cases.table
    table.setCurrentIndex(stage.window.cases_model.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    await settled()
    choose(stage.window.cases.phone, "SMS chat")
    await settled()
    assert stage.case(900).isVisible()
    assert stage.desk.called("start_chat")[0]["address"] == "+48601234567"


async def test_the_phone_button_of_a_request(stage: Stage) -> None:
    panel = stage.window.telephony
    stage.desk.put_offer(offer())
    await settled()
    able = NumberAbilities(address="+48601234567", display="+48 601 234 567", tel="tel:+48601234567")
    stage.desk.answers["check_number"] = able
    panel.cards[0].phone.click()
    await settled()
    assert len(stage.desk.called("check_number")) == 1, "each button is served, and once"
    choose(panel.cards[0].phone, "Call")
    assert stage.called == ["tel:+48601234567"]


async def test_the_row_of_a_chat_says_what_became_of_the_text(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12, last_text="Yes", last_direction=Direction.OUT, last_at=START))
    row = stage.window.chats_model.index(0)
    said = []
    for state in (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.FAILED):
        stage.desk.put_message(message(2, direction=Direction.OUT, text="Yes", state=state))
        said.append(row.data(PREVIEW))
    assert said == ["Not sent yet: Yes", "Sent: Yes", "Not delivered: Yes"]
    stage.desk.put_pending(PendingSend("a", 12, 12, "More", START, PendingState.WAITING))
    assert row.data(PREVIEW) == "Not sent yet: More"
    stage.desk.drop_pending("a")
    assert row.data(PREVIEW) == "Not delivered: Yes"
    assert row.data(TROUBLED)
    stage.desk.put_message(message(2, version=9, direction=Direction.OUT, text="Yes", state=DeliveryState.DELIVERED))
    assert not row.data(TROUBLED)
    await settled()


async def test_a_live_case_opens_its_chat(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    stage.case(12).close()
    stage.window.cases_model.show([case_row(interaction_id=12)], False, START)
    table = stage.window.cases.table
    table.setCurrentIndex(stage.window.cases_model.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert stage.case(12).isVisible()
    await settled()


async def test_a_broken_task_is_reported(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.desk.failures["decline"] = ZeroDivisionError("our mistake")
    stage.desk.put_offer(offer())
    stage.window.telephony.decline_first()
    await settled()
    assert "Something went wrong" in stage.window.notice.text
    assert any("decline failed" in record.getMessage() for record in caplog.records)
