"""A shell with its windows on a desk without a hub, for tests of what it joins."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QUrl
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cti_client.desk.desk import Desk
from cti_client.system.notifications import Notifications
from cti_client.system.sound import Sound
from cti_client.system.tel_links import TelLinks
from cti_client.ui.case.case_session import CaseSession
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.case.case_windows import CaseParts
from cti_client.ui.main import cases_loader
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.ringer import Ringer
from cti_client.ui.main.tray import Tray
from cti_client.ui.preferences import Preferences
from cti_client.ui.shell import Shell
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker
from cti_client.ui.widgets.label import Label
from tests.helpers.fake_desk import FakeDesk


class Played:
    def __init__(self) -> None:
        self.sounds: list[Sound] = []

    def play(self, sound: Sound) -> None:
        self.sounds.append(sound)

    def close(self) -> None:
        pass


class WatchedWindow(CaseWindow):
    """Notes each time it is shown whether the system was asked to leave the focus alone."""

    shown: list[tuple[int, str]]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        quiet = self.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.shown.append((self.interaction_id, "quietly" if quiet else "to the front"))


class Quiet(QObject):
    """Notes for each time a window is shown whether the system was asked to leave the focus alone."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.shown: list[bool] = []
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and not event.spontaneous():
            self.shown.append(self._window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating))
        return False


class Stage:
    """A shell with everything around it."""

    def __init__(self, theme: Theme, settings: QSettings, desk: FakeDesk) -> None:
        self.desk, self.theme = desk, theme
        self.preferences = Preferences(settings)
        self.window = MainWindow(theme, self.preferences, settings)
        self.played = Played()
        self.notified: list[str] = []
        self.called: list[str] = []
        self.made: list[int] = []
        self.shown: list[tuple[int, str]] = []
        self.tray = Tray(theme)
        notifications = Notifications(None, lambda work, name: None, lambda title, text: self.notified.append(text))
        self.ticker = Ticker(desk.now)
        self.ringer = Ringer(self.played, notifications, self.preferences)
        tel = TelLinks(lambda: True, self._take_call)
        self.shell = Shell(
            cast(Desk, desk),
            self.window,
            theme,
            self.preferences,
            self.ticker,
            self.ringer,
            self.tray,
            tel,
            self._make,
        )
        self._settings = settings

    def _take_call(self, url: QUrl) -> bool:
        self.called.append(url.toString())
        return True

    def _make(self, interaction_id: int, slot: int) -> CaseParts:
        self.made.append(interaction_id)
        window = WatchedWindow(self.theme, interaction_id, lambda url: None, settings=self._settings, slot=slot)
        window.shown = self.shown
        session = CaseSession(
            cast(Desk, self.desk),
            window,
            self.theme,
            self.ticker,
            hand_over=lambda tel: True,
            may_call=lambda: True,
        )
        return CaseParts(window, session)

    def case(self, interaction_id: int) -> CaseWindow:
        window = self.shell.cases.get(interaction_id)
        assert window is not None
        return window


def rail_words(stage: Stage) -> str:
    """What the empty rail of open chats says first."""
    return next(label.text() for label in stage.window.open_chats.empty.findChildren(Label) if label.text())


@pytest_asyncio.fixture
async def stage(
    qtbot: QtBot, theme: Theme, settings: QSettings, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(cases_loader, "SETTLE_MS", 10**6)  # tests load when they say so
    made = Stage(theme, settings, desk)
    made.shell.start()
    yield made
    await made.shell.close()
    made.window.deleteLater()
