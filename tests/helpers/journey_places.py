"""Where journeys happen: a desktop on a folder, with its own hub or with one elsewhere, and simulated phones."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from cti_client.bootstrap import Desktop, running
from cti_client.demo.handset_client import HandsetClient
from cti_client.demo.settings import LINE, SIMULATOR, simulated
from cti_client.desk.hub_client import HubAccess
from cti_client.hub.config import HubConfig
from cti_client.hub.own_hub import HubSettings, OwnHub
from cti_client.paths import Paths, paths_in
from tests.helpers.journey import PATIENCE_S, Agent

PERSON = "Anna"
WIDE = (1500, 950)
"""A window of a desktop screen: rail, main part and telephony panel side by side."""

__all__ = ["LINE", "Phones", "Visiting", "at_work", "screen", "simulated_hub"]


class Visiting(Desktop):
    """A desktop whose hub is elsewhere and outlives it."""

    def __init__(self, app: QApplication, paths: Paths, access: HubAccess) -> None:
        super().__init__(app, paths, OwnHub(_no_settings, PERSON), theme="light", quiet=True)
        self._access = access

    async def _find_hub(self) -> HubAccess:
        return self._access


@asynccontextmanager
async def at_work(
    app: QApplication, folder: Path, hub: HubSettings | HubAccess, *, live: bool = True
) -> AsyncIterator[Agent]:
    """The desktop is open and, unless told otherwise, live. Leaving is the person's Quit."""
    app.setQuitOnLastWindowClosed(False)
    paths = paths_in(folder)
    if isinstance(hub, HubAccess):
        desktop: Desktop = Visiting(app, paths, hub)
    else:
        desktop = Desktop(app, paths, OwnHub(hub, PERSON), theme="light", quiet=True)
    async with running(desktop):
        desktop.window.resize(*WIDE)
        agent = Agent(desktop)
        if live:
            await agent.is_live()
        yield agent


def simulated_hub(folder: Path, offer_seconds: int = 60) -> HubSettings:
    """The settings of a hub on the simulator."""
    return partial(simulated, paths_in(folder), offer_seconds=offer_seconds)


@dataclass(frozen=True)
class Phones:
    """The phones of the simulated network."""

    client: HandsetClient

    @classmethod
    @asynccontextmanager
    async def of(cls, agent: Agent) -> AsyncIterator["Phones"]:
        """Of the hub that this agent's desktop holds."""
        client = HandsetClient(f"{agent.desktop.hub_url}/gateway/{SIMULATOR}")
        try:
            yield cls(client)
        finally:
            await client.close()

    async def text(self, sender: str, text: str) -> None:
        """A customer texts the line; returns once the hub has stored it."""
        await self.client.text(sender, LINE, text)

    async def arrived(self, phone: str, count: int = 1) -> list[str]:
        """What has arrived at a phone, once there are that many; the phone confirms them."""
        texts: list[str] = []
        after = 0
        async with asyncio.timeout(PATIENCE_S):
            while len(texts) < count:
                for one in await self.client.inbox(phone, after, 5):
                    texts.append(one.text)
                    after = one.number
        return texts

    async def so_far(self, phone: str) -> list[str]:
        """What has arrived at a phone by now."""
        return [one.text for one in await self.client.inbox(phone, 0, 0)]


@pytest.fixture
def screen(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[QApplication]:
    """The application for one journey. The keyring of whoever runs the tests is left alone, here and in the processes
    started from here; an error in the log fails the test; windows of one journey are gone before the next.

    A warning in the hub's process is an error there too, as it is here.
    """
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    yield qapp
    for window in QApplication.topLevelWidgets():
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
    assert not errors


def _no_settings() -> HubConfig:
    raise AssertionError("a visiting desktop starts no hub")
