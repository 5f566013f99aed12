import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from cti_client.ui.main.navigation import Navigation
from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import Theme


def test_what_is_chosen_is_kept(settings: QSettings, preferences: Preferences) -> None:
    assert (preferences.appearance, preferences.sound, preferences.hand_over_calls) == ("system", True, True)
    preferences.appearance = "dark"
    preferences.sound = False
    settings.sync()
    again = Preferences(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert (again.appearance, again.sound, again.notifications) == ("dark", False, True)


def test_nonsense_is_not_taken(settings: QSettings, preferences: Preferences) -> None:
    settings.setValue("appearance", "purple")
    assert preferences.appearance == "system"
    with pytest.raises(ValueError, match="purple"):
        preferences.appearance = "purple"


def test_the_settings_menu_sets_them(theme: Theme, preferences: Preferences, qtbot: QtBot) -> None:
    navigation = Navigation(theme, preferences)
    qtbot.addWidget(navigation)
    actions = {action.text(): action for action in navigation.settings.menu().actions()}
    assert not any(action.isSeparator() and action.text() for action in actions.values()), (
        "they are drawn without words"
    )
    heading = navigation.settings.menu().actions()[0]
    assert (heading.text(), heading.isEnabled(), heading.isCheckable()) == ("Appearance", False, False)
    heard: list[str] = []
    preferences.changed.connect(heard.append)
    actions["Dark"].trigger()
    actions["Sounds"].trigger()
    actions["Hand calls to this computer’s phone program"].trigger()
    assert (preferences.appearance, preferences.sound, preferences.hand_over_calls) == ("dark", False, False)
    assert heard == ["appearance", "sound", "hand_over_calls"]
    with qtbot.waitSignal(navigation.quit_wanted):
        actions["Quit"].trigger()
