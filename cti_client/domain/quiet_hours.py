"""When a customer may be texted unasked (B9): between hours of the customer's own day.

**Where the customer is.** A postal address in the United States says it by its ZIP code, one in Canada by its postal
code, one in another country than the number's by that country. Else the number does, by its area code, with both zones
where a limit runs through it; one that may be anywhere in its country (most mobile numbers outside North America) has
all zones of it. Where the number says nothing (toll-free, a short code, a range not in use) the country of our line
decides.

**Strictest counts.** A text may go at an instant only if the clock shows an allowed time in *every* zone the customer
may be in, by the line's hours and by those of each state that the number or the address names.

The tables behind numbers and zones take a moment to load, so they are loaded by the first number that needs them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cti_client.domain import Millis
from cti_client.domain.ca_places import zones_of_postcode
from cti_client.domain.country_names import country_code
from cti_client.domain.us_places import ALL_ZONES, place_of_zip, split_zones, state_of_number

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MINUTE: Millis = 60_000
DAY_MINUTES = 24 * 60
SUNDAY = 6
_LOOK_AHEAD_DAYS = 9
USUAL_FROM, USUAL_UNTIL = 8 * 60, 21 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line texts unasked, in minutes of the customer's day: from the first until before the second.

    `quiet` False: at any time.
    """

    quiet: bool = True
    texts_from: int = USUAL_FROM
    texts_until: int = USUAL_UNTIL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer may be: names of time zones (one at least), and states whose hours are stricter.

    `known` False: nothing said it, so it is the country of our line.
    """

    zones: tuple[str, ...]
    states: tuple[str, ...] = ()
    known: bool = True


class LocalTime(NamedTuple):
    """What the clock shows in one zone."""

    clock: datetime
    zone: str


_STATE_HOURS: dict[str, tuple[int, int]] = {
    "CT": (9 * 60, 20 * 60),
    "FL": (8 * 60, 20 * 60),
    "MD": (8 * 60, 20 * 60),
    "OK": (8 * 60, 20 * 60),
    "TX": (9 * 60, 21 * 60),
}
_STATE_SUNDAYS: dict[str, tuple[int, int]] = {"TX": (12 * 60, 21 * 60)}

_COUNTRY_ZONES = {
    "US": ALL_ZONES,
    "CA": (
        *("America/St_Johns", "America/Halifax", "America/Toronto", "America/Winnipeg", "America/Regina"),
        *("America/Edmonton", "America/Vancouver"),
    ),
}
"""Of the countries that share a calling code with many others; of the rest the numbering plans' tables tell."""

_TODAY_CALLED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
"""Many systems keep only the present names of zones."""


@lru_cache(maxsize=4096)
def place_of(address: str, line_country: str, postcode: str = "", postal_country: str = "") -> Place:
    """Where the customer with this address (E.164 number, or anything else) may be.

    `line_country`: the ISO code of our line's. `postcode`, `postal_country`: of the postal address, or empty.
    """
    if postcode.strip() and not postal_country.strip():
        postal_country = _country_of_number(address)  # people leave out their own
    by_number = state_of_number(address)
    by_zip = place_of_zip(postcode, postal_country)
    told = by_zip.zones if by_zip is not None else _zones_of_postal(address, postcode, postal_country)
    told = told or _zones_of_number(address)
    named = dict.fromkeys((by_number, by_zip.state if by_zip is not None else ""))
    states = tuple(state for state in named if state in _STATE_HOURS)
    return Place(told or _zones_of_country(line_country), states, known=bool(told))


def window(hours: Hours, states: Iterable[str], day: date) -> tuple[int, int]:
    """The minutes of this day in which texts may go: the hours of the line and of each state have all of them."""
    earliest, latest = (hours.texts_from, hours.texts_until) if hours.quiet else (0, DAY_MINUTES)
    if hours.quiet:
        for state in states:
            of_state = _STATE_SUNDAYS.get(state) if day.weekday() == SUNDAY else None
            opens, closes = of_state or _STATE_HOURS[state]
            earliest, latest = max(earliest, opens), min(latest, closes)
    return earliest, latest


def allowed(now: Millis, place: Place, hours: Hours) -> bool:
    """Whether a text that nobody asked for may go now."""
    if not hours.quiet:
        return True
    for zone in place.zones:
        clock = _local(now, zone)
        earliest, latest = window(hours, place.states, clock.date())
        if not earliest <= clock.hour * 60 + clock.minute < latest:
            return False
    return True


def next_allowed(now: Millis, place: Place, hours: Hours) -> Millis | None:
    """The first instant from now on at which a text may go; None where there is none in the days to come.

    The times of a place are allowed together only from an instant on at which one zone's window opens. That is looked
    for around each opening and each end, on every day: where a clock is put forward or back over one of them, at each
    minute of what is left out or comes twice.
    """
    if allowed(now, place, hours):
        return now
    edges = {edge for zone in place.zones for edge in _edges(now, zone, place.states, hours) if edge > now}
    return next((edge for edge in sorted(edges) if allowed(edge, place, hours)), None)


