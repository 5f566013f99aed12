import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import Direction
from cti_client.ui.main.open_chats import OpenChats
from cti_client.ui.models.open_chats import PREVIEW, TIME, TROUBLED, OpenChatsModel
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from tests.helpers.fake_desk import MINUTE, SECOND, START, contact, interaction


@pytest.fixture
def model(qtmodeltester: ModelTester) -> OpenChatsModel:
    made = OpenChatsModel()
    qtmodeltester.check(made)  # type: ignore[no-untyped-call]  # pytest-qt gives it no types
    return made


@pytest.fixture
def rail(theme: Theme, model: OpenChatsModel, qtbot: QtBot) -> OpenChats:
    made = OpenChats(theme, model)
    qtbot.addWidget(made)
    made.resize(made.width(), 500)
    made.show()
    return made


def ids(model: QAbstractItemModel) -> list[int]:
    assert isinstance(model, OpenChatsModel)
    chats = [model.at(row) for row in range(model.rowCount())]
    return [chat.id for chat in chats if chat is not None]


@pytest.mark.parametrize(
    ("live", "connecting", "said"),
    [
        (False, True, ["Connecting…"]),
        (False, False, ["Not connected", "Your open chats come back with the hub."]),
        (True, False, ["No open chats", "Accept a request, or start one."]),
    ],
)
def test_an_empty_rail_says_why(rail: OpenChats, live: bool, connecting: bool, said: list[str]) -> None:
    rail.set_live(not live)
    rail.set_live(live, connecting=connecting)
    assert [label.text() for label in rail.empty.findChildren(Label) if label.text()] == said
    assert rail.empty.isVisible()


def test_the_rail_is_connecting_at_first(rail: OpenChats) -> None:
    assert "Connecting…" in [label.text() for label in rail.empty.findChildren(Label)]


def test_places_stay_while_chats_come_and_go(model: OpenChatsModel, qtmodeltester: ModelTester) -> None:
    one, two, three = (interaction(id_, accepted_at=START + at) for id_, at in ((30, 1), (10, 2), (20, 3)))
    model.show([three, one, two], START)
    assert ids(model) == [30, 10, 20]
    model.show([three, one], START)
    assert ids(model) == [30, 20]
    model.show([three, two, one], START)
    assert ids(model) == [30, 10, 20]
    model.show([interaction(20, accepted_at=START), one, two], START)
    assert ids(model) == [20, 30, 10]
    model.show([], START)
    assert ids(model) == []
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt gives it no types


def test_only_rows_that_changed_are_reported(model: OpenChatsModel, qtbot: QtBot) -> None:
    waiting, quiet = interaction(1, accepted_at=1), interaction(2, accepted_at=2, waiting_since=None, last_at=START)
    model.show([waiting, quiet], START)
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show([waiting, quiet], START)
        model.tick(START)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    model.tick(START + SECOND)
    assert changed == [0], "the one whose timer counts"
    model.tick(START + MINUTE)
    assert changed == [0, 0, 1]


def test_a_row_whose_words_alone_change_is_reported(model: OpenChatsModel, qtbot: QtBot) -> None:
    chats = [interaction(1, accepted_at=1), interaction(2, accepted_at=2)]
    model.show(chats, START, {1: "one", 2: "Not sent yet: two"})
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    model.show(chats, START, {1: "one", 2: "Sent: two"})
    assert changed == [1]
    assert [model.index(row).data(PREVIEW) for row in (0, 1)] == ["one", "Sent: two"]


def test_what_a_row_says(model: OpenChatsModel) -> None:
    model.show(
        [
            interaction(1, accepted_at=1),
            interaction(
                2,
                accepted_at=2,
                contact=contact(name=""),
                waiting_since=None,
                unread=0,
                last_text="Two\nlines",
                last_direction=Direction.OUT,
                last_at=START - 5 * MINUTE,
            ),
        ],
        START,
    )
    one, two = model.index(0), model.index(1)
    assert (one.data(), one.data(TIME)) == ("Maria Kowalska", "3:12")
    assert (two.data(), two.data(TIME), two.data(PREVIEW)) == ("+48 601 234 567", "5 min", "Outgoing: Two lines")
    spoken = one.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Maria Kowalska, SMS opted in, customer waiting 3:12, 2 unread, Czy mogę zmienić adres dostawy?"
    assert "Ctrl+2" in two.data(Qt.ItemDataRole.ToolTipRole)


