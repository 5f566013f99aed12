"""Fills My cases."""

from collections.abc import Coroutine, Iterable
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from cti_client.desk.errors import DeskError
from cti_client.desk.tasks import TaskOwner
from cti_client.domain import Millis
from cti_client.ui.main.cases_page import CasesPage
from cti_client.ui.models.cases import CasesModel
from cti_client.wire.api import CaseList
from cti_client.wire.records import Interaction

PAGE = 50
SETTLE_MS = 300
"""Changes come in bursts (a case, its interaction, its messages); the list is asked for once after them."""


class CasesDesk(Protocol):
    """What of the desk this needs."""

    async def list_cases(self, limit: int = PAGE, before: int | None = None) -> CaseList:
        """One page, newest first."""
        ...

    def now(self) -> Millis:
        """The hub's time."""
        ...


class CasesLoader(QObject):
    """Loads the newest page after `soon`, older pages as the view asks; says so where it fails."""

    answered = Signal()
    """The newest page is shown, or why it could not be loaded."""

    def __init__(
        self, desk: CasesDesk, page: CasesPage, model: CasesModel, tasks: TaskOwner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._page, self._model, self._tasks = desk, page, model, tasks
        self._asked = 0
        self._shown: dict[int, object] = {}
        """What rows show of the customers whose chats are open here, by interaction id."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.now)
        page.reload_wanted.connect(self.now)
        model.more_wanted.connect(lambda before: self._start("more cases", self._load_more(before)))

    @property
    def due(self) -> bool:
        """Will it load by itself in a moment?"""
        return self._timer.isActive()

    def soon(self) -> None:
        """Something changed."""
        self._timer.start()

    def show_chats(self, chats: Iterable[Interaction]) -> None:
        """The chats of this desk as they are now: the rows are stale when one came or went or a customer got another
        name, or consent on any of their numbers, which may have rows of their own.
        """
        shown = {chat.id: _shown_of(chat) for chat in chats}
        if shown != self._shown:
            self._shown = shown
            self.soon()

    def now(self) -> None:
        """Load the newest page."""
        self._timer.stop()
        self._page.show_loading()
        self._asked += 1
        self._start("cases", self._load(self._asked))

    def stop(self) -> None:
        """Load nothing more."""
        self._timer.stop()

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, name)

    async def _load(self, turn: int) -> None:
        try:
            cases = await self._desk.list_cases(PAGE)
        except DeskError as error:
            if turn == self._asked:
                self._page.show_error(str(error))
                self.answered.emit()
            return
        if turn == self._asked:
            self._model.show(cases.cases, cases.more, self._desk.now())
            self._page.show_rows()
            self.answered.emit()

    async def _load_more(self, before: int) -> None:
        try:
            cases = await self._desk.list_cases(PAGE, before)
        except DeskError as error:
            self._model.could_not_append()
            self._page.show_error(str(error))
            return
        self._model.append(cases.cases, cases.more)


def _shown_of(chat: Interaction) -> object:
    if chat.contact is None:
        return chat.consent
    return chat.contact.name, chat.consent, tuple(phone.consent for phone in chat.contact.phones)