def local_times(now: Millis, zones: Iterable[str]) -> tuple[LocalTime, ...]:
    """What the clocks of these zones show, the earliest first; zones with the same time count once."""
    shown: dict[datetime, LocalTime] = {}
    for zone in zones:
        clock = _local(now, zone)
        shown.setdefault(clock.replace(tzinfo=None), LocalTime(clock, zone))
    return tuple(shown[at] for at in sorted(shown))


def local_proof(now: Millis, place: Place) -> str:
    """The customer's clock in a form that is kept as proof: `2025-06-15 11:06 America/New_York`.

    Of several zones the earliest and the latest time, with ` / ` between them.
    """
    times = local_times(now, place.zones)
    ends = times if len(times) == 1 else (times[0], times[-1])
    return " / ".join(f"{one.clock:%Y-%m-%d %H:%M} {one.zone}" for one in ends)


def refusal_sentence(now: Millis, place: Place, hours: Hours) -> str:
    """Why a text may not go now, for the person who wants to send it."""
    times = local_times(now, place.zones)
    first, last = times[0].clock, times[-1].clock
    when = f"{first:%H:%M}" if len(times) == 1 else f"between {first:%H:%M} and {last:%H:%M}"
    it_is = "It is" if place.known else "It may be"
    windows = [window(hours, place.states, one.clock.date()) for one in times]
    opens, closes = max(one[0] for one in windows), min(one[1] for one in windows)
    if opens >= closes:
        return f"{it_is} {when} where the customer is. Texts there are not allowed today."
    return f"{it_is} {when} where the customer is. Texts there are allowed from {_clock(opens)} to {_clock(closes)}."


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


@lru_cache(maxsize=512)
def _zone(name: str) -> "ZoneInfo | None":
    """None where this system does not know the zone."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _local(at: Millis, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_zone(zone) or UTC)


def _edges(now: Millis, zone: str, states: tuple[str, ...], hours: Hours) -> Iterator[Millis]:
    """The instants at which the window of this zone may open."""
    tz = _zone(zone) or UTC
    today = _local(now, zone).date()
    for days in range(-1, _LOOK_AHEAD_DAYS):
        day = today + timedelta(days=days)
        for minutes in window(hours, states, day):
            wall = datetime.combine(day, time(), tz) + timedelta(minutes=minutes)
            # Before and after a change of the clocks the same words mean two instants, else they are one.
            both = [int(wall.replace(fold=fold).timestamp()) * 1000 for fold in (0, 1)]
            yield from range(min(both), max(both) + 1, MINUTE)


def _zones_of_postal(address: str, postcode: str, postal_country: str) -> tuple[str, ...]:
    """Of an address beyond the United States' ZIP codes; none where it says no more than the number does."""
    country = country_code(postal_country)
    if not country:
        return ()
    in_canada = zones_of_postcode(postcode) if country == "CA" else ()
    return _known(in_canada) or (() if country == _country_of_number(address) else _zones_of_country(country))


def _country_of_number(address: str) -> str:
    import phonenumbers

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(address)) or ""
    except phonenumbers.NumberParseException:
        return ""


@lru_cache(maxsize=4096)
def _zones_of_number(address: str) -> tuple[str, ...]:
    """Empty where the number does not say."""
    if not address.startswith("+"):
        return ()
    import phonenumbers
    from phonenumbers import timezone

    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return ()
    zones = _known(timezone.time_zones_for_number(number)) or _known(
        timezone.time_zones_for_geographical_number(number)
    )
    says_nothing = number.country_code == 1 and zones == _zones_of_calling_code(1)
    return () if says_nothing else tuple(dict.fromkeys((*zones, *split_zones(address))))


@lru_cache(maxsize=512)
def _zones_of_country(country: str) -> tuple[str, ...]:
    """All zones of this country; of one that is not known those of the United States."""
    if country in _COUNTRY_ZONES:
        return _COUNTRY_ZONES[country]
    import phonenumbers
    from phonenumbers import timezone

    code = phonenumbers.country_code_for_region(country)
    if code and phonenumbers.region_code_for_country_code(code) == country:
        return _zones_of_calling_code(code) or ALL_ZONES
    example = phonenumbers.example_number(country)
    return (_known(timezone.time_zones_for_geographical_number(example)) if example is not None else ()) or ALL_ZONES


def _zones_of_calling_code(code: int) -> tuple[str, ...]:
    import phonenumbers
    from phonenumbers import timezone

    whole = phonenumbers.PhoneNumber(country_code=code, national_number=0)
    return _known(timezone.time_zones_for_geographical_number(whole))


def _known(zones: Iterable[str]) -> tuple[str, ...]:
    named = dict.fromkeys(_TODAY_CALLED.get(zone, zone) for zone in zones)
    return tuple(zone for zone in named if not zone.startswith("Etc/") and _zone(zone) is not None)
