import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.system.collector import CHECK_EVERY_MS, MainThreadCollector

MANY = 200_000


class Ended:
    """Notes the thread in which it ends."""

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def __del__(self) -> None:
        self._seen.append(threading.current_thread().name)


def leave_garbage(seen: list[str]) -> None:
    cycle: dict[str, object] = {"timer": QTimer(), "ended": Ended(seen)}
    cycle["self"] = cycle


def allocate() -> list[list[int]]:
    """Enough for Python's own collector to run several times."""
    return [[number] for number in range(MANY)]


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[MainThreadCollector]:
    gc.collect()
    made = MainThreadCollector()
    made.start()
    made.settle()
    yield made
    made.stop()
    assert gc.isenabled()


def test_other_threads_collect_nothing(collector: MainThreadCollector) -> None:
    seen: list[str] = []
    leave_garbage(seen)
    worker = threading.Thread(target=allocate, name="worker")
    worker.start()
    worker.join()
    assert seen == []
    kept = allocate()
    collector.check()
    assert len(kept) == MANY
    assert seen == [threading.current_thread().name]


def test_without_it_they_do(qapp: QApplication) -> None:
    """The test above can fail. (No Qt object here, and none of an earlier test: that is what goes wrong.)"""
    seen: list[str] = []
    gc.freeze()
    cycle: dict[str, object] = {"ended": Ended(seen)}
    cycle["self"] = cycle
    del cycle
    worker = threading.Thread(target=allocate, name="worker")
    gc.enable()
    worker.start()
    worker.join()
    gc.disable()
    gc.unfreeze()
    assert seen == ["worker"]


def test_little_garbage_waits(collector: MainThreadCollector) -> None:
    seen: list[str] = []
    gc.collect()
    leave_garbage(seen)
    collector.check()
    assert seen == []
    gc.collect()
    assert len(seen) == 1


def test_stop_without_start_changes_nothing(qapp: QApplication) -> None:
    gc.disable()
    MainThreadCollector().stop()
    enabled = gc.isenabled()
    gc.enable()
    assert not enabled


def test_nothing_is_collected_before_the_start_is_over(qapp: QApplication, qtbot: QtBot) -> None:
    gc.collect()
    collector = MainThreadCollector()
    collector.start()
    seen: list[str] = []
    leave_garbage(seen)
    kept = allocate()
    qtbot.wait(2 * CHECK_EVERY_MS)
    collector.stop()
    assert seen == []
    assert len(kept) == MANY
    gc.collect()
    assert len(seen) == 1
