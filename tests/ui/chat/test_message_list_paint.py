"""What was moved and painted in parts looks as if all of it had been painted anew."""

import random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.ui.chat.message_list import MessageList
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import ChatContext
from cti_client.ui.theme import Theme
from tests.helpers.fake_desk import START
from tests.helpers.long_thread import nth, page
from tests.helpers.screen import PaintLog, alike, frame, on_screen, painted_anew

NEWEST = 1_000


@pytest.fixture
def model(qtbot: QtBot) -> ThreadModel:
    made = ThreadModel(12, ChatContext(12, START - 3_600_000, "Anna", "Maria"))
    made.reset(page(NEWEST))
    return made


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, model: ThreadModel) -> MessageList:
    made = MessageList(theme)
    qtbot.addWidget(made)
    made.resize(520, 600)
    made.show_thread(model)
    made.show()
    made.activateWindow()
    frame()
    return made


def heights(log: PaintLog) -> list[int]:
    return [rect.height() for _, rect in log.painted]


def test_a_new_text_paints_its_own_row_alone(view: MessageList, model: ThreadModel) -> None:
    log = PaintLog(view.viewport())
    model.upsert(nth(NEWEST + 1))
    frame()
    last = view.visualRect(model.index(model.rowCount() - 1))
    assert heights(log) == [last.height()]
    assert last.bottom() == view.viewport().height() - 1


def test_a_new_tick_paints_its_own_row_alone(view: MessageList, model: ThreadModel) -> None:
    at = model.row_of(999)
    assert at is not None
    log = PaintLog(view.viewport())
    model.upsert(nth(999, version=2, state=DeliveryState.SENT))
    frame()
    assert heights(log) == [view.visualRect(model.index(at)).height()]


def test_what_happens_out_of_sight_paints_nothing(view: MessageList, model: ThreadModel) -> None:
    log = PaintLog(view.viewport())
    model.upsert(nth(955, version=2, text="Other words. " * 40))
    model.add_older(page(NEWEST, before=951, limit=100))
    frame()
    assert heights(log) == []


def test_another_theme_paints_all(view: MessageList, model: ThreadModel, theme: Theme) -> None:
    light = on_screen(view, view.viewport())
    theme.force(True)
    dark = on_screen(view, view.viewport())
    assert dark != light
    assert dark == painted_anew(view, view.viewport())
    assert dark.pixelColor(1, 1) == theme.palette.background


@pytest.mark.parametrize("seed", range(6))
def test_moved_and_painted_in_parts_it_looks_the_same(view: MessageList, model: ThreadModel, seed: int) -> None:
    dice = random.Random(seed)
    newest, versions, bar = NEWEST, 1, view.verticalScrollBar()
    for step in range(40):
        versions += 1
        what = dice.choice(("text", "text", "long text", "tick", "scroll", "wheel", "older", "pending", "key", "grow"))
        if what in ("text", "long text"):
            newest += 1
            model.upsert(nth(newest, text="Is it on its way? " * (1 if what == "text" else 30)))
        elif what == "tick":
            model.upsert(
                nth(
                    dice.randint(newest - 60, newest),
                    version=versions,
                    direction=Direction.OUT,
                    state=dice.choice((DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DELIVERED)),
                )
            )
        elif what == "grow":
            model.upsert(nth(dice.randint(newest - 15, newest), version=versions, text="More. " * dice.randint(1, 60)))
        elif what == "scroll":
            bar.setValue(dice.randint(0, bar.maximum()) if dice.random() < 0.6 else bar.maximum())
        elif what == "wheel":
            bar.setValue(bar.value() + dice.choice((-72, -24, 24, 72)))
        elif what == "older":
            first = model.row_at(0)
            assert first is not None
            model.add_older(page(newest, before=first.message_id, limit=20))
        elif what == "pending":
            some = [
                PendingSend(f"c{n}", 12, 12, "On its way " * n, START, PendingState.WAITING)
                for n in range(1, dice.randint(1, 4))
            ]
            model.set_pending(some)
        else:
            key = dice.choice((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_End))
            QTest.keyClick(view, key, dice.choice((Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier)))
        if dice.random() < 0.7:  # else several things come between two frames
            assert alike(on_screen(view, view.viewport()), painted_anew(view, view.viewport())), f"step {step}: {what}"
    assert alike(on_screen(view, view.viewport()), painted_anew(view, view.viewport()))


def test_a_click_beside_all_rows_hits_none(view: MessageList, model: ThreadModel) -> None:
    short = ThreadModel(12, ChatContext(12, START - 3_600_000, "Anna", "Maria"))
    short.reset(page(2))
    view.show_thread(short)
    frame()
    assert view.indexAt(QPoint(40, 20)).row() == 0
    assert not view.indexAt(QPoint(40, view.viewport().height() - 2)).isValid()
    assert not view.indexAt(QPoint(-4, 20)).isValid()
