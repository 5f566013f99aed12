from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from cti_client.desk.views import LinkStatus, LinkView
from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import CaseChoice, CaseStatus
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.quit_question import QuitQuestion
from cti_client.ui.numbers.new_chat_dialog import NewChatDialog
from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import Theme
from cti_client.wire.api import NumberAbilities
from cti_client.wire.topics import ConnectionHealth, Connections, OwnPresence, Waiting
from tests.helpers.fake_desk import (
    CASE_BRIEF,
    HOUR,
    LINE,
    LINE_PL,
    START,
    case_row,
    contact,
    interaction,
    offer,
    waiting_chat,
)
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.longer_language import LongerLanguage

LONG = "Wilhelmina von und zu Hohenstein-Wolkenburg-Grafenau"


@pytest.fixture
def longer_language(qapp: QApplication) -> Iterator[None]:
    language = LongerLanguage()
    QCoreApplication.installTranslator(language)
    yield
    QCoreApplication.removeTranslator(language)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, preferences: Preferences, settings: QSettings) -> MainWindow:
    made = MainWindow(theme, preferences, settings)
    qtbot.addWidget(made)
    return made


def fill(window: MainWindow) -> None:
    """Something of everything, with names that are too long for any place."""
    window.header.show_agent("Anna")
    window.header.show_link(LinkView(LinkStatus.OFFLINE, "Refused", START + 30_000), 12, START)
    window.header.show_connections(
        Connections(
            connections=(
                ConnectionHealth(id="s", name="Simulator", kind="simulator", ok=True, since=START, simulated=True),
                ConnectionHealth(id="k", name="Kannel", kind="kannel", ok=False, since=START, detail="Refused"),
            )
        )
    )
    window.header.show_presence(OwnPresence(presence=Presence.AWAY, reason="Meeting"))
    window.telephony.set_live(True)
    offers = [
        offer(1, customer_name=LONG, line_name=LONG, consent=ConsentState.UNKNOWN),
        offer(2, default_choice=CaseChoice.NEW, consent=ConsentState.OPTED_IN),
        offer(3, customer_name="", last_case=None, first_words=""),
    ]
    window.telephony.show_offers(offers, START, "Anna")
    waiting = (
        waiting_chat(301),
        waiting_chat(
            302, customer_name=LONG, last_case=CASE_BRIEF, waiting_since=START - HOUR, consent=ConsentState.UNKNOWN
        ),
    )
    window.telephony.show_waiting(Waiting(chats=waiting, total=40), START, "Anna")
    window.telephony.say("The hub does not answer.")
    window.chats_model.show([interaction(12), interaction(13, contact=contact(name=LONG), unread=0)], START)
    rows = [
        case_row(10482, interaction_id=12, consent=ConsentState.OPTED_OUT),
        case_row(10460, subject=LONG, customer=LONG, status=CaseStatus.PENDING, last_at=START - 100 * HOUR),
    ]
    window.cases_model.show_held(frozenset({12}))
    window.cases_model.show(rows, False, START)
    window.notice.say("No link to the hub. What is here can be read.", "caution", action="Try now", dismissible=True)


def lay_out(window: QWidget, width: int, height: int) -> None:
    window.resize(width, height)
    window.show()
    QApplication.processEvents()
    QApplication.processEvents()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [640, 720, 880, 1000, 1110, 1360])
def test_no_text_is_cut(window: MainWindow, theme: Theme, width: int, dark: bool) -> None:
    theme.force(dark)
    fill(window)
    lay_out(window, width, 800)
    assert "\n".join(cut_texts(window)) == ""


@pytest.mark.parametrize("width", [720, 1110, 1360])
def test_no_text_is_cut_in_a_longer_language(
    longer_language: None, qtbot: QtBot, theme: Theme, preferences: Preferences, width: int
) -> None:
    window = MainWindow(theme, preferences)
    qtbot.addWidget(window)
    fill(window)
    lay_out(window, width, 800)
    assert "\n".join(cut_texts(window)) == ""


