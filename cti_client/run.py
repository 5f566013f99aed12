"""The desktop from the first question to the quit: where to work, and a new desktop where that changes."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from cti_client.bootstrap import Desktop, dressed, quit_on_signals, run_in_qt, running
from cti_client.desk.credentials import Credentials
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, Place, TeamPlace, read_address
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import Paths
from cti_client.system.single_instance import SingleInstance
from cti_client.ui.app_icon import app_icon
from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import Theme

OWN = "own"
"""What stands in place of an address for a hub of one's own."""


def run_desktop(
    paths: Paths, own_hub: Callable[[], OwnHub], *, theme: str, hub: str = "", warm: OwnHub | None = None
) -> int:
    """The desktop alone; a second start brings the first to the front.

    `own_hub` makes a hub of one's own; `warm` is one that has begun to import, and is ended here. `hub`: an address, or
    `own`, in place of what was chosen before. Raises `DeskError` where it is no address.
    """
    place = starting_place(paths, hub)
    return run_in_qt(lambda app: stay_at_work(app, paths, own_hub, theme, place, warm))


def starting_place(paths: Paths, hub: str = "") -> Place | None:
    """Where to work; None: the person is to be asked.

    Whoever has had a hub of their own, or has written its settings, is not asked. Raises `DeskError` where `hub` is
    neither `own` nor an address.
    """
    chosen = PlaceStore(paths.place).load()
    if hub == OWN:
        return OwnPlace()
    if hub:
        address = read_address(hub)
        return chosen if isinstance(chosen, TeamPlace) and chosen.address == address else TeamPlace(address=address)
    if chosen is None and (paths.config.exists() or paths.hub_database.exists()):
        return OwnPlace()
    return chosen


async def stay_at_work(
    app: QApplication,
    paths: Paths,
    own_hub: Callable[[], OwnHub],
    theme: str,
    place: Place | None,
    warm: OwnHub | None = None,
    *,
    quiet: bool = False,
) -> int:
    """From `place`, or the question for it, to the quit; the exit status. The rest as `run_desktop` has it.

    `quiet`: no sound, no notifications.
    """
    paths.make()
    instance = SingleInstance(paths.data)
    try:
        if not instance.claim():
            return 0
        dress = dressed(app, Preferences(QSettings(str(paths.settings), QSettings.Format.IniFormat)), theme)
        credentials, places = Credentials(paths.data), PlaceStore(paths.place)
        place = place or await _first_place(dress, credentials, places, instance)
        while place is not None:
            hub = place if isinstance(place, TeamPlace) else warm or own_hub()
            if warm is not None:
                if hub is not warm:  # a team's was chosen instead
                    await asyncio.to_thread(warm.stop)
                warm = None  # else the desktop ends it
            desktop = Desktop(app, paths, hub, theme=dress, quiet=quiet, credentials=credentials, places=places)
            async with running(desktop):
                instance.raise_wanted.connect(desktop.window.bring_to_front)
                quit_on_signals(desktop.quit)
                place = await desktop.ended()
                instance.raise_wanted.disconnect(desktop.window.bring_to_front)
            desktop.window.deleteLater()
    finally:
        instance.release()
        if warm is not None:
            await asyncio.to_thread(warm.stop)
    return 0


async def _first_place(
    theme: Theme, credentials: Credentials, places: PlaceStore, instance: SingleInstance
) -> Place | None:
    """Ask; None: the person would rather not start."""
    from cti_client.ui.connect.connecting import Connecting  # at the first start alone

    answer: asyncio.Future[Place | None] = asyncio.get_running_loop().create_future()

    def settle(place: Place | None = None) -> None:
        if not answer.done():
            answer.set_result(place)

    QApplication.setWindowIcon(app_icon(theme))
    connecting = Connecting(theme, credentials, places, first=True)
    connecting.settled.connect(settle)
    connecting.left.connect(settle)
    instance.raise_wanted.connect(connecting.bring_to_front)
    quit_on_signals(settle)
    connecting.open(None)
    try:
        return await answer
    finally:
        instance.raise_wanted.disconnect(connecting.bring_to_front)
        await connecting.close()
