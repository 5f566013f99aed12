"""What becomes of an answer to a request, and of Take."""

from PySide6.QtCore import QObject

from cti_client.desk.desk import Desk
from cti_client.desk.errors import DeskError, HubRefusedError
from cti_client.desk.tasks import TaskOwner
from cti_client.domain.interaction import CaseChoice
from cti_client.ui.case.case_windows import CaseWindows
from cti_client.ui.main.telephony_panel import TelephonyPanel


class Answering(QObject):
    """Pops the case window at once, then asks the hub; the window says what became of it (A3).

    An answer that fails gives the card or row back, so that it can be given again.
    """

    def __init__(
        self, desk: Desk, panel: TelephonyPanel, cases: CaseWindows, tasks: TaskOwner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._panel, self._cases, self._tasks = desk, panel, cases, tasks

    def accept(self, offer_id: int, choice: CaseChoice | None) -> None:
        """Accept this offer; `choice` None: its default."""
        offer = self._desk.offers.get(offer_id)
        if offer is None:
            self._panel.say(self.tr("This request is gone."))
            return
        self._cases.go_to(offer.interaction_id, accepting=offer.customer_name or offer.address_display)
        self._tasks.start(self._accept(offer_id, offer.interaction_id, choice), "accept")

    def decline(self, offer_id: int) -> None:
        """Decline this offer."""
        self._tasks.start(self._decline(offer_id), "decline")

    async def _accept(self, offer_id: int, interaction_id: int, choice: CaseChoice | None) -> None:
        window = self._cases.get(interaction_id)
        try:
            await self._desk.accept(offer_id, choice)
        except HubRefusedError as error:
            if window is not None and not window.shows_chat:
                if error.problem.code == "offer_gone":
                    window.show_taken(error.problem.by)
                else:
                    window.show_refused(self.tr("This chat could not be accepted"), str(error))
            self._free_card(offer_id)
        except DeskError as error:
            if window is not None and not window.shows_chat:
                window.close_for_good()
            self._free_card(offer_id)
            self._panel.say(str(error))

    async def _decline(self, offer_id: int) -> None:
        try:
            await self._desk.decline(offer_id)
        except HubRefusedError as error:
            self._free_card(offer_id)
            if error.problem.code != "offer_gone":  # it is gone either way, which is what was wanted
                self._panel.say(str(error))
        except DeskError as error:
            self._free_card(offer_id)
            self._panel.say(str(error))

    def take(self, interaction_id: int, choice: CaseChoice | None) -> None:
        """Pull this chat from the Waiting list."""
        chat = next((one for one in self._desk.waiting.chats if one.interaction_id == interaction_id), None)
        name = (chat.customer_name or chat.address_display) if chat else ""
        self._cases.go_to(interaction_id, accepting=name)
        self._tasks.start(self._take(interaction_id, choice), "take")

    async def _take(self, interaction_id: int, choice: CaseChoice | None) -> None:
        window = self._cases.get(interaction_id)
        try:
            await self._desk.take(interaction_id, choice)
            return
        except HubRefusedError as error:
            if window is not None and not window.shows_chat:
                window.show_taken(error.problem.by)
        except DeskError as error:
            if window is not None and not window.shows_chat:
                window.close_for_good()
            self._panel.say(str(error))
        row = self._panel.waiting.row(interaction_id)
        if row is not None:
            row.set_busy(False)

    def _free_card(self, offer_id: int) -> None:
        card = self._panel.card(offer_id)
        if card is not None:
            card.set_busy("")
