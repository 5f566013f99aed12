import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.ui.numbers.new_chat_dialog import NewChatDialog
from cti_client.ui.theme import Theme
from cti_client.wire.api import NumberAbilities
from tests.helpers.fake_desk import LINE, LINE_PL

NUMBER = "+48601234567"
DISPLAY = "+48 601 234 567"


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> NewChatDialog:
    made = NewChatDialog(theme, (LINE, LINE_PL))
    qtbot.addWidget(made)
    made.open()
    QTest.keyClicks(made.field.edit, NUMBER)
    return made


def able(no_sms: str = "", no_call: str = "") -> NumberAbilities:
    return NumberAbilities(address=NUMBER, display=DISPLAY, why_no_sms=no_sms, why_no_call=no_call, tel=f"tel:{NUMBER}")


def test_enter_starts_the_chat_where_that_is_possible(dialog: NewChatDialog, qtbot: QtBot) -> None:
    dialog.show_abilities(NUMBER, None, able())
    with qtbot.assertNotEmitted(dialog.field.button.asked), qtbot.waitSignal(dialog.chat_wanted) as heard:
        QTest.keyClick(dialog.field.edit, Qt.Key.Key_Return)
    assert heard.args == [NUMBER, None]


def test_enter_asks_at_once_while_nothing_is_known(dialog: NewChatDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.chat_wanted), qtbot.waitSignal(dialog.check_wanted) as heard:
        QTest.keyClick(dialog.field.edit, Qt.Key.Key_Return)
    assert heard.args == [NUMBER, None]


def test_enter_on_cancel_starts_nothing(dialog: NewChatDialog, qtbot: QtBot) -> None:
    dialog.show_abilities(NUMBER, None, able())
    dialog.cancel.setFocus()
    with qtbot.assertNotEmitted(dialog.chat_wanted):
        QTest.keyClick(dialog.cancel, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_enter_starts_nothing_that_is_not_allowed(dialog: NewChatDialog, qtbot: QtBot) -> None:
    dialog.show_abilities(NUMBER, None, able("It opted out."))
    with qtbot.assertNotEmitted(dialog.chat_wanted):
        QTest.keyClick(dialog.field.edit, Qt.Key.Key_Return)


def test_it_names_the_customer(dialog: NewChatDialog) -> None:
    dialog.show_abilities(NUMBER, None, able())
    assert dialog.answer.text() == f"Texts will go to {DISPLAY}."
    dialog.show_customer("+1555", None, "Somebody Else")
    assert dialog.answer.text() == f"Texts will go to {DISPLAY}."
    dialog.show_customer(NUMBER, None, "Maria Kowalska")
    assert dialog.answer.text() == f"Texts will go to Maria Kowalska, {DISPLAY}."
    QTest.keyClick(dialog.field.edit, Qt.Key.Key_Backspace)
    assert "Maria" not in dialog.answer.text()


def test_an_open_chat_can_be_gone_to_though_no_new_one_could_start(dialog: NewChatDialog) -> None:
    dialog.show_abilities(NUMBER, None, able("It opted out."), held=True)
    assert dialog.answer.text() == f"A chat with {DISPLAY} is open already; it opens."
    assert dialog.start.isEnabled()


def test_why_not_is_said_once(dialog: NewChatDialog) -> None:
    dialog.show_abilities(NUMBER, None, able("It opted out."))
    dialog.field.button.answer(able("It opted out.", "Calls are turned off."))
    assert dialog.answer.text() == "It opted out. Calls are turned off."
    assert dialog.field.why == ""
