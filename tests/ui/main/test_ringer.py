from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cti_client.domain.consent import ConsentState
from cti_client.system.notifications import Notifications
from cti_client.system.sound import Sound
from cti_client.ui.main.ringer import Ringer
from cti_client.ui.preferences import Preferences
from tests.helpers.fake_desk import interaction, offer


class Recorder(Notifications):
    def __init__(self) -> None:
        super().__init__(None, lambda work, name: None, lambda title, text: None)
        self.standing: dict[str, tuple[str, str, str]] = {}

    def show(self, key: str, title: str, text: str, action: str = "") -> None:
        self.standing[key] = (title, text, action)

    def withdraw(self, key: str) -> None:
        self.standing.pop(key, None)


class Player:
    def __init__(self) -> None:
        self.sounds: list[Sound] = []

    def play(self, sound: Sound) -> None:
        self.sounds.append(sound)

    def close(self) -> None:
        pass


@pytest.fixture
def player() -> Player:
    return Player()


@pytest.fixture
def shown(qapp: Any) -> Recorder:
    return Recorder()


@pytest.fixture
def ringer(player: Player, shown: Recorder, preferences: Preferences) -> Ringer:
    return Ringer(player, shown, preferences)


def test_each_new_request_rings_and_goes_on_until_all_are_gone(ringer: Ringer, player: Player) -> None:
    ringer.show_offers([offer(1)], in_front=True)
    ringer.show_offers([offer(1)], in_front=True)
    assert player.sounds == [Sound.RING]
    ringer.show_offers([offer(1), offer(2)], in_front=True)
    assert player.sounds == [Sound.RING, Sound.RING]
    ringer.show_offers([offer(2)], in_front=True)
    standing = ringer.ringing
    ringer._timer.timeout.emit()
    assert len(player.sounds) == 3
    ringer.show_offers([], in_front=True)
    assert (standing, ringer.ringing) == (True, False)
    assert len(player.sounds) == 3


def test_notified_only_while_no_window_is_in_front(ringer: Ringer, shown: Recorder) -> None:
    ringer.show_offers([offer(1)], in_front=True)
    assert shown.standing == {}
    ringer.show_offers([offer(1), offer(2)], in_front=False)
    assert list(shown.standing) == ["offer:2"]
    title, text, action = shown.standing["offer:2"]
    assert title == "SMS Chat Request"
    assert text == "Aiko Tanaka · Support 1-800\n“Hi, my card was declined again, can you please have a look?”"
    assert action == "Accept"
    ringer.show_offers([offer(1)], in_front=False)
    assert shown.standing == {}
    ringer.show_offers([offer(3, customer_name="", first_words="", consent=ConsentState.OPTED_OUT)], in_front=False)
    assert shown.standing["offer:3"][1] == "+1 555-123-4567 · Support 1-800 · SMS opted out"


def test_accept_in_the_notification(ringer: Ringer, shown: Recorder, qtbot: QtBot) -> None:
    ringer.show_offers([offer(7)], in_front=False)
    with qtbot.waitSignal(ringer.accept_wanted) as heard:
        shown.action_pressed.emit("offer:7")
    assert heard.args == [7]
    with qtbot.waitSignal(ringer.open_wanted):
        shown.clicked.emit("offer:7")
    with qtbot.assertNotEmitted(ringer.accept_wanted), qtbot.assertNotEmitted(ringer.open_wanted):
        shown.action_pressed.emit("other:7")
        shown.clicked.emit("other")


def test_a_new_text_chimes_once(ringer: Ringer, player: Player) -> None:
    assert ringer.show_chats([interaction(1, unread=2)]) == [], "what was unread when it came is no news"
    assert ringer.show_chats([interaction(1, unread=3), interaction(2, unread=1)]) == [1]
    assert ringer.show_chats([interaction(1, unread=0), interaction(2, unread=1)]) == []
    assert ringer.show_chats([interaction(1, unread=1), interaction(2, unread=2)]) == [1, 2]
    assert player.sounds == [Sound.MESSAGE, Sound.MESSAGE]


def test_turned_off(ringer: Ringer, player: Player, shown: Recorder, preferences: Preferences) -> None:
    preferences.sound = False
    preferences.notifications = False
    ringer.show_offers([offer(1)], in_front=False)
    ringer.show_chats([interaction(1, unread=0)])
    ringer.show_chats([interaction(1, unread=1)])
    assert player.sounds == []
    assert shown.standing == {}
    preferences.sound = True
    ringer.show_offers([offer(1), offer(2)], in_front=False)
    assert player.sounds == [Sound.RING]


def test_stop_takes_notifications_away(ringer: Ringer, shown: Recorder) -> None:
    ringer.show_offers([offer(1)], in_front=False)
    ringer.stop()
    assert not ringer.ringing
    assert shown.standing == {}
