"""Makes case windows with everything behind them."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from cti_client.ui.case_session import CaseSession
from cti_client.ui.case_window import CaseWindow
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker

if TYPE_CHECKING:
    from cti_client.desk.desk import Desk

log = logging.getLogger(__name__)


class CaseWindowFactory(QObject):
    """Call it with a desk and an interaction's id; it owns the sessions behind the windows until `close`.

    Each window takes the lowest free place, whose geometry is remembered. The window is not shown yet.
    """

    chat_started = Signal(object)
    """`Accepted`: a phone button of some window opened a chat."""

    def __init__(
        self,
        theme: Theme,
        ticker: Ticker,
        *,
        open_url: Callable[[str], object],
        hand_over: Callable[[str], bool],
        may_call: Callable[[], bool],
        settings: QSettings | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._ticker, self._settings = theme, ticker, settings
        self._open_url, self._hand_over, self._may_call = open_url, hand_over, may_call
        self._sessions: dict[CaseWindow, CaseSession] = {}
        self._slots: dict[CaseWindow, int] = {}

    def __call__(self, desk: "Desk", interaction_id: int) -> CaseWindow:
        """A window for this chat; until the desk holds it, it says *Accepting…*."""
        slot = next(n for n in range(len(self._slots) + 1) if n not in self._slots.values())
        window = CaseWindow(self._theme, interaction_id, self._open_url, settings=self._settings, slot=slot)
        session = CaseSession(
            desk, window, self._theme, self._ticker, hand_over=self._hand_over, may_call=self._may_call
        )
        session.chat_started.connect(self.chat_started)
        self._sessions[window], self._slots[window] = session, slot
        return window

    def session_of(self, window: CaseWindow) -> CaseSession:
        """The session behind a window."""
        return self._sessions[window]

    async def release(self, window: CaseWindow) -> None:
        """A window was closed for good: end its session and delete it. May be called again."""
        session = self._sessions.pop(window, None)
        self._slots.pop(window, None)
        if session is not None:
            await session.close()
            session.deleteLater()
            window.deleteLater()

    async def close(self) -> None:
        """End all sessions; their windows close, their chats stay open (A8)."""
        for window in tuple(self._sessions):
            window.close_for_good()
            await self.release(window)
