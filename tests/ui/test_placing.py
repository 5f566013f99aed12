import pytest
from PySide6.QtCore import QRect, QSettings, QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import Theme
from tests.helpers.fitting import cut_texts
from tests.ui.case.test_case_window import fill as fill_case
from tests.ui.main.test_main_window import fill as fill_main

SCREENS = [(800, 500), (1366, 728), (1920, 1040)]


@pytest.fixture(params=SCREENS, ids=["twice-as-dense", "laptop", "large"])
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> QSize:
    """What the screen leaves free for windows."""
    size = QSize(*request.param)
    monkeypatch.setattr(QScreen, "availableGeometry", lambda screen: QRect(0, 0, size.width(), size.height()))
    return size


def windows(theme: Theme, preferences: Preferences, settings: QSettings, qtbot: QtBot) -> list[QWidget]:
    made: list[QWidget] = [
        MainWindow(theme, preferences, settings),
        CaseWindow(theme, 12, lambda url: None, settings=settings),
    ]
    for window in made:
        qtbot.addWidget(window)
    return made


def test_windows_open_within_the_screen(
    room: QSize, theme: Theme, preferences: Preferences, settings: QSettings, qtbot: QtBot
) -> None:
    for window in windows(theme, preferences, settings, qtbot):
        assert window.width() <= room.width()
        assert window.height() <= room.height() - 20, "with the title bar"
        assert window.height() >= min(780, room.height() - 60), "and no smaller than they need be"
        assert window.minimumHeight() <= window.height()


def test_a_place_of_a_larger_screen_is_bounded(
    room: QSize, theme: Theme, preferences: Preferences, settings: QSettings, qtbot: QtBot
) -> None:
    main, case = windows(theme, preferences, settings, qtbot)
    assert isinstance(main, MainWindow)
    assert isinstance(case, CaseWindow)
    for window in (main, case):
        window.resize(2600, 1500)
        window.remember_place()
    for again in windows(theme, preferences, settings, qtbot):
        assert again.width() <= room.width()
        assert again.height() <= room.height() - 20


def test_nothing_is_cut_on_a_small_screen(
    theme: Theme,
    preferences: Preferences,
    settings: QSettings,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QScreen, "availableGeometry", lambda screen: QRect(0, 0, 800, 500))
    main, case = windows(theme, preferences, settings, qtbot)
    assert isinstance(main, MainWindow)
    assert isinstance(case, CaseWindow)
    fill_main(main)
    fill_case(case)
    for window in (main, case):
        window.show()
        QApplication.processEvents()
        QApplication.processEvents()
        assert window.height() < 500
        assert "\n".join(cut_texts(window)) == ""
