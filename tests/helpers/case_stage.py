"""A case window with its session over a fake desk."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest_asyncio
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cti_client.desk.desk import Desk
from cti_client.ui.case.case_session import CaseSession
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.case.close_case_dialog import CloseCaseDialog
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import ThreadRow
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker
from cti_client.wire.records import Message
from tests.helpers.fake_desk import FakeDesk, case, interaction
from tests.helpers.long_thread import LongThreadDesk
from tests.helpers.qt_loop import LIMIT, settled, until

CTRL = Qt.KeyboardModifier.ControlModifier


class Stage:
    """A case window and its session over a fake desk."""

    def __init__(self, theme: Theme, desk: FakeDesk, settings: QSettings) -> None:
        self.desk = desk
        self.opened: list[str] = []
        self.calls: list[str] = []
        self.takes_calls = True
        self.ticker = Ticker(desk.now)
        self.window = CaseWindow(theme, 12, self.opened.append, settings=settings)
        self.session = CaseSession(
            cast(Desk, desk), self.window, theme, self.ticker, hand_over=self._hand_over, may_call=lambda: True
        )

    def _hand_over(self, tel: str) -> bool:
        self.calls.append(tel)
        return self.takes_calls

    async def open(self, *messages: Message, **changes: Any) -> None:
        """The chat is ours; `messages` are in its thread."""
        for each in messages:
            self.desk.put_message(each)
        self.desk.put_interaction(interaction(**changes), case(notes="Old"))
        for each in messages:
            self.desk.put_message(each)
        self.window.show()
        self.window.activateWindow()
        await until(self.window.isActiveWindow, self.window.activated)
        await self.rest()

    async def rest(self) -> None:
        """Until nothing is under way any more."""
        async with asyncio.timeout(LIMIT):
            await settled()
            while running := [one for one in asyncio.all_tasks() if one.get_name().startswith(self.session.tasks.name)]:
                await asyncio.wait(running)
                await settled()

    @property
    def thread(self) -> ThreadModel:
        model = self.window.chat.messages.thread()
        assert model is not None
        return model

    def texts(self) -> list[str]:
        return [row.text for row in self.rows()]

    def rows(self) -> list[ThreadRow]:
        found = [self.thread.row_at(at) for at in range(self.thread.rowCount())]
        return [row for row in found if row is not None]

    def write_and_send(self, text: str) -> None:
        QTest.keyClicks(self.window.reply.editor, text)
        QTest.keyClick(self.window.reply.editor, Qt.Key.Key_Return, CTRL)

    def say_problem(self) -> str:
        return self.window.problem.text

    def dialog(self) -> CloseCaseDialog:
        (found,) = self.window.findChildren(CloseCaseDialog)
        return found


async def make(theme: Theme, desk: FakeDesk, settings: QSettings) -> AsyncIterator[Stage]:
    made = Stage(theme, desk, settings)
    yield made
    await made.session.close()
    made.window.close_for_good()
    made.window.deleteLater()
    made.session.deleteLater()


@pytest_asyncio.fixture
async def stage(qapp: QApplication, theme: Theme, desk: FakeDesk, settings: QSettings) -> AsyncIterator[Stage]:
    async for made in make(theme, desk, settings):
        yield made


@pytest_asyncio.fixture
async def long_stage(qapp: QApplication, theme: Theme, settings: QSettings) -> AsyncIterator[Stage]:
    async for made in make(theme, LongThreadDesk(), settings):
        yield made
