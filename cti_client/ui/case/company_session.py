"""Joins the line that says who else is at a thread to the desk (G2a)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cti_client.domain import Millis
from cti_client.ui.case.company import Company
from cti_client.ui.ticker import Ticker

if TYPE_CHECKING:
    from cti_client.desk.desk import Desk


class CompanySession(QObject):
    """Shows who is there, says that the agent types, and, once the chat is not theirs, that it is looked at."""

    def __init__(
        self, desk: "Desk", line: Company, ticker: Ticker, thread_id: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._line, self._ticker = desk, line, ticker
        self._thread_id = thread_id
        self._look_away: Callable[[], None] | None = None
        desk.shared_changed.connect(self._refresh)
        ticker.tick.connect(self._tick)
        self._refresh()

    def typed(self) -> None:
        """The agent changed the text in the reply box."""
        self._desk.sharing.type_in(self._thread_id)

    def look_on(self) -> None:
        """The chat is somebody else's now, or has ended, and stays on the screen."""
        if self._look_away is None:
            self._look_away = self._desk.sharing.look(self._thread_id)

    def close(self) -> None:
        """The window goes."""
        self._desk.shared_changed.disconnect(self._refresh)
        self._ticker.tick.disconnect(self._tick)
        if self._look_away is not None:
            self._look_away()
            self._look_away = None

    def _refresh(self) -> None:
        self._line.show_shared(self._desk.sharing.others_in(self._thread_id), self._desk.now())

    def _tick(self, now: Millis) -> None:
        self._line.tick(now)
