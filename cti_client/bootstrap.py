"""The one place where a desktop is wired: desk, windows and where it works.

The window shows first. A person's own hub is a process beside it (`hub/own_hub.py`), which has begun to import
meanwhile; a team's hub is an address and a token. Whoever goes from one hub to another gets a new desktop: nothing of
the one before is left in it (H1).
"""

import asyncio
import importlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import qasync
from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from cti_client.desk.credentials import Credentials
from cti_client.desk.desk import Desk
from cti_client.desk.errors import HubStartError, TokenNeededError
from cti_client.desk.hub_client import HubAccess
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, Place, TeamPlace
from cti_client.desk.tasks import TaskOwner
from cti_client.hub.own_hub import OwnHub, OwnHubError
from cti_client.paths import Paths
from cti_client.system import quick_start
from cti_client.system.notifications import DesktopBackend, Notifications
from cti_client.system.sound import DevicePlayer, SilentPlayer, SoundPlayer
from cti_client.system.tel_links import TelLinks
from cti_client.ui.case.case_windows import CaseParts
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.ringer import Ringer
from cti_client.ui.main.tray import Tray
from cti_client.ui.preferences import Preferences
from cti_client.ui.shell import Shell
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker

if TYPE_CHECKING:
    from cti_client.ui.connect.connecting import Connecting

log = logging.getLogger(__name__)

APP_NAME = "cti-client"


