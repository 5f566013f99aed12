"""Joins *Allow SMS…*, *Opt out of SMS…* and *Consent history…* to the desk (B2, B7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from cti_client.desk.errors import DeskError, HubRefusedError
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.theme import Theme
from cti_client.wire.consent_api import AllowSms, AskConsent, NumberConsent, OptOut

if TYPE_CHECKING:  # the first dialog imports them, not the start
    from cti_client.ui.numbers.allow_sms_dialog import AllowSmsDialog
    from cti_client.ui.numbers.consent_dialog import ConsentDialog
    from cti_client.ui.numbers.consent_history_dialog import ConsentHistoryDialog
    from cti_client.ui.numbers.opt_out_dialog import OptOutDialog


class ConsentDesk(Protocol):
    """What of the desk it needs."""

    async def number_consent(self, ask: AskConsent) -> NumberConsent:
        """What stands, and how it came to that."""
        ...

    async def allow_sms(self, allow: AllowSms) -> NumberConsent:
        """Write down that the customer agreed."""
        ...

    async def opt_out(self, wish: OptOut) -> NumberConsent:
        """Write down that the customer wants no more texts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The number that it is about. `line_id` None: the line that a chat with it would use. `who`: a name, if known."""

    address: str
    line_id: int | None = None
    contact_id: int | None = None
    who: str = ""


def _nothing() -> None:
    return


class ConsentActions(QObject):
    """At most one of its dialogs stands at a time. Tasks run under the `TaskOwner` given."""

    changed = Signal()
    """Consent was written down; what shows it may be stale."""

    def __init__(self, desk: ConsentDesk, theme: Theme, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme, self._tasks = desk, theme, tasks
        self.dialog: QDialog | None = None
        """The one that stands."""

    def allow(self, whose: Whose, window: QWidget, then: Callable[[], object] = _nothing) -> None:
        """Ask on what the consent rests; `then`, a widget's slot, is called once texts may go."""
        from cti_client.ui.numbers.allow_sms_dialog import AllowSmsDialog

        dialog = AllowSmsDialog(self._theme, whose.who, whose.address, window)
        dialog.given.connect(lambda: self._tasks.start(self._allow(dialog, whose), "allow SMS"))
        dialog.accepted.connect(then)  # Qt drops it where that widget is gone by then
        self._open_loading(dialog, whose)

    def opt_out(self, whose: Whose, window: QWidget) -> None:
        """Ask whether the customer really is to get no more texts."""
        from cti_client.ui.numbers.opt_out_dialog import OptOutDialog

        dialog = OptOutDialog(self._theme, whose.who, whose.address, window)
        dialog.given.connect(lambda: self._tasks.start(self._opt_out(dialog), "opt out"))
        self._open_loading(dialog, whose)

    def history(self, whose: Whose, window: QWidget) -> None:
        """Show every change of consent."""
        from cti_client.ui.numbers.consent_history_dialog import ConsentHistoryDialog

        dialog = ConsentHistoryDialog(self._theme, whose.who, whose.address, window)
        self._open_loading(dialog, whose)

    def _open_loading(self, dialog: "ConsentDialog | ConsentHistoryDialog", whose: Whose) -> None:
        dialog.again_wanted.connect(lambda: self._load(dialog, whose))
        self._open(dialog)
        self._load(dialog, whose)

    def _open(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = dialog
        dialog.finished.connect(lambda: self._forget(dialog))
        dialog.destroyed.connect(lambda: self._forget(dialog))  # with its window, while it stood
        dialog.open()

    def _forget(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _load(self, dialog: "ConsentDialog | ConsentHistoryDialog", whose: Whose) -> None:
        dialog.show_waiting()
        self._tasks.start(self._show(dialog, whose), "consent")

    async def _show(self, dialog: "ConsentDialog | ConsentHistoryDialog", whose: Whose) -> None:
        try:
            known = await self._desk.number_consent(AskConsent(address=whose.address, line_id=whose.line_id))
        except DeskError as error:
            if self.dialog is dialog:
                dialog.show_problem(str(error))
        else:
            if self.dialog is dialog:
                dialog.show_consent(known)

    async def _allow(self, dialog: "AllowSmsDialog", whose: Whose) -> None:
        known, basis = dialog.known, dialog.basis
        assert known is not None
        assert basis is not None
        allow = AllowSms(
            address=known.address, basis=basis, note=dialog.words, line_id=known.line_id, contact_id=whose.contact_id
        )
        try:
            await self._desk.allow_sms(allow)
        except DeskError as error:
            self._fail(dialog, error)
            return
        self.changed.emit()
        if self.dialog is dialog:
            dialog.accept()

    async def _opt_out(self, dialog: "OptOutDialog") -> None:
        known = dialog.known
        assert known is not None
        try:
            await self._desk.opt_out(OptOut(address=known.address, note=dialog.words, line_id=known.line_id))
        except DeskError as error:
            self._fail(dialog, error)
            return
        self.changed.emit()
        if self.dialog is dialog:
            dialog.accept()

    def _fail(self, dialog: "ConsentDialog", error: DeskError) -> None:
        if self.dialog is dialog:
            dialog.fail(str(error), error.problem.field if isinstance(error, HubRefusedError) else "")
