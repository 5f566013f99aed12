"""The one place where a desktop is wired: desk, windows and, for one person, the embedded hub.

The window shows first. The hub is a process beside it (`hub/own_hub.py`), which has begun to import meanwhile.
"""

import asyncio
import importlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import qasync
from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from cti_client.desk.credentials import Credentials
from cti_client.desk.desk import Desk
from cti_client.desk.errors import HubStartError
from cti_client.desk.hub_client import HubAccess
from cti_client.desk.tasks import TaskOwner
from cti_client.hub.own_hub import OwnHub, OwnHubError
from cti_client.paths import Paths
from cti_client.system import quick_start
from cti_client.system.notifications import DesktopBackend, Notifications
from cti_client.system.single_instance import SingleInstance
from cti_client.system.sound import DevicePlayer, SilentPlayer, SoundPlayer
from cti_client.system.tel_links import TelLinks
from cti_client.ui.case_windows import CaseParts
from cti_client.ui.main_window import MainWindow
from cti_client.ui.preferences import Preferences
from cti_client.ui.ringer import Ringer
from cti_client.ui.shell import Shell
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker
from cti_client.ui.tray import Tray

log = logging.getLogger(__name__)

APP_NAME = "cti-client"


class Desktop:
    """One person's desktop with its own hub. Made on the Qt loop; owns all that `start` starts until `close`."""

    def __init__(
        self,
        app: QApplication,
        paths: Paths,
        hub: OwnHub,
        *,
        theme: str,
        quiet: bool = False,
        credentials: Credentials | None = None,
    ) -> None:
        """`hub`: not begun yet; this desktop ends it.

        `theme`: `light`, `dark` or `system` (then the person's own choice). `quiet`: no sound, no notifications.

        `credentials`: the system's keyring unless given.
        """
        paths.make()
        self._hub = hub
        self.hub_url = ""
        """Where the hub listens, once it does."""
        self._ended = asyncio.Event()
        self._tasks = TaskOwner("desktop", _log_failure)
        store = QSettings(str(paths.settings), QSettings.Format.IniFormat)
        preferences = Preferences(store)
        chosen = preferences.appearance if theme == "system" else theme
        self.theme = Theme(dark={"light": False, "dark": True}.get(chosen))
        self.theme.apply(app)
        self.desk = Desk(self._find_hub, paths.desk_database, credentials or Credentials(paths.data))
        self._ticker = Ticker(self.desk.now)
        tray = Tray(self.theme)
        self._player: SoundPlayer = SilentPlayer() if quiet else DevicePlayer()
        backend = None if quiet else DesktopBackend(APP_NAME)
        self._notifications = Notifications(backend, self._tasks.start, tray.message)
        self._tel = TelLinks(lambda: preferences.hand_over_calls)
        self._store = store
        self.window = MainWindow(self.theme, preferences, store)
        self.shell = Shell(
            self.desk,
            self.window,
            self.theme,
            preferences,
            self._ticker,
            Ringer(self._player, self._notifications, preferences),
            tray,
            self._tel,
            self._make_case,
        )
        self.shell.quit_wanted.connect(self._ended.set)

    def start(self) -> None:
        """Show the window, then start what stands behind it."""
        self.shell.start()
        self.desk.start(self.shell.calm)
        self._tasks.start(self._get_ready(), "get ready")

    async def ended(self) -> None:
        """Returns when the person quits."""
        await self._ended.wait()

    def quit(self) -> None:
        """End the program as the person's Quit does."""
        self._ended.set()

    async def close(self) -> None:
        """End in order: windows, desk, hub. Open chats stay open (A8), what waits is on the disk."""
        await self.shell.close()
        await self.desk.close()
        await self._tasks.close()
        await asyncio.to_thread(self._hub.stop)
        self._player.close()
        self._store.sync()

    def _make_case(self, interaction_id: int, slot: int) -> CaseParts:
        from cti_client.ui.case_session import CaseSession  # not needed before the first case
        from cti_client.ui.case_window import CaseWindow

        window = CaseWindow(self.theme, interaction_id, _open_url, settings=self._store, slot=slot)
        session = CaseSession(
            self.desk, window, self.theme, self._ticker, hand_over=self._tel.hand_over, may_call=self._tel.may_call
        )
        return CaseParts(window, session)

    async def _get_ready(self) -> None:
        """What is soon needed but not at the start: the first case must not wait for its modules."""
        await self.shell.calm()
        await asyncio.to_thread(importlib.import_module, "cti_client.ui.case_session")
        quick_start.end()

    async def _find_hub(self) -> HubAccess:
        try:
            self.hub_url = await asyncio.wrap_future(self._hub.begin())
        except OwnHubError as error:
            raise HubStartError(str(error)) from error
        return HubAccess(self.hub_url, self._hub.token)


def run_in_qt(main: Callable[[QApplication], Coroutine[Any, Any, int]]) -> int:
    """Run `main(app)` on a loop that is Qt's and asyncio's; its result is the exit status."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName(APP_NAME)
    app.setDesktopFileName(APP_NAME)
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        return runner.run(main(app))


@asynccontextmanager
async def running(desktop: Desktop) -> AsyncIterator[Desktop]:
    """Start, and close at the end whatever happens in between."""
    desktop.start()
    try:
        yield desktop
    finally:
        await desktop.close()


def run_desktop(paths: Paths, hub: OwnHub, *, theme: str) -> int:
    """The desktop alone; a second start brings the first to the front. Ends `hub`."""

    async def main(app: QApplication) -> int:
        paths.make()
        instance = SingleInstance(paths.data)
        if not instance.claim():
            hub.stop()
            return 0
        try:
            async with running(Desktop(app, paths, hub, theme=theme)) as desktop:
                instance.raise_wanted.connect(desktop.window.bring_to_front)
                quit_on_signals(desktop)
                await desktop.ended()
        finally:
            instance.release()
        return 0

    return run_in_qt(main)


def quit_on_signals(desktop: Desktop) -> None:
    """Ctrl+C and the system's wish to end are a Quit: chats stay open, nothing is lost."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: desktop.quit())


def _open_url(url: str) -> bool:
    return QDesktopServices.openUrl(QUrl(url))


def _log_failure(name: str, error: BaseException) -> None:
    log.error("%s failed", name, exc_info=error)
