"""The settings page with its session on a desk without a hub."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest_asyncio
from pytestqt.qtbot import QtBot

from cti_client.desk.desk import Desk
from cti_client.desk.views import LinkStatus, LinkView
from cti_client.domain.canned_reply import Placeholder
from cti_client.ui.settings.page import SettingsPage
from cti_client.ui.settings.session import SettingsSession
from cti_client.ui.theme import Theme
from tests.helpers.fake_desk import START, FakeDesk
from tests.helpers.qt_loop import settled

SAMPLES = {Placeholder.NAME: "Maria Kowalska", Placeholder.FIRST_NAME: "Maria", Placeholder.AGENT: "Anna"}


class SettingsScene:
    """`calm` returns once everything asked so far has been answered."""

    def __init__(self, theme: Theme, desk: FakeDesk) -> None:
        self.desk, self.hub = desk, desk.settings
        self.page = SettingsPage(theme, lambda: SAMPLES)
        self.page.resize(560, 640)
        self.session = SettingsSession(cast(Desk, desk), self.page)
        self.page.show()
        self.page.activateWindow()

    async def calm(self) -> None:
        for _ in range(6):
            await settled()

    async def go_to(self, place: int) -> None:
        self.page.bar.buttons[place].click()
        await self.calm()

    def link(self, status: LinkStatus) -> None:
        self.desk.link = LinkView(status, since=START)
        self.desk.link_changed.emit()

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return self.hub.called(name)


@pytest_asyncio.fixture
async def scene(qtbot: QtBot, theme: Theme, desk: FakeDesk) -> AsyncIterator[SettingsScene]:
    made = SettingsScene(theme, desk)
    qtbot.addWidget(made.page)
    await made.calm()
    yield made
    await made.session.close()


__all__ = ["SettingsScene", "scene"]
