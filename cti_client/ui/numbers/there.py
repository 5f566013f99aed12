"""The customer's time of day, beside a number, where it is another than the agent's (B9)."""

import asyncio
import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from cti_client.domain import Millis
from cti_client.domain.phone_number import parse_address
from cti_client.domain.quiet_hours import MINUTE, local_times, place_of
from cti_client.ui.local_time import local
from cti_client.ui.widgets.label import Label
from cti_client.wire.frames import Line

Zones = tuple[str, ...]
_HOME = "US"
_TABLES = "phonenumbers.timezone"


async def find_zones(address: str, line: Line | None, postcode: str = "", country: str = "") -> Zones:
    """The time zones in which this customer may be, by number and postal address; none where neither says it.

    The tables behind this take a moment to load the first time, so it is done beside the screen then.
    """
    known = zones_at_once(address, line, postcode, country)
    if known is not None:
        return known
    return await asyncio.to_thread(_zones, address, "" if line is None else line.address, postcode, country)


def zones_at_once(address: str, line: Line | None, postcode: str = "", country: str = "") -> Zones | None:
    """The same; None where the tables are not loaded yet."""
    if _TABLES not in sys.modules:
        return None
    return _zones(address, "" if line is None else line.address, postcode, country)


def there_words(now: Millis, zones: Zones) -> str:
    """`06:40 there`, or `06:40–09:40 there`; empty where it is nowhere another time than here."""
    times = local_times(now, zones)
    here = local(now).replace(tzinfo=None)
    if not times or all(one.clock.replace(tzinfo=None) == here for one in times):
        return ""
    first, last = times[0].clock, times[-1].clock
    shown = f"{first:%H:%M}" if len(times) == 1 else f"{first:%H:%M}–{last:%H:%M}"
    return QCoreApplication.translate("There", "{time} there").format(time=shown)


def there_tip(now: Millis, zones: Zones) -> str:
    """Each time with its zone, one a line."""
    return "\n".join(f"{one.clock:%H:%M} {one.zone.replace('_', ' ')}" for one in local_times(now, zones))


class ThereLabel(Label):
    """Empty and out of the way until it is told where."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tone="small", parent=parent)
        self._zones: Zones = ()
        self._minute = 0
        self.hide()

    def show_zones(self, zones: Zones, now: Millis) -> None:
        """Where the customer may be; none takes it away."""
        if zones != self._zones:
            self._zones, self._minute = zones, 0
        self.tick(now)

    def tick(self, now: Millis) -> None:
        """Once a second; it changes once a minute."""
        if now // MINUTE == self._minute:
            return
        self._minute = now // MINUTE
        words = there_words(now, self._zones)
        if words == self.text():
            return
        self.setText(words)
        self.setToolTip(there_tip(now, self._zones) if words else "")
        self.setVisible(bool(words))


def _zones(address: str, line_address: str, postcode: str, country: str) -> Zones:
    line_country = parse_address(line_address, _HOME).country_hint or _HOME
    place = place_of(address, line_country, postcode, country)
    return place.zones if place.known else ()
