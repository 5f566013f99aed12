"""Finds where the customers of requests are, for the time beside them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cti_client.desk.tasks import TaskOwner
from cti_client.ui.main.telephony_panel import TelephonyPanel
from cti_client.ui.numbers.there import find_zones, zones_at_once
from cti_client.wire.frames import Line
from cti_client.wire.records import Offer

if TYPE_CHECKING:
    from cti_client.desk.desk import Desk


class OfferZones(QObject):
    """Looks each request up once, beside the screen: a request rings without waiting for it."""

    def __init__(self, desk: "Desk", panel: TelephonyPanel, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._panel, self._tasks = desk, panel, tasks
        self._asked: set[int] = set()

    def look_up(self) -> None:
        """There are other requests than before."""
        offers = self._desk.offers
        self._asked &= offers.keys()
        for offer in offers.values():
            if offer.id not in self._asked and not self._tasks.closed:
                self._asked.add(offer.id)
                line = next((one for one in self._desk.lines if one.id == offer.line_id), None)
                known = zones_at_once(offer.address, line)
                if known is not None:  # it is on the card when that is painted first
                    self._panel.show_zones(offer.id, known, self._desk.now())
                else:
                    self._tasks.start(self._find(offer, line), "time zones")

    async def _find(self, offer: Offer, line: Line | None) -> None:
        zones = await find_zones(offer.address, line)
        self._panel.show_zones(offer.id, zones, self._desk.now())
