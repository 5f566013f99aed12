import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.ui.numbers.phone_field import PhoneField
from cti_client.ui.theme import Theme
from cti_client.wire.api import NumberAbilities

NUMBER = "+48601234567"


@pytest.fixture
def field(qtbot: QtBot, theme: Theme) -> PhoneField:
    made = PhoneField(theme, "Mobile", read_only=True)
    qtbot.addWidget(made)
    made.show_number(NUMBER, "+48 601 234 567")
    made.show()
    return made


def able(no_sms: str = "", no_call: str = "", tel: str = f"tel:{NUMBER}") -> NumberAbilities:
    return NumberAbilities(address=NUMBER, display="+48 601 234 567", why_no_sms=no_sms, why_no_call=no_call, tel=tel)


def test_the_button_asks_first_and_cannot_be_pressed_twice(field: PhoneField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.button.asked) as heard:
        QTest.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert heard.args == [NUMBER]
    assert not field.button.isEnabled()
    field.button.fail("The hub does not answer.")
    assert field.button.isEnabled()
    assert field.why == "The hub does not answer."


def offered(field: PhoneField) -> list[tuple[str, bool]]:
    menu = field.button.menu_shown
    assert menu is not None
    return [(action.text(), action.isEnabled()) for action in menu.actions()]


def test_the_only_thing_that_may_start_is_chosen_from_the_menu(field: PhoneField, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(field.button.call_wanted), qtbot.assertNotEmitted(field.button.chat_wanted):
        field.button.answer(able(no_sms="The customer opted out."))
    shown = [("SMS chat with +48 601 234 567", False), ("The customer opted out.", False)]
    assert offered(field) == [*shown, ("Call +48 601 234 567", True)]
    menu = field.button.menu_shown
    assert menu is not None
    with qtbot.waitSignal(field.button.call_wanted) as heard:
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert heard.args == [f"tel:{NUMBER}"]


def test_a_call_that_may_not_start_says_why_in_the_menu(field: PhoneField, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(field.button.call_wanted), qtbot.assertNotEmitted(field.button.chat_wanted):
        field.button.answer(able(no_call="Texts & no calls.", tel=""))
    shown = [("SMS chat with +48 601 234 567", True), ("Call +48 601 234 567", False)]
    assert offered(field) == [*shown, ("Texts && no calls.", False)]
    menu = field.button.menu_shown
    assert menu is not None
    with qtbot.waitSignal(field.button.chat_wanted) as heard:
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert heard.args == [NUMBER]


@pytest.mark.parametrize("which", [0, 1])
def test_where_both_may_start_it_asks_which(field: PhoneField, qtbot: QtBot, which: int) -> None:
    field.button.answer(able())
    menu = field.button.menu_shown
    assert menu is not None
    chat, call = menu.actions()
    signal = (field.button.chat_wanted, field.button.call_wanted)[which]
    with qtbot.waitSignal(signal):
        (chat, call)[which].trigger()
    menu.close()
    assert field.button.menu_shown is None


def test_where_neither_may_start_it_says_why(field: PhoneField, qtbot: QtBot) -> None:
    with (
        qtbot.assertNotEmitted(field.button.chat_wanted),
        qtbot.assertNotEmitted(field.button.call_wanted),
    ):
        field.button.answer(able("The customer has opted out.", "Calls are turned off."))
    assert field.why == "The customer has opted out. Calls are turned off."
    field.button.ask()
    assert field.why == ""


def test_a_reason_that_stands_against_both_is_said_once(field: PhoneField) -> None:
    field.button.answer(able("This is not a phone number.", "This is not a phone number.", tel=""))
    assert field.why == "This is not a phone number."


def test_a_typed_number_is_asked_about_by_its_button_alone(qtbot: QtBot, theme: Theme) -> None:
    typed = PhoneField(theme)
    qtbot.addWidget(typed)
    typed.show()
    assert not typed.button.isEnabled()
    QTest.keyClicks(typed.edit, " +1 555 123 4567 ")
    with qtbot.assertNotEmitted(typed.button.asked):
        QTest.keyClick(typed.edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(typed.button.asked) as heard:
        typed.button.click()
    assert heard.args == ["+1 555 123 4567"]
    typed.clear()
    assert not typed.button.isEnabled()


def test_its_names_for_screen_readers(field: PhoneField) -> None:
    assert field.button.accessibleName() == "Text or call +48 601 234 567"
    assert field.edit.accessibleName() == "Mobile"