def test_tooltips_take_no_markup_from_outside(model: OpenChatsModel) -> None:
    model.show([interaction(1, last_text="<img src=x> & <b>bold</b>")], START)
    tip = model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert "&lt;img src=x&gt; &amp; &lt;b&gt;" in tip


def test_the_longest_waiting_comes_first(rail: OpenChats, model: OpenChatsModel, qtbot: QtBot) -> None:
    assert not rail.next.isEnabled()
    chats = [interaction(id_, accepted_at=id_, waiting_since=since) for id_, since in ((1, None), (2, 500), (3, 400))]
    model.show(chats, START)
    assert rail.next.isEnabled()
    with qtbot.waitSignal(rail.chosen) as heard:
        QTest.mouseClick(rail.next, Qt.MouseButton.LeftButton)
    assert heard.args == [3]
    model.show([interaction(1, waiting_since=None)], START)
    assert not rail.next.isEnabled()


def test_who_has_opted_out_waits_for_no_answer(rail: OpenChats, model: OpenChatsModel) -> None:
    """The case window says so too: nobody can answer, and Ctrl+J would lead there for ever."""
    gone = interaction(1, waiting_since=START, last_at=START, unread=0, consent=ConsentState.OPTED_OUT)
    model.show([gone], START + 65 * SECOND)
    assert model.index(0).data(TIME) == "1 min"
    assert "waiting" not in str(model.index(0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert not rail.next.isEnabled()


def test_mouse_and_keyboard_choose(rail: OpenChats, model: OpenChatsModel, qtbot: QtBot) -> None:
    model.show([interaction(1, accepted_at=1), interaction(2, accepted_at=2)], START)
    QApplication.processEvents()
    where = rail.list.visualRect(model.index(1)).center()
    with qtbot.waitSignal(rail.chosen) as heard:
        QTest.mouseClick(rail.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert heard.args == [2]
    rail.list.setFocus()
    QTest.keyClick(rail.list, Qt.Key.Key_Up)
    with qtbot.waitSignal(rail.chosen) as heard:
        QTest.keyClick(rail.list, Qt.Key.Key_Return)
    assert heard.args == [1]


def test_an_empty_rail_says_so(rail: OpenChats, model: OpenChatsModel) -> None:
    assert rail.empty.isVisible()
    model.show([interaction(1)], START)
    assert rail.list.isVisible()
    assert not rail.empty.isVisible()


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_rows_are_painted(
    rail: OpenChats, model: OpenChatsModel, theme: Theme, folded: bool, dark: bool, qtbot: QtBot
) -> None:
    theme.force(dark)
    model.show([interaction(1, contact=None), interaction(2, unread=12, waiting_since=None)], START)
    rail.set_folded(folded)
    image = rail.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert theme.avatar_color(1).name() in colors
    assert theme.avatar_color(2).name() in colors
    assert theme.palette.accent.name() in colors, "the unread mark"


def test_the_consent_of_each_number_is_seen_heard_and_told(rail: OpenChats, model: OpenChatsModel) -> None:
    """B7."""
    seen = []
    for state, words in (("opted_in", "SMS opted in"), ("opted_out", "SMS opted out"), ("unknown", "No SMS consent")):
        model.show([interaction(1, contact=None, consent=ConsentState(state), waiting_since=None, unread=0)], START)
        QApplication.processEvents()
        seen.append(rail.grab().toImage())
        assert words in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert words in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert seen[0] != seen[1] != seen[2] != seen[0]


@pytest.mark.parametrize("folded", [False, True])
def test_a_chat_in_which_a_text_has_not_gone_through_is_marked(
    rail: OpenChats, model: OpenChatsModel, qtbot: QtBot, folded: bool
) -> None:
    rail.set_live(True)
    rail.set_folded(folded)
    chat = interaction(1, waiting_since=None, unread=0)
    model.show([chat], START)
    QApplication.processEvents()
    plain = rail.grab().toImage()
    with qtbot.waitSignal(model.dataChanged):
        model.show([chat], START, troubled=[1])
    assert model.index(0).data(TROUBLED)
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "a text has not gone through" in spoken
    QApplication.processEvents()
    assert rail.grab().toImage() != plain
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show([chat], START, troubled=[1])
    model.show([chat], START)
    QApplication.processEvents()
    assert rail.grab().toImage() == plain
