"""The demo: desktop with its own hub on the simulator, sample customers, and a handset that plays their phones."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from PySide6.QtWidgets import QApplication

from cti_client.bootstrap import Desktop, quit_on_signals, run_in_qt, running
from cti_client.demo.demo_keyring import DemoKeyring
from cti_client.demo.handset_client import HandsetClient
from cti_client.demo.handset_window import HandsetWindow
from cti_client.demo.sample_data import load_customers
from cti_client.demo.sample_hub import with_samples
from cti_client.demo.settings import LINE, SIMULATOR, person
from cti_client.desk.credentials import Credentials
from cti_client.desk.tasks import TaskOwner
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import Paths
from cti_client.system.single_instance import SingleInstance

OFFER_SECONDS = 60
"""Longer than the product's own 20 s: a newcomer has two windows to look at."""

EDGE = 8
"""Logical pixels between windows and the screen's edge."""

NEW_CUSTOMER = ("Somebody new", "+15550142233")


@asynccontextmanager
async def demo_desktop(
    app: QApplication, paths: Paths, *, theme: str, offer_seconds: int = OFFER_SECONDS, quiet: bool = False
) -> AsyncIterator[tuple[Desktop, HandsetWindow]]:
    """A running desktop with sample data, and the handset window beside it."""
    paths.make()
    name = person()
    hub = OwnHub(partial(with_samples, paths, name, offer_seconds), name)
    hub.warm_up()
    credentials = Credentials(paths.data, open_keyring=lambda: DemoKeyring(paths.data))
    desktop = Desktop(app, paths, hub, theme=theme, quiet=quiet, credentials=credentials)
    async with running(desktop):
        tasks = TaskOwner("handset", lambda task, error: desktop.window.notice.say(f"{task}: {error}", "bad"))
        await _hub_is_there(desktop)
        client = HandsetClient(f"{desktop.hub_url}/gateway/{SIMULATOR}")
        customers = [(customer["name"], customer["phones"][0][0]) for customer in load_customers()]
        handset = HandsetWindow(desktop.theme, client, tasks, [*customers, NEW_CUSTOMER], LINE)
        handset.show()
        try:
            yield desktop, handset
        finally:
            handset.close_for_good()
            await tasks.close()
            await client.close()


def run_demo(paths: Paths, *, theme: str, fresh: bool) -> int:
    """Open the demo and stay until the person quits."""
    if fresh and paths.data.exists():
        shutil.rmtree(paths.data)

    async def main(app: QApplication) -> int:
        paths.make()
        instance = SingleInstance(paths.data)
        if not instance.claim():
            return 0
        try:
            async with demo_desktop(app, paths, theme=theme) as (desktop, handset):
                instance.raise_wanted.connect(desktop.window.bring_to_front)
                quit_on_signals(desktop.quit)
                _side_by_side(desktop, handset)
                await desktop.ended()
        finally:
            instance.release()
        return 0

    return run_in_qt(main)


def _side_by_side(desktop: Desktop, handset: HandsetWindow) -> None:
    """The handset at the right edge of the screen, the desktop in what is left, so that neither covers the other."""
    area = desktop.window.screen().availableGeometry()
    width = handset.frameGeometry().width()
    height = min(handset.frameGeometry().height(), area.height() - 2 * EDGE)
    handset.resize(handset.width(), height)
    handset.move(area.right() - width - EDGE, area.top() + area.height() - height - EDGE)
    desktop.window.resize(
        min(desktop.window.width(), area.width() - width - 3 * EDGE), min(desktop.window.height(), area.height())
    )
    desktop.window.move(area.left() + EDGE, area.top() + EDGE)
    handset.raise_()


async def _hub_is_there(desktop: Desktop) -> None:
    while not desktop.hub_url:
        changed = asyncio.Event()
        desktop.desk.link_changed.connect(changed.set)
        try:
            await asyncio.wait_for(changed.wait(), 0.2)
        except TimeoutError:
            continue
        finally:
            desktop.desk.link_changed.disconnect(changed.set)
