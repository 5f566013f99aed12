"""Where in the United States a number or a postal address is: the state, and its time zones.

Area codes as the North American Numbering Plan Administrator (nanpa.com) gives them out; only those of the states whose
hours for texts are stricter than the federal ones are needed. The first three digits of a ZIP code as the United States
Postal Service lists them (L002); the limits of the time zones from 49 CFR 71, where a prefix on a limit has both zones.
"""

import re
from functools import cache
from typing import NamedTuple

_AREA_CODES = {
    "CT": "203 475 860 959",
    "FL": "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
    "MD": "227 240 301 410 443 667",
    "OK": "405 539 572 580 918",
    "TX": (
        "210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 "
        "972 979"
    ),
}
"""Texts are held to the state's hours by the number's area code, wherever its owner lives now."""

_SPLIT_AREA_CODES = {
    "EC": "219 270 364 423 448 574 606 729 807 812 850 906 930 931",
    "CM": "308 432 605 620 701 785 915",
    "MP": "208 236 250 458 541 672 775 778 986",
    "ZM": "928",
    "AK": "907",
    "PMCE": "867",
}
"""Area codes, of Canada too, with a limit of time zones in them. Tables of numbers name one zone by the exchange, which
says nothing of a mobile phone.
"""

_ZONES = {
    "A": "America/Anchorage",
    "C": "America/Chicago",
    "E": "America/New_York",
    "G": "Pacific/Guam",
    "H": "Pacific/Honolulu",
    "K": "America/Adak",
    "M": "America/Denver",
    "P": "America/Los_Angeles",
    "R": "America/Puerto_Rico",
    "Z": "America/Phoenix",
}

_ZIP_PREFIXES = """
005-005 NY E  006-007 PR R  008-008 VI R  009-009 PR R  010-027 MA E  028-029 RI E  030-038 NH E  039-049 ME E
050-054 VT E  055-055 MA E  056-059 VT E  060-069 CT E  070-089 NJ E  100-149 NY E  150-196 PA E  197-199 DE E
200-200 DC E  201-201 VA E  202-205 DC E  206-219 MD E  220-246 VA E  247-268 WV E  270-289 NC E  290-299 SC E
300-319 GA E  320-323 FL E  324-324 FL EC  325-325 FL C  326-339 FL E  341-342 FL E  344-344 FL E  346-347 FL E
349-349 FL E  350-367 AL C  368-368 AL EC  369-369 AL C  370-372 TN C  373-373 TN EC  374-374 TN E  375-375 TN C
376-379 TN E  380-385 TN C  386-397 MS C  398-399 GA E  400-418 KY E  420-424 KY C  425-427 KY EC  430-459 OH E
460-462 IN E  463-464 IN C  465-474 IN EC  475-477 IN EC  478-479 IN EC  480-497 MI E  498-499 MI EC  500-528 IA C
530-549 WI C  550-567 MN C  569-569 DC E  570-574 SD C  575-576 SD CM  577-577 SD M  580-584 ND C  585-588 ND CM
590-599 MT M  600-629 IL C  630-658 MO C  660-676 KS C  677-679 KS CM  680-689 NE C  690-693 NE CM  700-714 LA C
716-729 AR C  730-732 OK C  733-733 TX C  734-749 OK C  750-797 TX C  798-798 TX CM  799-799 TX M  800-816 CO M
820-831 WY M  832-834 ID M  835-835 ID MP  836-837 ID M  838-838 ID P  840-847 UT M  850-864 AZ Z  865-865 AZ ZM
870-884 NM M  885-885 TX M  889-897 NV P  898-898 NV MP  900-961 CA P  967-968 HI H  969-969 GU G  970-978 OR P
979-979 OR MP  980-994 WA P  995-995 AK AK  996-999 AK A
"""

_ZIP = re.compile(r"\s*(\d{5})(?:-\d{4})?\s*")
_US_NAMES = frozenset({"us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "america"})

ALL_ZONES = tuple(_ZONES[letter] for letter in "ECMZPAKH")
"""Of the fifty states: what holds for a number of which nothing more is known."""


class UsPlace(NamedTuple):
    """A state by its two letters, and the time zones its people may live in."""

    state: str
    zones: tuple[str, ...]


def state_of_number(address: str) -> str:
    """The state of this E.164 number, where that is one with hours of its own; else empty."""
    return _states().get(address[2:5], "") if address.startswith("+1") and len(address) == 12 else ""


def split_zones(address: str) -> tuple[str, ...]:
    """All zones of this E.164 number's area code, where a limit runs through it; else none."""
    return _splits().get(address[2:5], ()) if address.startswith("+1") and len(address) == 12 else ()


def place_of_zip(postcode: str, country: str) -> UsPlace | None:
    """Where this postal address is, if it names the United States as its country and has a ZIP code that we know."""
    found = _ZIP.fullmatch(postcode)
    if found is None or country.strip().casefold() not in _US_NAMES:
        return None
    return _zips().get(found[1][:3])


@cache
def _states() -> dict[str, str]:
    return {code: state for state, codes in _AREA_CODES.items() for code in codes.split()}


@cache
def _splits() -> dict[str, tuple[str, ...]]:
    return {
        code: tuple(_ZONES[letter] for letter in letters)
        for letters, codes in _SPLIT_AREA_CODES.items()
        for code in codes.split()
    }


@cache
def _zips() -> dict[str, UsPlace]:
    places = {}
    words = iter(_ZIP_PREFIXES.split())
    for prefixes, state, letters in zip(words, words, words, strict=True):
        place = UsPlace(state, tuple(_ZONES[letter] for letter in letters))
        first, last = prefixes.split("-")
        places.update({f"{number:03}": place for number in range(int(first), int(last) + 1)})
    return places
