"""B2, B7, A12: from a phone button to consent on record, and on to the chat."""

from typing import TypeVar

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.domain.consent import ConsentState
from cti_client.ui.numbers.allow_sms_dialog import AllowSmsDialog
from cti_client.ui.numbers.consent_actions import ConsentActions
from cti_client.ui.numbers.consent_history_dialog import ConsentHistoryDialog
from cti_client.ui.numbers.opt_out_dialog import OptOutDialog
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.wire.api import NumberAbilities, Problem
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, OptOut
from tests.helpers.fake_desk import LINE_PL, case_row, contact, interaction, number_consent
from tests.helpers.phone_menu import choose
from tests.helpers.qt_loop import settled
from tests.helpers.shell_stage import Stage

D = TypeVar("D", bound=QDialog)

NUMBER = "+48601234567"
NOT_YET = NumberAbilities(
    address=NUMBER,
    display="+48 601 234 567",
    why_no_sms="No consent is on record.",
    tel=f"tel:{NUMBER}",
    consent=ConsentState.UNKNOWN,
    can_allow=True,
)
MAY = NumberAbilities(address=NUMBER, display="+48 601 234 567", tel=f"tel:{NUMBER}", consent=ConsentState.OPTED_IN)


def consents(stage: Stage) -> ConsentActions:
    return stage.shell._numbers.consents


def standing(stage: Stage, kind: type[D]) -> D:
    dialog = consents(stage).dialog
    assert isinstance(dialog, kind)
    return dialog


