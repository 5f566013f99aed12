"""Joins the New chat dialog to the desk."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from cti_client.desk.desk import Desk
from cti_client.desk.errors import DeskError
from cti_client.desk.tasks import TaskOwner
from cti_client.domain import Millis
from cti_client.ui.numbers.consent_actions import Whose
from cti_client.ui.numbers.new_chat_dialog import NewChatDialog
from cti_client.ui.numbers.number_actions import NumberActions
from cti_client.ui.numbers.quiet_question import asks_about_hour
from cti_client.ui.numbers.there import find_zones
from cti_client.ui.theme import Theme
from cti_client.wire.records import Interaction

CONTACTS = "contacts"
"""The source of our own customers. A hub that calls it otherwise leaves the dialog without names."""


class NewChat(QObject):
    """At most one dialog at a time, in front of the window the person works in."""

    started = Signal(object)
    """`Accepted`: the chat is open now."""

    def __init__(
        self,
        desk: Desk,
        window: QWidget,
        theme: Theme,
        numbers: NumberActions,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._window, self._theme = desk, window, theme
        self._numbers, self._tasks = numbers, tasks
        self.dialog: NewChatDialog | None = None
        numbers.chat_started.connect(self._finish)
        numbers.consents.changed.connect(self._check_again)

    def ask(self) -> None:
        """Open the dialog, or bring the one that is open to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        dialog = NewChatDialog(self._theme, self._desk.lines, QApplication.activeWindow() or self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._numbers.attach(dialog.field.button, lambda: dialog.line_id)
        dialog.check_wanted.connect(
            lambda number, line_id: self._tasks.start(self._check(dialog, number, line_id), "check number")
        )
        dialog.chat_wanted.connect(
            lambda number, line_id: self._tasks.start(self._start_chat(dialog, number, line_id), "start chat")
        )
        dialog.allow_wanted.connect(lambda number, line_id: self._allow(dialog, number, line_id))
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        dialog.open()

    def _allow(self, dialog: NewChatDialog, number: str, line_id: int | None) -> None:
        whose = Whose(address=number, line_id=line_id, who=dialog.customer)
        self._numbers.consents.allow(whose, dialog)

    def tick(self, now: Millis) -> None:
        """The hub's time now."""
        if self.dialog is not None:
            self.dialog.field.there.tick(now)

    async def _check(self, dialog: NewChatDialog, number: str, line_id: int | None) -> None:
        try:
            able = await self._numbers.check(number, line_id)
        except DeskError as error:
            if self.dialog is dialog:
                dialog.show_problem(str(error))
        else:
            if self.dialog is dialog:
                held = [each for each in self._desk.interactions.values() if each.address == able.address]
                dialog.show_abilities(number, line_id, able, held=bool(held))
                self._tasks.start(self._show_zones(dialog, number, line_id, able.address), "time zones")
                await self._name(dialog, number, line_id, able.address, held)

    async def _show_zones(self, dialog: NewChatDialog, number: str, line_id: int | None, address: str) -> None:
        line = next((each for each in self._desk.lines if each.id == line_id), None)
        zones = await find_zones(address, line or next(iter(self._desk.lines), None))
        if self.dialog is dialog:
            dialog.show_zones(number, line_id, zones, self._desk.now())

    async def _name(
        self, dialog: NewChatDialog, number: str, line_id: int | None, address: str, held: list[Interaction]
    ) -> None:
        """Say whose number it is, where exactly one customer has it."""
        names = {each.contact.name for each in held if each.contact is not None}
        if not held:
            try:
                found = await self._desk.lookup(CONTACTS, address=address)
            except DeskError:
                return  # the chat can be started without
            names = {each.name for each in found.candidates if each.contact_id is not None}
        if self.dialog is dialog and len(names) == 1:
            dialog.show_customer(number, line_id, names.pop())

    async def _start_chat(self, dialog: NewChatDialog, number: str, line_id: int | None) -> None:
        try:
            started = await self._desk.start_chat(number, line_id, in_quiet_hours=dialog.in_quiet_hours)
        except DeskError as error:
            if self.dialog is not dialog:
                return
            if asks_about_hour(error):
                dialog.ask_about_hour(str(error))
            else:
                dialog.show_problem(str(error))
            return
        if self.dialog is dialog:
            dialog.accept()
        self.started.emit(started)

    def _finish(self) -> None:
        # The phone button in the dialog has started the chat, or one elsewhere while the dialog stood open.
        if self.dialog is not None:
            self.dialog.accept()

    def _check_again(self) -> None:
        # By the button of the dialog or by the phone button in it: what it says of the number may be stale.
        if self.dialog is not None:
            self.dialog.check()

    def _forget(self) -> None:
        self.dialog = None