@pytest.mark.parametrize("width", [640, 720, 1360])
def test_empty_states_are_not_cut(
    longer_language: None, qtbot: QtBot, theme: Theme, preferences: Preferences, width: int
) -> None:
    window = MainWindow(theme, preferences)
    qtbot.addWidget(window)
    window.telephony.set_live(True)
    window.telephony.show_presence(OwnPresence(presence=Presence.AWAY))
    for state in (window.cases.show_loading, window.cases.show_rows, window.cases.show_away):
        state()
        lay_out(window, width, 600)
        if width < 900:
            window.toggle_drawer()
        assert "\n".join(cut_texts(window)) == ""
    window.cases.show_error("The hub does not answer.")
    QApplication.processEvents()
    assert "\n".join(cut_texts(window)) == ""


def test_dialogs_are_not_cut_and_have_names(longer_language: None, qtbot: QtBot, theme: Theme) -> None:
    chat = NewChatDialog(theme, (LINE, LINE_PL))
    why = "The destination number has disabled receiving messages from this number and must text 'START' to enable"
    for dialog in (chat, QuitQuestion(theme, 3, 2), QuitQuestion(theme, 1, 0, tray=True)):
        qtbot.addWidget(dialog)
        lay_out(dialog, 10, 10)
        assert "\n".join(cut_texts(dialog)) == ""
        assert nameless(dialog) == []
    QTest.keyClicks(chat.field.edit, "1")
    consent = ConsentState.UNKNOWN
    able = NumberAbilities(address="1", display="1", why_no_sms=why, consent=consent, can_allow=True)
    chat.show_abilities("1", None, able)
    chat.field.say(why)
    QApplication.processEvents()
    assert cut_texts(chat) == []
    assert nameless(chat) == []


def test_every_control_has_a_name(window: MainWindow) -> None:
    fill(window)
    lay_out(window, 1360, 800)
    assert nameless(window) == []


def test_the_finders_find(qtbot: QtBot, theme: Theme, window: MainWindow) -> None:
    """The two tests above can fail."""
    fill(window)
    lay_out(window, 1360, 800)
    window.telephony.cards[0].decline.setFixedWidth(20)
    window.open_chats.next.setAccessibleName("")
    QApplication.processEvents()
    assert any("Decline" in line for line in cut_texts(window))
    assert len(nameless(window)) == 1


def test_tab_goes_through_the_window_in_reading_order(window: MainWindow) -> None:
    fill(window)
    window.header.set_live(True)
    lay_out(window, 1360, 800)
    window.activateWindow()
    window.navigation.desk.setFocus()
    places = {
        window.navigation: "navigation",
        window.header: "header",
        window.open_chats: "open chats",
        window.cases: "cases",
        window.telephony: "telephony",
    }
    seen: list[str] = []
    for _ in range(60):
        focus = QApplication.focusWidget()
        assert focus is not None
        place = next((name for part, name in places.items() if part.isAncestorOf(focus)), "")
        if place and place not in seen:
            seen.append(place)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert seen == list(places.values())


def test_tab_reaches_every_button(window: MainWindow) -> None:
    fill(window)
    window.header.set_live(True)
    lay_out(window, 1360, 800)
    window.activateWindow()
    reached: set[QWidget] = set()
    for _ in range(100):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    buttons = [one for one in window.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled()]
    assert len(buttons) > 15
    assert [one.text() or one.accessibleName() for one in buttons if one not in reached] == []


def test_tab_goes_through_the_requests_as_they_stand(window: MainWindow) -> None:
    fill(window)
    window.telephony.show_offers([offer(1), offer(2, deadline=START + 3_000), offer(3, last_case=None)], START)
    lay_out(window, 1360, 800)
    window.activateWindow()
    window.telephony.cards[0].accept.main.setFocus()
    seen: list[QWidget | None] = []
    for _ in range(13):
        seen.append(QApplication.focusWidget())
        QTest.keyClick(window, Qt.Key.Key_Tab)
    two, one, three = window.telephony.cards
    expected: list[QWidget] = [
        two.accept.main,
        two.accept.more,
        two.decline,
        two.phone,
        one.accept.main,
        one.accept.more,
        one.decline,
        one.phone,
    ]
    expected += [three.accept.main, three.decline, three.phone, window.telephony.waiting.rows[0].phone]
    assert seen[: len(expected)] == expected


