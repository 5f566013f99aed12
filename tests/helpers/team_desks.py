"""Several people, each at a desktop of their own, in one Qt loop; each comes in by the connect screen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from cti_client import run
from cti_client.bootstrap import Desktop
from cti_client.demo.tour_kit import button, click, press, visible, write
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import paths_in
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.connect.connect_dialog import ConnectDialog
from cti_client.ui.main.waiting_row import WaitingRow
from tests.helpers.journey import Agent, until

T = TypeVar("T")

WIDE = (1500, 950)


class TeamAgent(Agent):
    """One person of several; only their own windows count."""

    def __init__(self, name: str, desktop: Desktop) -> None:
        super().__init__(desktop)
        self.name = name

    def cases(self) -> list[CaseWindow]:
        """The windows of this person's chats."""
        windows = self.desktop.shell.cases
        own = {windows.get(one) for one in windows.ids()}
        return [one for one in super().cases() if one in own]

    def popped(self) -> list[CaseWindow]:
        """Every case window that shows, with a chat in it or without."""
        windows = self.desktop.shell.cases
        found = (windows.get(one) for one in windows.ids())
        return [one for one in found if one is not None and one.isVisible()]

    async def presence_is(self, name: str) -> None:
        """The header says so."""
        await until(lambda: button(self.window, f"Presence: {name}"), f"the header of {self.name} to say {name}")

    def waiting_rows(self) -> list[WaitingRow]:
        """The Waiting list."""
        return visible(self.window, WaitingRow)

    async def nothing_waits(self) -> None:
        await until(lambda: not self.waiting_rows(), "an empty Waiting list")


class Office:
    """Where the desks stand. Leaving it is everybody's Quit."""

    def __init__(
        self, app: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch, *, theme: str = "light"
    ) -> None:
        self._app, self._folder, self._theme = app, folder, theme
        self._made: list[Desktop] = []
        self._stack = AsyncExitStack()
        made = self._made

        class Known(Desktop):
            """Notes whose windows are whose."""

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                made.append(self)

        monkeypatch.setattr(run, "Desktop", Known)
        monkeypatch.setattr(run, "quit_on_signals", lambda _: None)  # of the tests' own process

    async def __aenter__(self) -> "Office":
        await self._stack.__aenter__()
        self._app.setQuitOnLastWindowClosed(False)
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self._stack.__aexit__(*failure)

    async def sign_in(
        self,
        name: str,
        address: str,
        token: str,
        look: Callable[[ConnectDialog], Awaitable[None]] | None = None,
        *,
        at: str = "office",
    ) -> TeamAgent:
        """Start the program for the first time `at` a computer, and connect to the team's hub.

        `look` sees the connect screen before anything is typed.
        """
        return await self._stack.enter_async_context(self._at_work(name, address, token, look, at))

    @asynccontextmanager
    async def _at_work(
        self, name: str, address: str, token: str, look: Callable[[ConnectDialog], Awaitable[None]] | None, at: str
    ) -> AsyncIterator[TeamAgent]:
        own: Callable[[], OwnHub] = _no_own_hub
        paths = paths_in(self._folder / f"{name} {at}")
        work = asyncio.create_task(run.stay_at_work(self._app, paths, own, self._theme, None, quiet=True), name=name)
        so_far = len(self._made)
        try:
            dialog = await until(_question, "the question where one works")
            click(dialog.page.team.button)
            if look is not None:
                await look(dialog)
            fill(dialog.page.fields.address, address)
            fill(dialog.page.fields.token, token)
            press(dialog.page.fields.token, Qt.Key.Key_Return)
            desktop = await until(lambda: self._made[so_far] if len(self._made) > so_far else None, "a desktop")
            desktop.window.resize(*WIDE)
            agent = TeamAgent(name, desktop)
            await agent.is_live()
            yield agent
        finally:
            for desktop in self._made[so_far : so_far + 1]:
                desktop.quit()
            if len(self._made) == so_far:
                work.cancel()
            await asyncio.wait({work}, timeout=30)
        assert work.result() == 0


def fill(field: QLineEdit, text: str) -> None:
    """Type, key by key."""
    field.clear()
    write(field, text)


def _question() -> ConnectDialog | None:
    shown = (one for one in QApplication.topLevelWidgets() if isinstance(one, ConnectDialog) and one.isVisible())
    return next(shown, None)


def _no_own_hub() -> OwnHub:
    raise AssertionError("nobody here works alone")
