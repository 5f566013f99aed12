"""System notifications with an Accept button where the system can show one (A2, H2)."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)


class Backend(Protocol):
    """One way to the system. All may raise anything; the caller falls back."""

    async def send(
        self, title: str, text: str, action: str, on_action: Callable[[], Any], on_click: Callable[[], Any]
    ) -> str:
        """Show it; returns its identifier. `action` empty: no button."""

    async def clear(self, identifier: str) -> None:
        """Take it away."""


class Notifications(QObject):
    """Shows notifications by key; one key stands on the screen once. Where the system fails, `fallback` shows them.

    `start(coroutine, name)` is the owner's way to start a task (`desk.tasks.TaskOwner.start`).
    """

    action_pressed = Signal(str)
    """The button of the notification with this key."""
    clicked = Signal(str)
    """The notification itself."""

    def __init__(
        self,
        backend: Backend | None,
        start: Callable[[Any, str], object],
        fallback: Callable[[str, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend, self._start, self._fallback = backend, start, fallback
        self._shown: dict[str, str] = {}
        self._wanted: dict[str, tuple[str, str, str]] = {}
        self._turns = asyncio.Lock()

    def show(self, key: str, title: str, text: str, action: str = "") -> None:
        """Show it, in place of the one with the same key."""
        self._wanted[key] = (title, text, action)
        if self._backend is None:
            self._fallback(title, text)
        else:
            self._start(self._settle(key), f"notify {key}")

    def withdraw(self, key: str) -> None:
        """Take it away; nothing where it is not there."""
        if self._wanted.pop(key, None) is not None and self._backend is not None:
            self._start(self._settle(key), f"withdraw {key}")

    async def _settle(self, key: str) -> None:
        # One at a time, and each looks at what is wanted by now: a request that is gone again is never shown.
        async with self._turns:
            backend = self._backend
            if backend is None:
                return
            try:
                if key in self._shown:
                    await backend.clear(self._shown.pop(key))
                if key in self._wanted:
                    self._shown[key] = await self._send(backend, key)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a notification service does, the tray still can
                log.warning("system notifications do not work, using the tray: %s", type(error).__name__)
                self._backend = None
                if key in self._wanted:
                    self._fallback(*self._wanted[key][:2])

    def _send(self, backend: Backend, key: str) -> Awaitable[str]:
        title, text, action = self._wanted[key]
        return backend.send(title, text, action, lambda: self.action_pressed.emit(key), lambda: self.clicked.emit(key))


class DesktopBackend:
    """The system's own service, through desktop-notifier: D-Bus, the Notification Center, or Windows toasts.

    Its first use imports the library and connects; it needs a running asyncio loop.
    """

    def __init__(self, app_name: str) -> None:
        self._app_name = app_name
        self._notifier: Any = None

    async def send(
        self, title: str, text: str, action: str, on_action: Callable[[], Any], on_click: Callable[[], Any]
    ) -> str:
        """See `Backend`."""
        from desktop_notifier import Button, DesktopNotifier  # 90 ms that the start need not pay

        if self._notifier is None:
            self._notifier = DesktopNotifier(app_name=self._app_name, app_icon=None)
        buttons = [Button(title=action, on_pressed=on_action)] if action else []
        identifier: str = await self._notifier.send(
            title=title, message=as_body(text), buttons=buttons, on_clicked=on_click
        )
        return identifier

    async def clear(self, identifier: str) -> None:
        """See `Backend`."""
        # On Linux, clearing one that its button or the person has closed is a KeyError.
        if identifier in await self._notifier.get_current_notifications():
            await self._notifier.clear(identifier)


def as_body(text: str) -> str:
    """Text from outside as a notification's body: services on Linux read a little markup there, so it is escaped."""
    return escape(text, quote=False) if sys.platform.startswith("linux") else text
