from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from cti_client.desk.hub_trial import TrialStep
from cti_client.desk.hub_trouble import Trouble
from cti_client.desk.places import OwnPlace, TeamPlace
from cti_client.ui.connect.connect_dialog import ConnectDialog
from cti_client.ui.connect.connect_page import ConnectPage
from cti_client.ui.theme import Theme
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.longer_language import LongerLanguage

LONG = "a-very-long-name-of-a-hub.of-a-company-with-a-very-long-name.example.com:8443"
TEAM = TeamPlace(address="https://hub.example.com", ca_file="/etc/team.pem")


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> ConnectDialog:
    made = ConnectDialog(theme, first=True)
    qtbot.addWidget(made)
    made.open()
    made.activateWindow()
    return made


@pytest.fixture
def page(dialog: ConnectDialog) -> ConnectPage:
    return dialog.page


@pytest.fixture
def longer_language(qapp: QApplication) -> Iterator[None]:
    language = LongerLanguage()
    QCoreApplication.installTranslator(language)
    yield
    QCoreApplication.removeTranslator(language)


def fill(page: ConnectPage, address: str = "hub.example.com", token: str = "a-token") -> None:
    page.team.choose()
    for field, text in ((page.fields.address, address), (page.fields.token, token)):
        field.clear()
        QTest.keyClicks(field, text)


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def test_alone_one_key_starts(dialog: ConnectDialog, page: ConnectPage, qtbot: QtBot) -> None:
    assert page.own.button.isChecked()
    assert not page.fields.isVisible()
    assert page.connect_button.text() == "Start here"
    with qtbot.waitSignal(page.own_wanted):
        QTest.keyClick(dialog, Qt.Key.Key_Return)


def test_with_a_team_what_is_typed_is_handed_over_by_enter(page: ConnectPage, qtbot: QtBot) -> None:
    page.show_place(None)
    page.team.choose()
    assert page.fields.isVisible()
    assert not page.connect_button.isEnabled()
    fill(page, "hub.example.com", "a-token")
    QTest.keyClicks(page.fields.ca_file, " /etc/team.pem ")
    with qtbot.waitSignal(page.team_wanted) as heard:
        QTest.keyClick(page.fields.token, Qt.Key.Key_Return)
    assert heard.args == ["hub.example.com", "a-token", "/etc/team.pem"]


def test_enter_with_a_field_empty_asks_nothing(page: ConnectPage, qtbot: QtBot) -> None:
    fill(page, token="")
    with qtbot.assertNotEmitted(page.team_wanted):
        QTest.keyClick(page.fields.address, Qt.Key.Key_Return)


def test_a_click_anywhere_on_a_card_chooses_it(page: ConnectPage) -> None:
    QTest.mouseClick(page.team, Qt.MouseButton.LeftButton, pos=page.team.rect().bottomRight() / 2)
    assert (page.team.ringed, page.own.ringed) == (True, False)
    QTest.mouseClick(page.own, Qt.MouseButton.LeftButton)
    assert (page.team.ringed, page.own.ringed) == (False, True)


def test_arrow_keys_change_the_choice(page: ConnectPage) -> None:
    page.own.button.setFocus()
    QTest.keyClick(page.own.button, Qt.Key.Key_Down)
    assert page.team.button.isChecked()


def focused(page: ConnectPage) -> QWidget:
    found = page.window().focusWidget()
    assert found is not None
    return found


@pytest.mark.parametrize("target", ["card", "name"])
def test_a_click_on_the_team_puts_the_keyboard_into_the_address(page: ConnectPage, target: str) -> None:
    page.show_place(None)
    widget = page.team if target == "card" else page.team.button
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center() / 4)
    QTest.keyClicks(focused(page), "hub.example.com")
    QTest.keyClick(focused(page), Qt.Key.Key_Tab)
    QTest.keyClicks(focused(page), "a-token")
    assert (page.fields.address.text(), page.fields.token.text()) == ("hub.example.com", "a-token")


def test_the_space_bar_on_the_team_puts_the_keyboard_into_the_first_empty_field(page: ConnectPage) -> None:
    page.fields.address.setText("hub.example.com")
    page.team.button.setFocus()
    QTest.keyClick(page.team.button, Qt.Key.Key_Space)
    assert focused(page) is page.fields.token