async def pressed(stage: Stage, entry: str) -> PhoneButton:
    """The entry of the menu of a phone button in My cases."""
    stage.window.cases_model.show([case_row()], False, stage.desk.now())
    table = stage.window.cases.table
    table.setCurrentIndex(stage.window.cases_model.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    await settled()
    choose(stage.window.cases.phone, entry)
    await settled()
    return stage.window.cases.phone


async def test_from_no_consent_to_the_chat(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NOT_YET
    phone = await pressed(stage, "Allow SMS…")
    dialog = standing(stage, AllowSmsDialog)
    assert stage.desk.called("number_consent") == [{"ask": AskConsent(address=NUMBER)}]
    dialog.buttons[Basis.ON_THE_PHONE].setChecked(True)
    dialog.note.setPlainText("Just now")
    stage.desk.answers["check_number"] = MAY
    dialog.action.click()
    await settled()
    expected = AllowSms(address=NUMBER, basis=Basis.ON_THE_PHONE, note="Just now", line_id=LINE_PL.id)
    assert stage.desk.called("allow_sms") == [{"allow": expected}]
    assert consents(stage).dialog is None
    choose(phone, "SMS chat")  # the menu has opened again by itself, with what is possible now
    await settled()
    assert stage.case(900).isVisible()


async def test_a_refusal_keeps_the_dialog_and_what_is_typed(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NOT_YET
    await pressed(stage, "Allow SMS…")
    dialog = standing(stage, AllowSmsDialog)
    dialog.buttons[Basis.CONTRACT].setChecked(True)
    dialog.note.setPlainText("Clause 7")
    for error in (
        HubAwayError(),
        HubRefusedError(Problem(code="opted_out", text="Only START undoes that.")),
        HubRefusedError(Problem(code="bad_request", text="The note is odd.", field="note")),
    ):
        stage.desk.failures["allow_sms"] = error
        dialog.action.click()
        await settled()
        assert str(error) in (dialog.problem.text, dialog.fault.text())
        assert dialog.isVisible()
        assert dialog.action.isEnabled()
        assert dialog.words == "Clause 7"
    del stage.desk.failures["allow_sms"]
    dialog.action.click()
    await settled()
    assert consents(stage).dialog is None


async def test_what_stands_is_asked_again_once_the_hub_is_back(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NOT_YET
    stage.desk.failures["number_consent"] = HubAwayError()
    await pressed(stage, "Allow SMS…")
    dialog = standing(stage, AllowSmsDialog)
    assert dialog.problem.text == "The hub does not answer."
    del stage.desk.failures["number_consent"]
    dialog.problem.acted.emit()
    await settled()
    assert dialog.badge.consent is ConsentState.UNKNOWN
    dialog.reject()


async def test_opting_out_by_hand(stage: Stage) -> None:
    stage.desk.answers["check_number"] = MAY
    stage.desk.answers["number_consent"] = number_consent(state=ConsentState.OPTED_IN)
    await pressed(stage, "Opt out of SMS…")
    dialog = standing(stage, OptOutDialog)
    dialog.note.setPlainText("Said so")
    dialog.action.click()
    await settled()
    wish = OptOut(address=NUMBER, note="Said so", line_id=LINE_PL.id)
    assert stage.desk.called("opt_out") == [{"wish": wish}]
    assert consents(stage).dialog is None
    assert stage.shell.loader.due, "the rows show the consent too"


async def test_the_history_and_what_replaces_it(stage: Stage) -> None:
    stage.desk.answers["check_number"] = MAY
    stage.desk.failures["number_consent"] = HubAwayError()
    await pressed(stage, "Consent history…")
    dialog = standing(stage, ConsentHistoryDialog)
    del stage.desk.failures["number_consent"]
    dialog.state.acted.emit()
    await settled()
    assert dialog.badge.consent is ConsentState.UNKNOWN
    await pressed(stage, "Opt out of SMS…")
    assert standing(stage, OptOutDialog).isVisible()
    standing(stage, OptOutDialog).reject()


async def test_a_new_chat_with_a_number_that_is_opted_out_on_the_way(stage: Stage) -> None:
    stage.desk.answers["check_number"] = MAY
    stage.desk.answers["number_consent"] = number_consent(state=ConsentState.OPTED_IN)
    stage.shell.new_chat.ask()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.field.edit, NUMBER)
    dialog.check()
    await settled()
    assert dialog.consent.consent is ConsentState.OPTED_IN
    dialog.field.button.click()
    await settled()
    choose(dialog.field.button, "Opt out of SMS…")
    await settled()
    out = NumberAbilities(address=NUMBER, display=NUMBER, why_no_sms="Opted out.", consent=ConsentState.OPTED_OUT)
    stage.desk.answers["check_number"] = out
    standing(stage, OptOutDialog).action.click()
    await settled()
    assert dialog.consent.text() == "SMS opted out"
    assert not dialog.start.isEnabled()
    dialog.reject()


async def test_rows_of_my_cases_follow_every_number_of_an_open_chats_customer(stage: Stage) -> None:
    loader = stage.shell.loader
    loader.show_chats([interaction(12)])
    loader.now()
    await settled()
    loader.show_chats([interaction(12, version=2)])
    assert not loader.due, "nothing that rows show has changed"
    phone, other = contact().phones
    out = msgspec.structs.replace(other, consent=ConsentState.OPTED_OUT)
    loader.show_chats([interaction(12, version=3, contact=contact(phones=(phone, out)))])
    assert loader.due


async def test_a_new_chat_with_a_number_that_is_allowed_on_the_way(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NOT_YET
    stage.shell.new_chat.ask()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    assert dialog.allow.isHidden()
    QTest.keyClicks(dialog.field.edit, NUMBER)
    dialog.check()
    await settled()
    assert dialog.consent.text() == "No SMS consent yet"
    assert not dialog.start.isEnabled()
    dialog.allow.click()
    await settled()
    asked = standing(stage, AllowSmsDialog)
    asked.buttons[Basis.WEB_FORM].setChecked(True)
    stage.desk.answers["check_number"] = MAY
    asked.action.click()
    await settled()
    assert dialog.start.isEnabled()
    assert dialog.allow.isHidden()
    assert dialog.consent.text() == "SMS opted in"
    dialog.start.click()
    await settled()
    assert stage.case(900).isVisible()


async def test_in_a_case_the_contact_gets_the_number(stage: Stage) -> None:
    stage.desk.answers["check_number"] = NOT_YET
    stage.desk.put_interaction(interaction(12, consent=ConsentState.OPTED_OUT))
    await settled()
    window = stage.case(12)
    button = window.side.customer.fields[0].button
    button.ask()
    await settled()
    choose(button, "Allow SMS…")
    await settled()
    dialog = next(one for one in window.findChildren(AllowSmsDialog) if one.isVisible())
    assert dialog.heading.text().startswith("Allow SMS to Maria Kowalska")
    dialog.buttons[Basis.IN_PERSON].setChecked(True)
    dialog.action.click()
    await settled()
    (call,) = stage.desk.called("allow_sms")
    assert (call["allow"].contact_id, call["allow"].line_id) == (1, LINE_PL.id)


async def test_a_window_that_goes_takes_its_dialog_along(stage: Stage) -> None:
    stage.desk.answers["check_number"] = MAY
    stage.desk.put_interaction(interaction(12))
    await settled()
    button = stage.case(12).side.customer.fields[0].button
    button.ask()
    await settled()
    choose(button, "Opt out of SMS…")
    await settled()
    stage.desk.drop_interaction(12)
    stage.case(12).close()
    await settled()
    assert stage.shell.cases.get(12) is None


@pytest.mark.parametrize(
    ("consent", "can_allow", "entries"),
    [
        (None, False, []),
        (ConsentState.OPTED_IN, False, ["SMS opted in", "Opt out of SMS…", "Consent history…"]),
        (ConsentState.UNKNOWN, True, ["No SMS consent yet", "Allow SMS…", "Opt out of SMS…", "Consent history…"]),
        (ConsentState.OPTED_OUT, False, ["SMS opted out", "Consent history…"]),
        (ConsentState.OPTED_OUT, True, ["SMS opted out", "Allow SMS…", "Consent history…"]),
    ],
)
async def test_the_menu_offers_what_helps(
    stage: Stage, consent: ConsentState | None, can_allow: bool, entries: list[str]
) -> None:
    able = NumberAbilities(address=NUMBER, display=NUMBER, tel="tel:1", consent=consent, can_allow=can_allow)
    stage.window.cases.phone.show_number(NUMBER, NUMBER)
    stage.window.cases.phone.answer(able)
    menu = stage.window.cases.phone.menu_shown
    assert menu is not None
    shown = [action.text() for action in menu.actions() if action.text()]
    assert shown[2:] == entries
    menu.close()