class Desktop:
    """One person's desktop at one hub. Made on the Qt loop; owns all that `start` starts until `close`."""

    def __init__(
        self,
        app: QApplication,
        paths: Paths,
        hub: OwnHub | TeamPlace,
        *,
        theme: str | Theme,
        quiet: bool = False,
        credentials: Credentials | None = None,
        places: PlaceStore | None = None,
    ) -> None:
        """`hub`: one's own, not begun yet, which this desktop ends; or where a team's is.

        `theme`: `light`, `dark` or `system` (then the person's own choice), or one that is worn already. `quiet`: no
        sound, no notifications. `credentials`: the system's keyring unless given. `places`: where a choice of another
        hub is kept; without it none is offered.
        """
        paths.make()
        self._hub = hub
        self._places = places
        self._credentials = credentials or Credentials(paths.data)
        self._connecting: Connecting | None = None
        self._asked_to_sign_in = False
        self._token_known = False
        self._next: Place | None = None
        self.hub_url = ""
        """Where the hub listens, once it does."""
        self._ended = asyncio.Event()
        self._tasks = TaskOwner("desktop", _log_failure)
        store = QSettings(str(paths.settings), QSettings.Format.IniFormat)
        preferences = Preferences(store)
        self.theme = dressed(app, preferences, theme) if isinstance(theme, str) else theme
        person = hub.person if isinstance(hub, TeamPlace) else None
        self.desk = Desk(self._find_hub, paths.desk_database, self._credentials, person=person)
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
        self.desk.link_changed.connect(self._follow_link)
        if places is not None:
            self.window.navigation.offer_places()
            self.shell.place_wanted.connect(self._connect)

    def start(self) -> None:
        """Show the window, then start what stands behind it."""
        self.shell.start()
        self.desk.start(self.shell.calm)
        self._tasks.start(self._get_ready(), "get ready")

    async def ended(self) -> Place | None:
        """Returns when the person quits (None), or goes to work elsewhere."""
        await self._ended.wait()
        return self._next

    def quit(self) -> None:
        """End the program as the person's Quit does."""
        self._ended.set()

    async def close(self) -> None:
        """End in order: windows, desk, hub. Open chats stay open (A8), what waits is on the disk."""
        self.desk.link_changed.disconnect(self._follow_link)
        if self._connecting is not None:
            await self._connecting.close()
        await self.shell.close()
        await self.desk.close()
        await self._tasks.close()
        if isinstance(self._hub, OwnHub):
            await asyncio.to_thread(self._hub.stop)
        self._player.close()
        self._store.sync()

    def _make_case(self, interaction_id: int, slot: int) -> CaseParts:
        from cti_client.ui.case.case_session import CaseSession  # not needed before the first case
        from cti_client.ui.case.case_window import CaseWindow

        window = CaseWindow(self.theme, interaction_id, _open_url, settings=self._store, slot=slot)
        session = CaseSession(
            self.desk, window, self.theme, self._ticker, hand_over=self._tel.hand_over, may_call=self._tel.may_call
        )
        return CaseParts(window, session)

    async def _get_ready(self) -> None:
        """What is soon needed but not at the start: the first case must not wait for its modules."""
        await self.shell.calm()
        await asyncio.to_thread(importlib.import_module, "cti_client.ui.case.case_session")
        quick_start.end()
        if isinstance(self._hub, OwnHub):
            await self._hand_over_keys(self._hub)

    async def _hand_over_keys(self, hub: OwnHub) -> None:
        """Only now: a keyring may ask the person first, and no window and no hub wait for that."""
        try:
            keys = await self._credentials.hub_keys()
        except OSError as error:
            log.warning("the key of the hub's secrets cannot be kept: %s", error.strerror)
            return
        await asyncio.to_thread(hub.keep_secrets_with, keys)

    async def _find_hub(self) -> HubAccess:
        hub = self._hub
        if isinstance(hub, OwnHub):
            try:
                access = HubAccess(await asyncio.wrap_future(hub.begin()), hub.token)
            except OwnHubError as error:
                raise HubStartError(str(error)) from error
        else:
            token = await self._credentials.token(hub.address)
            if token is None:
                asked_each_time = not await self._credentials.keeps_tokens()
                self._token_known = False
                raise TokenNeededError(hub.host, asked_each_time=asked_each_time)
            self._token_known = True
            access = HubAccess(hub.address, token, hub.ca_file)
        self.hub_url = access.url
        return access

    def _follow_link(self) -> None:
        if isinstance(self._hub, TeamPlace) and self.desk.person not in (None, self._hub.person):
            self._hub = msgspec.structs.replace(self._hub, person=self.desk.person)
            self._tasks.start(self._remember(self._hub), "who was here")
        if self.desk.link.needs_token and self._places is not None and not self._asked_to_sign_in:
            self._asked_to_sign_in = True
            if isinstance(self._hub, TeamPlace) and self._token_known:  # the hub knows it no more
                self._tasks.start(self._credentials.forget_token(self._hub.address), "forget the token")
            if self.window.isVisible():
                self._connect()

    async def _remember(self, place: TeamPlace) -> None:
        """So that this person's unsent texts show at the next start before the hub has answered."""
        if self._places is not None:
            await asyncio.to_thread(self._places.remember, place)

    def _connect(self) -> None:
        if self._places is None:
            return
        if self._connecting is not None:
            self._connecting.bring_to_front()
            return
        from cti_client.ui.connect.connecting import Connecting  # hardly ever needed

        connecting = Connecting(self.theme, self._credentials, self._places, window=self.window)
        connecting.settled.connect(self._go_elsewhere)
        connecting.left.connect(self._stay)
        self._connecting = connecting
        place = self._hub if isinstance(self._hub, TeamPlace) else OwnPlace()
        where = place.host if isinstance(place, TeamPlace) else self.window.tr("your own hub")
        # Being asked for a token that is not known here is no fault of anybody's.
        problem = self.desk.link.detail if self.desk.link.needs_token and self._token_known else ""
        connecting.open(place, problem=problem, unsent=self.desk.unsent, where=where)

    def _go_elsewhere(self, place: Place) -> None:
        """Also to the same hub with another token: that may be another person."""
        self._next = place
        self._ended.set()

    def _stay(self) -> None:
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            self._tasks.start(connecting.close(), "connect dialog")


def dressed(app: QApplication, preferences: Preferences, theme: str) -> Theme:
    """The application in `light`, `dark` or, with `system`, what the person has chosen."""
    chosen = preferences.appearance if theme == "system" else theme
    made = Theme(dark={"light": False, "dark": True}.get(chosen))
    made.apply(app)
    return made


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


def quit_on_signals(end: Callable[[], object]) -> None:
    """Ctrl+C and the system's wish to end are a Quit: chats stay open, nothing is lost."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: end())


def _open_url(url: str) -> bool:
    return QDesktopServices.openUrl(QUrl(url))


def _log_failure(name: str, error: BaseException) -> None:
    log.error("%s failed", name, exc_info=error)