def test_the_rail_folds_and_the_panel_becomes_a_drawer(window: MainWindow) -> None:
    lay_out(window, 1360, 800)
    shown = []
    for width in (1000, 880, 1360):
        lay_out(window, width, 800)
        shown.append((window.open_chats.folded, window.telephony.isVisible(), window.header.telephony.isVisible()))
    assert shown == [(True, True, False), (True, False, True), (False, True, False)]


def test_a_request_opens_the_drawer_and_its_end_closes_it(window: MainWindow) -> None:
    lay_out(window, 880, 800)
    window.telephony.show_offers([offer()], START)
    window.ring(1, True)
    assert window.drawer_open
    assert window.header.telephony.text() == "Telephony (1)"
    right = window.telephony.mapTo(window, window.telephony.rect().topRight()).x()
    assert right == window.width() - 1
    window.telephony.show_offers([], START)
    window.ring(0, False)
    assert not window.drawer_open


def test_a_drawer_opened_by_hand_stays(window: MainWindow) -> None:
    lay_out(window, 880, 800)
    window.header.telephony.click()
    assert window.drawer_open
    window.ring(1, True)
    window.ring(0, False)
    assert window.drawer_open
    window.header.telephony.click()
    assert not window.drawer_open


def test_a_drawer_closed_by_hand_stays_closed_until_something_new_rings(window: MainWindow) -> None:
    lay_out(window, 880, 800)
    window.ring(1, True)
    window.header.telephony.click()
    window.ring(1, False)
    assert not window.drawer_open
    window.ring(2, True)
    assert window.drawer_open


def test_an_empty_drawer_gives_way_to_the_page_asked_for(window: MainWindow) -> None:
    window.pages.addWidget(QWidget())
    lay_out(window, 640, 800)
    window.header.telephony.click()
    window.pages.setCurrentIndex(1)
    assert not window.drawer_open
    window.telephony.show_offers([offer()], START)
    window.ring(1, True)
    window.pages.setCurrentIndex(0)
    assert window.drawer_open, "a request that rings stays in sight"


def test_escape_closes_the_drawer(window: MainWindow) -> None:
    lay_out(window, 640, 800)
    window.header.telephony.click()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.drawer_open


def test_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.chats_model.show([interaction(12), interaction(13, waiting_since=START - HOUR)], START)
    lay_out(window, 1360, 800)
    window.activateWindow()
    with qtbot.waitSignal(window.accept_first):
        QTest.keyClick(window, Qt.Key.Key_F9)
    with qtbot.waitSignal(window.decline_first):
        QTest.keyClick(window, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(window.header.new_chat_wanted):
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(window.open_chats.chosen) as heard:
        QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert heard.args == [13]
    with qtbot.waitSignal(window.open_chats.chosen) as heard:
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert heard.args == [12]
    with qtbot.waitSignal(window.open_chats.chosen) as heard:
        QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert heard.args == [13]
    with qtbot.assertNotEmitted(window.open_chats.chosen):
        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)


def test_return_presses_the_focused_button(window: MainWindow, qtbot: QtBot) -> None:
    lay_out(window, 1360, 800)
    window.activateWindow()
    window.telephony.set_live(True)
    window.telephony.show_offers([offer()], START)
    card = window.telephony.cards[0]
    card.decline.setFocus()
    with qtbot.waitSignal(window.telephony.declined):
        QTest.keyClick(card.decline, Qt.Key.Key_Return)


def test_the_window_remembers_its_place(
    qtbot: QtBot, theme: Theme, preferences: Preferences, settings: QSettings
) -> None:
    first = MainWindow(theme, preferences, settings)
    qtbot.addWidget(first)
    lay_out(first, 777, 555)
    first.close()
    second = MainWindow(theme, preferences, settings)
    qtbot.addWidget(second)
    assert (second.width(), second.height()) == (777, 555)
    assert second.open_chats.folded


def test_closing_is_only_a_wish(window: MainWindow, qtbot: QtBot) -> None:
    lay_out(window, 1360, 800)
    with qtbot.waitSignal(window.close_wanted):
        window.close()
    assert window.isVisible()
    with qtbot.assertNotEmitted(window.close_wanted):
        window.close_for_good()
    assert not window.isVisible()


def test_the_start_shows_no_focus_ring(window: MainWindow) -> None:
    lay_out(window, 1360, 800)
    assert not isinstance(window.focusWidget(), QAbstractButton)
