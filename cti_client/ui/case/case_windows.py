"""Which case windows there are."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from cti_client.desk.tasks import TaskOwner

if TYPE_CHECKING:  # the first case imports them, not the start
    from cti_client.ui.case.case_session import CaseSession
    from cti_client.ui.case.case_window import CaseWindow


class CaseParts(NamedTuple):
    """A window and what stands behind it."""

    window: "CaseWindow"
    session: "CaseSession"


CaseWindowFactory = Callable[[int, int], CaseParts]
"""Interaction id and slot (0, 1, 2...: the place on the screen it remembers) to a window that is not shown yet."""


class CaseWindows(QObject):
    """At most one window an interaction. Windows are given the focus only where the person asked for them."""

    chat_started = Signal(object)
    """`Accepted`: a phone button in one of the windows opened a chat."""
    made = Signal(object)
    """A new `CaseWindow`, before it is shown."""

    def __init__(self, factory: CaseWindowFactory, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._factory, self._tasks = factory, tasks
        self._open: dict[int, CaseParts] = {}
        self._slots: dict[int, int] = {}

    def __contains__(self, interaction_id: int) -> bool:
        return interaction_id in self._open

    def ids(self) -> frozenset[int]:
        """The interactions that have a window, shown or hidden."""
        return frozenset(self._open)

    def get(self, interaction_id: int) -> "CaseWindow | None":
        """The window of that chat, shown or hidden."""
        parts = self._open.get(interaction_id)
        return parts.window if parts else None

    def go_to(self, interaction_id: int, accepting: str | None = None) -> "CaseWindow":
        """Bring that chat's window to the front; the person asked for it. `accepting`: whom we ask the hub for."""
        known = self.get(interaction_id)
        if known is not None and accepting is not None and known.ended:
            self._forget(interaction_id)  # a read-only window of the same chat, from before it was offered again
            known = None
        window = known or self._make(interaction_id)
        if accepting is not None and not window.shows_chat:
            window.show_accepting(accepting)
        window.bring_to_front()
        return window

    def bring_back(self, interaction_ids: Iterable[int]) -> None:
        """Windows for these chats, where they have none yet; the focus stays where it is."""
        for interaction_id in interaction_ids:
            if interaction_id not in self._open:
                window = self._make(interaction_id)
                window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, True)
                window.show()
                window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)

    def drop_hidden(self, gone: int) -> None:
        """The chat has ended: a hidden window has nothing left to show; one that is read stays until it is closed."""
        window = self.get(gone)
        if window is not None and not window.isVisible() and window.shows_chat:
            window.close_for_good()

    def alert(self, interaction_id: int) -> None:
        """Mark the window in the system's task bar."""
        window = self.get(interaction_id)
        if window is not None and not window.isActiveWindow():
            QApplication.alert(window)

    async def close(self) -> None:
        """End all sessions, storing what was typed last; the chats stay open."""
        for interaction_id in list(self._open):
            window, session = self._open.pop(interaction_id)
            window.remember_place()
            await session.close()
            session.deleteLater()
            window.close_for_good()
            window.deleteLater()
        self._slots.clear()

    def _make(self, interaction_id: int) -> "CaseWindow":
        used = set(self._slots.values())
        slot = next(place for place in range(len(used) + 1) if place not in used)
        parts = self._factory(interaction_id, slot)
        self._open[interaction_id] = parts
        self._slots[interaction_id] = slot
        parts.window.finished.connect(self._forget)
        parts.session.chat_started.connect(self.chat_started)
        self.made.emit(parts.window)
        return parts.window

    def _forget(self, interaction_id: int) -> None:
        parts = self._open.pop(interaction_id, None)
        if parts is None:
            return
        self._slots.pop(interaction_id, None)
        parts.window.finished.disconnect(self._forget)
        parts.window.hide()
        if not self._tasks.closed:
            self._tasks.start(self._end(parts), f"close window {interaction_id}")

    @staticmethod
    async def _end(parts: CaseParts) -> None:
        await parts.session.close()
        parts.session.deleteLater()
        parts.window.deleteLater()
