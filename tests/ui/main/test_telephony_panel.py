import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import CaseChoice
from cti_client.ui.main.telephony_panel import MOST_CARDS, TelephonyPanel
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.label import Label
from cti_client.wire.topics import OwnPresence, Waiting
from tests.helpers.fake_desk import CASE_BRIEF, SECOND, START, offer, waiting_chat
from tests.helpers.screen import PaintLog, alike, frame, on_screen, painted_anew


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> TelephonyPanel:
    made = TelephonyPanel(theme)
    qtbot.addWidget(made)
    made.set_live(True)
    made.show_presence(OwnPresence(presence=Presence.AVAILABLE))
    made.resize(400, 800)
    made.show()
    return made


def words(card: QWidget) -> list[str]:
    return [label.text() for label in card.findChildren(Label) if label.isVisibleTo(card) and label.text()]


def caught_up(panel: TelephonyPanel) -> bool:
    return panel.caught_up


def press(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_request_says_all_of_a2(panel: TelephonyPanel) -> None:
    assert panel.show_offers([offer()], START, "Bo") == [1]
    [card] = panel.cards
    assert words(card) == [
        "SMS Chat Request",
        "12 s left",
        "SMS+15551234567",
        "· Support 1-800",
        "waiting 0:08",
        "Aiko Tanaka · C-10460 yesterday, Anna",
        "“Hi, my card was declined again, can you please have a look?”",
    ]
    assert card.accept.main.text() == "Accept · continue C-10460"
    assert card.decline.text() == "Decline"


def test_a_new_customer_of_whom_nothing_is_known(panel: TelephonyPanel) -> None:
    panel.show_offers([offer(customer_name="", region="Poland", first_words="", last_case=None)], START)
    [card] = panel.cards
    assert "New customer · Poland" in words(card)
    assert not any("“" in word for word in words(card))
    assert card.accept.main.text() == "Accept"
    assert not card.accept.more.isVisibleTo(card)


def test_times_count(panel: TelephonyPanel) -> None:
    panel.show_offers([offer()], START)
    panel.tick(START + 3 * SECOND)
    [card] = panel.cards
    assert "9 s left" in words(card)
    assert "waiting 0:11" in words(card)
    panel.tick(START + 60 * SECOND)
    assert "0 s left" in words(card)


def test_the_one_that_lapses_first_is_on_top_with_the_ring(panel: TelephonyPanel) -> None:
    panel.show_offers([offer(1), offer(2, deadline=START + 5 * SECOND), offer(3, deadline=START + 9 * SECOND)], START)
    assert [card.offer.id for card in panel.cards if card.offer] == [2, 3, 1]
    assert [card.ringed for card in panel.cards] == [True, False, False]
    tops = [card.mapTo(panel, card.rect().topLeft()).y() for card in panel.cards]
    QApplication.processEvents()
    assert tops == sorted(tops)
    panel.show_offers([offer(1), offer(3, deadline=START + 9 * SECOND)], START)
    assert [card.ringed for card in panel.cards] == [True, False]
    assert panel.first is panel.card(3)


def test_more_than_there_is_room_for_are_counted_and_come_up(panel: TelephonyPanel, qtbot: QtBot) -> None:
    many = [offer(number, deadline=START + number * SECOND) for number in range(1, MOST_CARDS + 4)]
    assert panel.show_offers(many, START) == list(range(1, MOST_CARDS + 4))
    assert len(panel.cards) == MOST_CARDS
    assert f"{MOST_CARDS + 3} ringing" in words(panel)
    assert "3 more ring. They come up as these are answered." in words(panel)
    last = MOST_CARDS + 3
    assert panel.card(last) is None
    with qtbot.waitSignal(panel.accepted) as heard:  # from its notification
        panel.accept_offer(last)
    assert heard.args == [last, None]
    assert panel.show_offers(many[3:], START) == []
    assert [card.offer.id for card in panel.cards if card.offer] == [one.id for one in many[3:]]
    assert f"{MOST_CARDS} ringing" in words(panel)
    assert not any("more ring" in each for each in words(panel))


def test_accept_with_the_default_and_with_a_choice(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_offers([offer(), offer(2, default_choice=CaseChoice.NEW)], START)
    one, two = panel.cards
    with qtbot.waitSignal(panel.accepted) as heard:
        press(one.accept.main)
    assert heard.args == [1, None]
    assert two.accept.main.text() == "Accept · new case"
    with qtbot.waitSignal(panel.accepted) as heard:
        two.accept.chosen.emit(CaseChoice.CONTINUE)
    assert heard.args == [2, CaseChoice.CONTINUE]


def test_a_card_answers_once_until_it_is_given_back(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_offers([offer()], START)
    [card] = panel.cards
    press(card.accept.main)
    assert card.accept.main.text() == "Accepting…"
    with qtbot.assertNotEmitted(panel.accepted), qtbot.assertNotEmitted(panel.declined):
        press(card.accept.main)
        press(card.decline)
        panel.accept_first()
        panel.decline_first()
    card.set_busy("")
    with qtbot.waitSignal(panel.declined) as heard:
        press(card.decline)
    assert heard.args == [1]


def test_a_card_used_again_shows_nothing_of_the_one_before(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_offers([offer()], START)
    press(panel.cards[0].accept.main)
    panel.show_offers([], START)
    assert panel.cards == []
    for id_ in range(10, 15):
        panel.show_offers([offer(id_, customer_name=f"Customer {id_}", last_case=None)], START)
        [card] = panel.cards
        assert card.accept.main.text() == "Accept"
        assert card.accept.isEnabled()
        assert any(word.startswith(f"Customer {id_}") for word in words(card))


def test_a_rush_is_shown_at_the_end_of_the_frame_and_at_once_to_who_asks(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_offers([offer(1)], START)
    assert caught_up(panel)
    assert panel.show_offers([offer(1), offer(2)], START) == [2]
    assert not caught_up(panel)
    assert "1 ringing" in words(panel)
    qtbot.waitUntil(lambda: caught_up(panel))
    assert "2 ringing" in words(panel)
    panel.show_offers([offer(2)], START)
    panel.show_offers([offer(2), offer(3)], START)
    assert [card.offer.id for card in panel.cards if card.offer] == [2, 3]
    assert caught_up(panel)


def test_the_same_chats_again_leave_the_waiting_rows_alone(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_waiting(Waiting(chats=(waiting_chat(301), waiting_chat(302)), total=2), START)
    before = panel.waiting.rows
    frame()
    log = PaintLog(*before)
    panel.show_waiting(Waiting(chats=(waiting_chat(301), waiting_chat(302)), total=2), START)
    assert panel.waiting.rows == before
    frame()
    assert log.painted == []


def test_a_request_that_goes_moves_the_others_as_they_are_painted(panel: TelephonyPanel) -> None:
    panel.resize(400, 560)
    three = [offer(id_, deadline=START + id_ * SECOND) for id_ in (1, 2, 3)]
    panel.show_offers(three, START)
    panel.card(3)
    frame()
    second = panel.cards[1]
    inside = second.findChildren(Label)
    log = PaintLog(*inside)
    panel.show_offers(three[1:], START)
    assert panel.first is second
    frame()
    assert second.ringed
    assert log.painted == []
    assert alike(on_screen(panel, second), painted_anew(panel, second))


def test_the_keys_answer_the_first(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.accept_first()
    panel.show_offers([offer(1), offer(2, deadline=START + 5 * SECOND)], START)
    with qtbot.waitSignal(panel.accepted) as heard:
        panel.accept_first()
    assert heard.args == [2, None]
    assert [card.accept.main.toolTip() for card in panel.cards] == ["Accept (F9)", ""]
    assert [card.decline.toolTip() for card in panel.cards] == ["Decline (Shift+F9)", ""]


def test_a_request_that_is_gone_cannot_be_accepted_from_elsewhere(panel: TelephonyPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.accepted):
        panel.accept_offer(5)
    assert panel.notice.text == "This request is gone."


def test_without_a_link_nothing_can_be_answered(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_offers([offer()], START)
    panel.show_waiting(Waiting(chats=(waiting_chat(),), total=1), START)
    panel.set_live(False)
    assert not panel.cards[0].accept.isEnabled()
    assert not panel.cards[0].decline.isEnabled()
    assert not panel.waiting.rows[0].take.isEnabled()
    panel.set_live(True)
    assert panel.cards[0].accept.isEnabled()
    assert panel.waiting.rows[0].take.isEnabled()


@pytest.mark.parametrize(
    ("live", "presence", "said"),
    [
        (True, Presence.AVAILABLE, "Nothing rings"),
        (True, Presence.AWAY, "You are away"),
        (False, Presence.AVAILABLE, "Not connected"),
    ],
)
def test_an_empty_panel_says_why(panel: TelephonyPanel, live: bool, presence: Presence, said: str) -> None:
    panel.set_live(live)
    panel.show_presence(OwnPresence(presence=presence))
    assert said in [label.text() for label in panel.empty.findChildren(Label)]
    panel.show_offers([offer()], START)
    assert not panel.empty.isVisibleTo(panel)


def test_one_press_makes_available(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_presence(OwnPresence(presence=Presence.AWAY))
    button = panel.empty.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(panel.available_wanted):
        press(button)


def test_waiting_list(panel: TelephonyPanel, qtbot: QtBot) -> None:
    chats = (waiting_chat(301), waiting_chat(302, customer_name="Luis García", last_case=CASE_BRIEF, continues=True))
    panel.show_waiting(Waiting(chats=chats, total=2), START)
    one, two = panel.waiting.rows
    assert "waiting 1:47" in [label.text() for label in one.findChildren(Label)]
    said = [label.text() for label in one.findChildren(Label)]
    assert "Nobody answered · Support 1-800" in said
    assert "“Is anybody there?”" in said
    assert not one.take.more.isVisibleTo(one)
    assert two.take.more.isVisibleTo(two)
    with qtbot.waitSignal(panel.taken) as heard:
        press(one.take.main)
    assert heard.args == [301, None]
    assert not one.take.isEnabled()
    with qtbot.waitSignal(panel.taken) as heard:
        two.take.chosen.emit(CaseChoice.NEW)
    assert heard.args == [302, CaseChoice.NEW]


def test_a_waiting_row_says_its_reason_and_the_customers_words_in_full(panel: TelephonyPanel, qtbot: QtBot) -> None:
    chat = waiting_chat(301, line_name="Orders and complaints, Poland", last_case=CASE_BRIEF)
    panel.show_waiting(Waiting(chats=(chat,), total=1), START)
    panel.resize(panel.minimumSizeHint().width(), 700)
    QApplication.processEvents()
    (row,) = panel.waiting.rows
    lines = {label.text(): label for label in row.findChildren(ElidedLabel)}
    for text in ("Nobody answered · Orders and complaints, Poland", "“Is anybody there?”"):
        assert lines[text].toolTip() == "", "a tooltip is there where the line is cut"
        assert lines[text].geometry().bottom() < row.take.geometry().top()
    panel.show_waiting(Waiting(chats=(waiting_chat(301, first_words=""),), total=1), START)
    assert panel.waiting.rows == [row]
    assert "“Is anybody there?”" not in [label.text() for label in row.findChildren(Label) if label.isVisible()]


def test_a_further_text_shows_in_the_waiting_row_with_the_count(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_waiting(Waiting(chats=(waiting_chat(301),), total=1), START)
    more = waiting_chat(301, last_words="I will cancel", texts=2)
    panel.show_waiting(Waiting(chats=(more,), total=1), START)
    qtbot.waitUntil(lambda: caught_up(panel))
    (row,) = panel.waiting.rows
    assert "2 texts · “I will cancel”" in [label.text() for label in row.findChildren(ElidedLabel)]
    assert "I will cancel" in row.accessibleName()
    hidden = waiting_chat(301, first_words="", last_words="", texts=2)
    panel.show_waiting(Waiting(chats=(hidden,), total=1), START)
    qtbot.waitUntil(lambda: caught_up(panel))
    assert "2 texts" in [label.text() for label in row.findChildren(ElidedLabel)]


def test_a_further_text_shows_in_the_ringing_request(panel: TelephonyPanel, qtbot: QtBot) -> None:
    panel.show_offers([offer(last_words="Hi", texts=1)], START)
    [card] = panel.cards
    assert "“Hi”" in words(card)
    panel.show_offers([offer(version=2, last_words="Please hurry", texts=3)], START)
    qtbot.waitUntil(lambda: caught_up(panel))
    assert "3 texts · “Please hurry”" in words(card)


def test_who_missed_requests_is_told_what_is_true_of_them(panel: TelephonyPanel) -> None:
    panel.show_presence(OwnPresence(presence=Presence.MISSED))
    said = words(panel.empty)
    assert "Two requests were missed" in said
    assert "They went on to others or stand in Waiting. None come to you until you are back." in said


def test_waiting_rows_keep_their_order_and_stay_few(panel: TelephonyPanel) -> None:
    many = tuple(waiting_chat(id_, address=f"+1555{id_:07d}") for id_ in range(100, 140))
    panel.show_waiting(Waiting(chats=many, total=143), START)
    assert len(panel.waiting.rows) == 20
    assert "WAITING · 143" in [label.text() for label in panel.waiting.findChildren(Label)]
    panel.show_waiting(Waiting(chats=(many[5], many[2], waiting_chat(999)), total=3), START)
    assert [panel.waiting.row(id_) for id_ in (105, 102, 999)] == panel.waiting.rows
    panel.show_waiting(Waiting(), START)
    assert not panel.waiting.isVisibleTo(panel)


def test_each_request_has_a_phone_button_for_its_number(panel: TelephonyPanel, qtbot: QtBot) -> None:
    """A12. Cards are made ahead and used again: the button is always that of the number shown."""
    heard: list[PhoneButton] = []
    panel.phone_made.connect(heard.append)
    ready = panel.phones
    panel.show_offers([offer(1), offer(2, address="+15550102299", address_display="+1 555-010-2299")], START)
    buttons = [card.phone for card in panel.cards]
    assert set(buttons) <= {*ready, *heard}
    assert {button.address for button in buttons} == {offer(1).address, "+15550102299"}
    with qtbot.waitSignal(buttons[-1].asked) as asked:
        QTest.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)
    assert asked.args == [buttons[-1].address]
    buttons[-1].fail("No link.")
    assert panel.notice.text == "No link."


def test_each_waiting_number_has_its_phone_button(panel: TelephonyPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.phone_made) as heard:
        panel.show_waiting(Waiting(chats=(waiting_chat(),), total=1), START)
    button = panel.waiting.rows[0].phone
    assert heard.args == [button]
    with qtbot.waitSignal(button.asked) as asked:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == ["+15550102299"]
    button.fail("No link.")
    assert panel.notice.text == "No link."


def test_the_panel_widens_for_the_words_of_the_next_request(theme: Theme, qtbot: QtBot) -> None:
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    panel = TelephonyPanel(theme)
    row.addWidget(QWidget(), 1)
    row.addWidget(panel)
    qtbot.addWidget(place)
    panel.set_live(True)
    place.resize(1400, 800)
    place.show()
    panel.show_offers([offer(last_case=None)], START)
    qtbot.waitUntil(lambda: caught_up(panel))
    long = msgspec.structs.replace(CASE_BRIEF, label="C-10460-2026-000123")
    panel.show_offers([offer(2, last_case=long)], START)
    [card] = panel.cards
    accept = card.accept.main
    qtbot.waitUntil(lambda: accept.width() >= accept.minimumSizeHint().width())
    assert card.width() <= panel.width()
