import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from cti_client.ui.widgets.frame_pace import FramePace


class Work(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.done = 0
        self.pace = FramePace(self.do, self)
        timer = self.pace.findChild(QTimer)
        assert isinstance(timer, QTimer)
        self.frame = timer

    def do(self) -> None:
        self.done += 1

    def end_frame(self) -> None:
        """As if the time of a frame had gone by."""
        self.frame.stop()
        self.frame.timeout.emit()


@pytest.fixture
def work(qtbot: QtBot) -> Work:
    return Work()


def test_the_first_is_done_at_once(work: Work) -> None:
    work.pace.ask()
    assert work.done == 1


def test_what_comes_within_the_frame_is_done_once_at_its_end(work: Work) -> None:
    for _ in range(5):
        work.pace.ask()
    assert work.done == 1
    work.end_frame()
    assert work.done == 2
    work.end_frame()
    assert work.done == 2


def test_a_rush_is_done_once_a_frame(work: Work) -> None:
    for frame in range(1, 6):
        work.pace.ask()
        work.pace.ask()
        assert work.done == frame
        work.end_frame()
    assert work.done == 6


def test_after_a_quiet_frame_it_is_done_at_once_again(work: Work) -> None:
    work.pace.ask()
    work.end_frame()
    work.pace.ask()
    assert work.done == 2


def test_who_wants_to_know_now_has_it_done_now(work: Work) -> None:
    work.pace.ask()
    work.pace.ask()
    work.pace.flush()
    assert work.done == 2
    work.pace.flush()
    work.end_frame()
    assert work.done == 2


def test_the_end_of_a_frame_comes_by_itself(work: Work, qtbot: QtBot) -> None:
    work.pace.ask()
    work.pace.ask()
    with qtbot.waitSignal(work.frame.timeout):
        pass
    assert work.done == 2