def test_after_an_arrow_what_is_typed_or_pasted_goes_into_the_address(page: ConnectPage) -> None:
    page.own.button.setFocus()
    QTest.keyClick(page.own.button, Qt.Key.Key_Down)
    assert focused(page) is page.team.button, "the other choice is one arrow away"
    QTest.keyClicks(focused(page), "h")
    QTest.keyClicks(focused(page), "ub.example.com")
    assert page.fields.address.text() == "hub.example.com"
    page.team.button.setFocus()
    QApplication.clipboard().setText("a-token")
    QTest.keyClick(page.team.button, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.fields.token.text() == "a-token"


def test_on_ones_own_nothing_is_typed(page: ConnectPage) -> None:
    QTest.mouseClick(page.own, Qt.MouseButton.LeftButton)
    QTest.keyClicks(focused(page), "h")
    assert (focused(page), page.fields.address.text()) == (page.own.button, "")


def test_a_token_is_hidden_until_it_is_asked_for(page: ConnectPage) -> None:
    fill(page)
    token = page.fields.token
    assert token.echoMode() is QLineEdit.EchoMode.Password
    page.fields.show_token.click()
    assert (token.echoMode(), page.fields.show_token.accessibleName()) == (
        QLineEdit.EchoMode.Normal,
        "Hide the token",
    )
    page.fields.show_token.click()
    assert token.echoMode() is QLineEdit.EchoMode.Password


def test_while_a_hub_is_tried_nothing_changes_and_the_second_button_stops_it(page: ConnectPage, qtbot: QtBot) -> None:
    fill(page)
    page.show_step(TrialStep.REACHING, "hub.example.com")
    assert page.problem.text == "Reaching hub.example.com…"
    assert not page.fields.isEnabled()
    assert not page.connect_button.isEnabled()
    assert page.cancel_button.text() == "Stop"
    assert page.cancel_button.hasFocus()
    page.show_step(TrialStep.SIGNING_IN, "hub.example.com")
    assert page.problem.text == "Checking the token…"
    with qtbot.waitSignal(page.stop_wanted):
        page.cancel_button.click()
    page.show_stopped()
    assert (page.problem.text, page.cancel_button.text()) == ("", "Quit")
    assert page.connect_button.isEnabled()


def test_esc_stops_a_trial_and_only_then_leaves(dialog: ConnectDialog, page: ConnectPage, qtbot: QtBot) -> None:
    fill(page)
    page.show_step(TrialStep.REACHING, "hub.example.com")
    with qtbot.waitSignal(page.stop_wanted), qtbot.assertNotEmitted(dialog.rejected):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    page.show_stopped()
    with qtbot.waitSignal(dialog.rejected):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_problem_leaves_what_is_typed_and_leads_to_the_field(page: ConnectPage, trouble: Trouble) -> None:
    fill(page)
    page.show_step(TrialStep.REACHING, "hub.example.com")
    page.show_problem("That is wrong.", trouble)
    fields = {Trouble.ADDRESS: page.fields.address, Trouble.TOKEN: page.fields.token}
    fields[Trouble.CA_FILE] = page.fields.ca_file
    assert page.problem.text == "That is wrong."
    assert (page.fields.address.text(), page.fields.token.text()) == ("hub.example.com", "a-token")
    assert fields.get(trouble, page.connect_button).hasFocus()
    at_fault = [one for one, field in fields.items() if field.property("invalid")]
    assert at_fault == [trouble][: trouble in fields]
    assert [one for one, field in fields.items() if field.accessibleDescription() == "That is wrong."] == at_fault
    QTest.keyClicks(page.fields.address, "x")
    assert page.problem.text == ""
    assert not any(field.property("invalid") for field in fields.values())


def test_where_one_works_now_stands_there(page: ConnectPage) -> None:
    page.show_place(TEAM)
    assert page.team.button.isChecked()
    assert (page.fields.address.text(), page.fields.ca_file.text()) == (TEAM.address, TEAM.ca_file)
    assert page.fields.token.hasFocus()
    page.show_place(OwnPlace())
    assert page.own.button.isChecked()
    assert page.own.button.hasFocus()


def test_how_long_a_token_is_kept(page: ConnectPage) -> None:
    page.show_keeping(True)
    assert page.fields.note.text() == "It is kept in this computer’s keyring."
    page.show_keeping(False)
    assert "no keyring that can be used, so the token is asked for at each start" in page.fields.note.text()


def test_what_is_unsent_stays_behind_and_that_is_said(page: ConnectPage) -> None:
    page.show_unsent(1, "hub.example.com")
    assert page.waiting.text.startswith("One text has not gone yet.")
    page.show_unsent(3, "hub.example.com")
    assert page.waiting.text.endswith("go once you are back at hub.example.com.")
    page.show_unsent(0, "hub.example.com")
    assert page.waiting.text == ""


def full(dialog: ConnectDialog) -> None:
    page = dialog.page
    page.show_place(TeamPlace(address=f"https://{LONG}", ca_file="/home/anna/" + "folder/" * 20 + "authority.pem"))
    page.show_keeping(False)
    page.show_unsent(12, LONG)
    page.show_problem(
        f"The certificate is not for {LONG}. Use exactly the address that your administrator gave you.", Trouble.ADDRESS
    )
    settle()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [330, 520, 900])
def test_no_text_is_cut(dialog: ConnectDialog, theme: Theme, width: int, dark: bool) -> None:
    theme.force(dark)
    settle()
    assert "\n".join(cut_texts(dialog)) == ""
    full(dialog)
    dialog.resize(width, 1)
    settle()
    assert "\n".join(cut_texts(dialog)) == ""
    assert nameless(dialog) == []


def test_no_text_is_cut_in_a_longer_language(longer_language: None, qtbot: QtBot, theme: Theme) -> None:
    dialog = ConnectDialog(theme)
    qtbot.addWidget(dialog)
    dialog.open()
    full(dialog)
    assert "\n".join(cut_texts(dialog)) == ""


def test_on_a_small_screen_what_is_wrong_and_the_buttons_still_show(dialog: ConnectDialog) -> None:
    dialog.page.team.choose()
    dialog.setMinimumSize(0, 0)
    dialog.setMaximumSize(600, 340)
    full(dialog)
    shown: list[QWidget] = [dialog.page.problem, dialog.page.connect_button, dialog.page.cancel_button]
    for widget in shown:
        assert dialog.rect().contains(widget.mapTo(dialog, widget.rect().center()))
    assert dialog.page.fields.address.visibleRegion().boundingRect().height() > 10


def test_a_note_that_comes_late_gets_its_room(dialog: ConnectDialog, page: ConnectPage) -> None:
    page.team.choose()
    settle()
    before = dialog.height()
    page.show_keeping(False)
    settle()
    assert dialog.height() > before
    assert dialog.height() == page.height_at(dialog.width())


def test_tab_goes_as_one_reads(dialog: ConnectDialog, page: ConnectPage) -> None:
    fill(page)
    page.fields.address.setFocus()
    fields = page.fields
    for expected in (
        fields.token, fields.show_token, fields.ca_file, fields.browse, page.connect_button, page.cancel_button
    ):  # fmt: skip
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.focusWidget() is expected
