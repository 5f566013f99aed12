"""Joins phone buttons to the hub and to the system's phone program (A12)."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from cti_client.desk.errors import DeskError
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.numbers.consent_actions import ConsentActions, Whose
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.numbers.quiet_question import QuietQuestion, asks_about_hour
from cti_client.wire.api import Accepted, NumberAbilities


class NumberDesk(Protocol):
    """What of the desk phone buttons need."""

    async def check_number(self, address: str, line_id: int | None = None) -> NumberAbilities:
        """May this number be texted or called?"""
        ...

    async def start_chat(
        self,
        address: str,
        line_id: int | None = None,
        contact_id: int | None = None,
        *,
        in_quiet_hours: bool = False,
    ) -> Accepted:
        """Start a chat with it, or come back to the open one."""
        ...


class NumberActions(QObject):
    """Answers the phone buttons attached to it. Tasks run under the `TaskOwner` given."""

    chat_started = Signal(object)
    """`Accepted`: a chat with the number is open now; its window may be shown."""

    def __init__(
        self,
        desk: NumberDesk,
        tasks: TaskOwner,
        hand_over: Callable[[str], bool],
        may_call: Callable[[], bool],
        consents: ConsentActions,
        parent: QObject | None = None,
    ) -> None:
        """`hand_over` gives a `tel:` address to the phone program and says whether one took it; `may_call` asks the
        person's setting each time.
        """
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._hand_over, self._may_call = hand_over, may_call
        self.consents = consents

    def attach(
        self,
        button: PhoneButton,
        line_id: Callable[[], int | None] = lambda: None,
        whose: Callable[[], tuple[str, int | None]] = lambda: ("", None),
    ) -> None:
        """Serve this button; chats it starts leave from `line_id()`, None: the line the hub chooses.

        `whose`: name and contact id of who has the number, as far as they are known.
        """

        def about(address: str) -> Whose:
            who, contact_id = whose()
            return Whose(address=address, line_id=line_id(), contact_id=contact_id, who=who)

        button.allow_wanted.connect(lambda address: self.consents.allow(about(address), button.window(), button.ask))
        button.opt_out_wanted.connect(lambda address: self.consents.opt_out(about(address), button.window()))
        button.history_wanted.connect(lambda address: self.consents.history(about(address), button.window()))
        button.asked.connect(lambda address: self._start("check", self._check(button, address, line_id())))
        button.chat_wanted.connect(lambda address: self._start("chat", self._chat(button, address, line_id())))
        button.call_wanted.connect(lambda tel: self.call(tel, button.refused.emit))

    def call(self, tel: str, refuse: Callable[[str], object]) -> None:
        """Hand a call over; `refuse` is told where no program took it."""
        if not self._may_call():
            refuse(self.tr("Calls are turned off in the settings."))
        elif not self._hand_over(tel):
            refuse(self.tr("This computer has no program for phone calls."))

    async def check(self, address: str, line_id: int | None) -> NumberAbilities:
        """What may be started with this number by this person. Raises `DeskError`."""
        able = await self._desk.check_number(address, line_id)
        if not self._may_call() and able.tel:
            return msgspec.structs.replace(able, tel="", why_no_call=self.tr("Calls are turned off in the settings."))
        return able

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, name)

    async def _check(self, button: PhoneButton, address: str, line_id: int | None) -> None:
        try:
            able = await self.check(address, line_id)
        except DeskError as error:
            button.fail(str(error))
        else:
            if button.address == address:
                button.answer(able)

    async def _chat(
        self, button: PhoneButton, address: str, line_id: int | None, *, in_quiet_hours: bool = False
    ) -> None:
        try:
            started = await self._desk.start_chat(address, line_id, in_quiet_hours=in_quiet_hours)
        except DeskError as error:
            if asks_about_hour(error):
                self._ask_about_hour(button, address, line_id, str(error))
            else:
                button.fail(str(error))
        else:
            self.chat_started.emit(started)

    def _ask_about_hour(self, button: PhoneButton, address: str, line_id: int | None, why: str) -> None:
        question = QuietQuestion(why, button.window())
        question.confirmed.connect(
            lambda: self._start("chat", self._chat(button, address, line_id, in_quiet_hours=True))
        )
        question.open()
