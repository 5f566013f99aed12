import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.ui.chat.chat_delegate import look_of
from cti_client.ui.chat.message_list import MessageList
from cti_client.ui.models.thread import MOST_ROWS, ThreadModel
from cti_client.ui.models.thread_row import ChatContext, RowAction, ThreadRow
from cti_client.ui.theme import Theme
from cti_client.wire.api import MessagePage
from tests.helpers.fake_desk import START
from tests.helpers.long_thread import nth, page


@pytest.fixture
def model(qtbot: QtBot) -> ThreadModel:
    return ThreadModel(12, ChatContext(12, START - 3_600_000, "Anna", "Maria"))


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, model: ThreadModel) -> MessageList:
    made = MessageList(theme)
    qtbot.addWidget(made)
    made.resize(520, 600)
    made.show_thread(model)
    made.show()
    made.activateWindow()
    return made


def lay_out(view: MessageList) -> None:
    """Let Qt do the layout it has put off, as the next paint would."""
    view.grab()


def place_of(view: MessageList, message_id: int) -> int:
    model = view.thread()
    assert model is not None
    at = model.row_of(message_id)
    assert at is not None
    return view.visualRect(model.index(at)).top()


def at_end(view: MessageList) -> bool:
    return view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_it_opens_at_the_newest_message(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    assert view.stuck
    assert at_end(view)
    assert view.verticalScrollBar().maximum() > 0


def test_new_messages_stay_in_sight_while_the_newest_is(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    model.upsert(nth(1_001))
    lay_out(view)
    assert at_end(view)


def test_what_is_read_stays_where_it_is_when_an_older_page_comes(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    view.verticalScrollBar().setValue(900)
    before = place_of(view, 965)
    model.add_older(page(1_000, before=951, limit=100))
    lay_out(view)
    assert place_of(view, 965) == before
    assert not view.stuck


def test_what_is_read_stays_where_it_is_while_the_far_end_is_dropped(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(5_000))
    lay_out(view)
    oldest = 4_951
    for _ in range(8):
        view.verticalScrollBar().setValue(700)
        first = model.row_at(view.indexAt(QPoint(100, 1)).row())
        assert first is not None
        before = place_of(view, first.message_id)
        model.add_older(page(5_000, before=oldest, limit=100))
        lay_out(view)
        assert place_of(view, first.message_id) == before
        oldest -= 100
    assert model.rowCount() <= MOST_ROWS


def test_what_is_read_stays_where_it_is_when_a_new_message_comes(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    view.verticalScrollBar().setValue(700)
    before = place_of(view, 970)
    model.upsert(nth(1_001))
    lay_out(view)
    assert place_of(view, 970) == before
    assert not view.stuck


def test_a_row_that_grows_above_does_not_push_what_is_read(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    view.verticalScrollBar().setValue(1_200)
    before = place_of(view, 985)
    model.upsert(nth(952, version=2, text="very long " * 60))
    lay_out(view)
    assert place_of(view, 985) == before


def test_it_sticks_to_the_newest_through_a_resize(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    view.resize(360, 300)
    lay_out(view)
    assert at_end(view)


def test_pages_are_asked_for_near_the_ends_alone(view: MessageList, model: ThreadModel, qtbot: QtBot) -> None:
    model.reset(page(1_000))
    lay_out(view)
    with qtbot.assertNotEmitted(model.older_wanted):
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() - 300)
    assert not view.stuck
    with qtbot.waitSignal(model.older_wanted) as heard:
        view.verticalScrollBar().setValue(100)
    assert heard.args == [951]


def test_copying_by_keyboard_copies_the_selected_texts_in_order(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(1_000))
    lay_out(view)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == f"{nth(999).text}\n{nth(1000).text}"


def test_letters_typed_over_the_messages_go_to_the_reply_box(
    view: MessageList, model: ThreadModel, qtbot: QtBot
) -> None:
    model.reset(page(10))
    lay_out(view)
    with qtbot.waitSignal(view.typed) as heard:
        QTest.keyClick(view, Qt.Key.Key_H)
    assert heard.args == ["h"]
    with qtbot.waitSignal(view.left):
        QTest.keyClick(view, Qt.Key.Key_Escape)


def test_actions_under_a_bubble_can_be_clicked(view: MessageList, model: ThreadModel, qtbot: QtBot) -> None:
    model.reset(MessagePage(messages=(nth(1, direction=Direction.OUT, state=DeliveryState.UNKNOWN),)))
    lay_out(view)
    row = model.row_at(0)
    assert row is not None
    spots = view.delegate.bubble(row, view.viewport().width()).actions
    assert [spot.action for spot in spots] == [RowAction.ARRIVED, RowAction.NOT_ARRIVED]
    for spot in spots:
        with qtbot.waitSignal(view.delegate.action_chosen) as heard:
            QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot.box.center().toPoint())
        assert heard.args == [row, spot.action]


def test_what_an_agent_said_looks_otherwise_than_what_a_phone_confirmed(view: MessageList, model: ThreadModel) -> None:
    """D4: not by colour alone."""
    for state in (DeliveryState.DELIVERED, DeliveryState.FAILED):
        told = (
            nth(1, direction=Direction.OUT, state=state),
            nth(2, direction=Direction.OUT, state=state, settled_by="Zoë"),
        )
        model.reset(MessagePage(messages=told))
        reported, said = (model.row_at(at) for at in (0, 1))
        assert reported is not None
        assert said is not None
        icons = [look[0] for look in (look_of(reported), look_of(said)) if look is not None]
        assert len(set(icons)) == 2
        lay_out(view)
        assert not view.grab().isNull()


def test_a_link_is_told_apart_and_only_reported(view: MessageList, model: ThreadModel, qtbot: QtBot) -> None:
    model.reset(MessagePage(messages=(nth(1, text="http://paypal.com@evil.example/x"),)))
    lay_out(view)
    row = model.row_at(0)
    assert row is not None
    bubble = view.delegate.bubble(row, view.viewport().width())
    assert bubble.warning is not None
    assert bubble.warning.text() == "Leads to evil.example"
    where = (bubble.text_at + QPointF(30, 8)).toPoint()
    with qtbot.waitSignal(view.delegate.link_chosen) as heard:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert heard.args is not None
    assert heard.args[0].host == "evil.example"


def test_tooltips_of_gateways_words_are_no_markup(
    view: MessageList, model: ThreadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("cti_client.ui.chat.chat_delegate.QToolTip.showText", lambda _at, text, _w: shown.append(text))
    sent = nth(1, direction=Direction.OUT, state=DeliveryState.SENT, reason_text="<img src=x> & co")
    model.reset(MessagePage(messages=(sent,)))
    lay_out(view)
    row = model.row_at(0)
    assert row is not None
    at = view.delegate.bubble(row, view.viewport().width()).tick.center().toPoint()
    QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, QPoint(0, 0)))
    assert shown
    assert "&lt;img src=x&gt; &amp; co" in shown[0]


def test_the_gateways_own_words_are_a_tooltip_of_the_trouble(
    view: MessageList, model: ThreadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("cti_client.ui.chat.chat_delegate.QToolTip.showText", lambda _at, text, _w: shown.append(text))
    failed = nth(1, direction=Direction.OUT, state=DeliveryState.FAILED, reason_text="Connect call failed")
    model.reset(MessagePage(messages=(failed,)))
    lay_out(view)
    row = model.row_at(0)
    assert row is not None
    bubble = view.delegate.bubble(row, view.viewport().width())
    assert bubble.problem is not None
    assert "Connect call" not in bubble.problem.text()
    at = (bubble.problem_at + QPointF(20, 5)).toPoint()
    QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, QPoint(0, 0)))
    assert shown == ["<qt>The gateway said: Connect call failed</qt>"]


@pytest.mark.parametrize("width", [320, 520, 900])
def test_nothing_in_a_bubble_overlaps_or_leaves_the_row(view: MessageList, model: ThreadModel, width: int) -> None:
    texts = ("ok", "word " * 80, "x" * 400, "two\nlines", "سلام کجاست بسته من", "😀" * 30)
    sent = [
        nth(
            number + 1,
            text=text,
            direction=Direction.OUT if number % 2 else Direction.IN,
            state=DeliveryState.UNKNOWN if number % 2 else DeliveryState.RECEIVED,
            note="A picture was left out.",
            policy="welcome" if number == 3 else "",
        )
        for number, text in enumerate(texts)
    ]
    model.reset(MessagePage(messages=tuple(sent)))
    for at in range(model.rowCount()):
        row = model.row_at(at)
        assert row is not None
        bubble = view.delegate.bubble(row, width)
        inside = bubble.box.adjusted(-0.5, -0.5, 0.5, 0.5)
        assert inside.left() >= 0
        assert inside.right() <= width
        text = bubble.text.boundingRect().translated(bubble.text_at)
        assert inside.contains(bubble.meta)
        assert text.bottom() <= bubble.meta.top()
        assert inside.bottom() <= bubble.height
        for line in range(bubble.text.lineCount()):
            assert inside.contains(bubble.text.lineAt(line).naturalTextRect().translated(bubble.text_at))
        for spot in bubble.actions:
            assert spot.box.left() >= 0
            assert spot.box.right() <= width
            assert inside.bottom() <= spot.box.top()
            assert spot.box.bottom() <= bubble.height


def test_screen_readers_are_given_every_row(view: MessageList, model: ThreadModel) -> None:
    model.reset(page(3))
    lay_out(view)
    table = QAccessible.queryAccessibleInterface(view)
    names = [table.child(at).text(QAccessible.Text.Name) for at in range(table.childCount())]
    assert any("You: Message 3" in name for name in names)
    assert any("Customer: Message 1" in name for name in names)


def test_another_theme_draws_anew(view: MessageList, model: ThreadModel, theme: Theme) -> None:
    model.reset(MessagePage(messages=(nth(1, text="https://a.example"),)))
    lay_out(view)
    row = model.row_at(0)
    assert row is not None
    light = link_color(view, row)
    theme.force(True)
    dark = link_color(view, row)
    assert light != dark
    assert dark == theme.palette.accent


def link_color(view: MessageList, row: ThreadRow) -> QColor:
    formats = view.delegate.bubble(row, view.viewport().width()).text.formats()
    shape = formats[0].format
    brush = shape.foreground()
    return QColor(brush.color())
