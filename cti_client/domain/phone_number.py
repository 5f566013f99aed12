"""Addresses of phones: E.164 numbers, short codes, and whatever else a text may come from.

No inbound text is refused for its sender, so `parse_address` never fails: what is no number is kept as it came and
marked as taking no reply. A destination is strict: `parse_destination` lets nothing through but an exact E.164 number
or a short code. A number counts by its length and country code, not by whether its range is in use today: plans change
faster than tables.

The library behind this takes 60 ms to import, so it is imported by the first number that needs it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from cti_client.domain.country_names import country_name
from cti_client.domain.errors import NotANumberError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


class AddressKind(StrEnum):
    """What an address is."""

    E164 = "e164"
    SHORT_CODE = "short_code"
    NAME = "name"
    """An alphanumeric sender, as `PARCELS`."""
    ODD = "odd"
    """Anything else, also nothing at all."""


@dataclass(frozen=True, slots=True)
class Address:
    """A normalised address. `value` names the customer's thread: `+15551234567`, `12345`, or the raw sender.

    `country_hint`: the ISO code of the number's country, empty where it is not known.
    """

    value: str
    kind: AddressKind
    repliable: bool
    country_hint: str = ""


UNKNOWN_SENDER = "Unknown sender"

_BLANKS_AND_DASHES = " \u00a0\u2000-\u200a\u202f\u3000\u2010-\u2015\u2212-"
_NUMBER = re.compile(rf"\+?[0-9()./{_BLANKS_AND_DASHES}]*[0-9][0-9()./{_BLANKS_AND_DASHES}]*")
_NAME = re.compile(r"[\w .&'!*/-]{1,20}")
_SHORT_CODE_LONGEST = 8
_SHORT_CODE_SURE = 6
_E164_LONGEST = 15


def parse_address(raw: str, country: str) -> Address:
    """Read a sender or a recipient as a gateway gives it; `country` (ISO code) is that of our line.

    Without a plus, digits are read as the country's own, in international or national form, then as another's. Three to
    six digits, and up to eight where that is no whole number in this country, are a short code.
    """
    return _parse(raw, country.upper())


def parse_destination(raw: str, country: str) -> Address:
    """Read a number that somebody wants to text or call. Raises `NotANumberError` with a sentence that says why."""
    text = _visible(raw)
    if not text:
        raise NotANumberError("There is no number.")
    address = _parse(raw, country.upper())
    if address.kind is AddressKind.SHORT_CODE:
        if len(address.value) > _SHORT_CODE_SURE and _lacks_area_code(address.value, country.upper()):
            raise NotANumberError(f"{_quoted(text)} lacks its area code.")
        return address
    if address.kind is not AddressKind.E164:
        digits = sum(character.isdigit() for character in text)
        if not _NUMBER.fullmatch(text):
            raise NotANumberError(f"{_quoted(text)} is not a phone number.")
        if digits > _E164_LONGEST:
            raise NotANumberError(f"{_quoted(text)} has too many digits for a phone number.")
        raise NotANumberError(f"{_quoted(text)} is not a whole phone number.")
    return address


@lru_cache(maxsize=4096)
def display(address: Address | str) -> str:
    """An address for people: a number in international format, anything else as it is.

    A `str` is the value of an `Address`, as stored.
    """
    value = address if isinstance(address, str) else address.value
    if not value:
        return UNKNOWN_SENDER
    if not _is_e164(value):
        return value
    import phonenumbers

    number = _international(value)
    if number is None:
        return value
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@lru_cache(maxsize=4096)
def region(address: Address | str) -> str:
    """The English name of the number's country, empty where it is not known (also for short codes)."""
    value = address if isinstance(address, str) else address.value
    return country_name(_country_of(value)) if _is_e164(value) else ""


@lru_cache(maxsize=4096)
def is_landline(address: Address | str) -> bool:
    """Whether the country's plan gives the number to landlines alone. Of North America's no plan says so."""
    value = address if isinstance(address, str) else address.value
    number = _international(value) if _is_e164(value) else None
    if number is None:
        return False
    import phonenumbers

    return bool(phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE)


@lru_cache(maxsize=4096)
def _parse(raw: str, country: str) -> Address:
    text = _visible(raw)
    if _NUMBER.fullmatch(text):
        digits = "".join(character for character in text if character.isdigit())
        number = _read(text, digits, country)
        if number is not None:
            value = f"+{number.country_code}{_national(number)}"
            return Address(value, AddressKind.E164, True, _country_of(value))
        if not text.startswith("+") and 3 <= len(digits) <= _SHORT_CODE_LONGEST:
            return Address(digits, AddressKind.SHORT_CODE, True)
        return Address(f"+{digits}" if text.startswith("+") else digits, AddressKind.ODD, False)
    is_name = _NAME.fullmatch(text) and any(character.isalpha() for character in text)
    return Address(text, AddressKind.NAME if is_name else AddressKind.ODD, False)


def _read(text: str, digits: str, country: str) -> "PhoneNumber | None":
    """The number that is meant: the first reading in use, else the first of a possible length."""
    if not text.startswith("+") and len(digits) <= _SHORT_CODE_SURE:
        return None
    import phonenumbers

    readings = list(_readings(text, digits, country))
    if len(readings) == 1:
        return readings[0]
    for number in readings:
        if phonenumbers.is_valid_number(number):
            return number
    return readings[0] if readings else None


def _readings(text: str, digits: str, country: str) -> Iterator["PhoneNumber"]:
    import phonenumbers

    if text.startswith("+"):
        spellings: list[tuple[str, str | None]] = [(text, None)]
    else:
        own_code = str(phonenumbers.country_code_for_region(country))
        no_short_code = len(digits) > _SHORT_CODE_LONGEST
        spellings = [(f"+{digits}", None)] if no_short_code and digits.startswith(own_code) else []
        spellings.append((digits, country))
        if digits.startswith("00"):
            spellings.append((f"+{digits[2:]}", None))
        elif no_short_code:
            spellings.append((f"+{digits}", None))
    for spelling, default_country in spellings:
        number = _parsed(spelling, default_country)
        if number is not None and _is_whole(number):
            yield number


def _is_whole(number: "PhoneNumber") -> bool:
    """Of a possible length, and the same when it is read again (a trunk zero may hide behind another)."""
    import phonenumbers

    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return False
    value = f"+{number.country_code}{_national(number)}"
    again = _international(value)
    return len(value) <= _E164_LONGEST + 1 and again is not None and _national(again) == _national(number)


def _national(number: "PhoneNumber") -> str:
    import phonenumbers

    return str(phonenumbers.national_significant_number(number))


@lru_cache(maxsize=4096)
def _country_of(value: str) -> str:
    """The country's ISO code; of several that share a calling code only the one that the number's range names."""
    import phonenumbers

    number = _international(value)
    if number is None:
        return ""
    code = phonenumbers.region_code_for_number(number)
    if code is None and number.country_code is not None:
        sharing = phonenumbers.region_codes_for_country_code(number.country_code)
        code = sharing[0] if len(sharing) == 1 else None
    return "" if code is None or code == "001" else str(code)


def _lacks_area_code(digits: str, country: str) -> bool:
    import phonenumbers

    number = _parsed(digits, country)
    if number is None:
        return False
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY)


def _is_e164(value: str) -> bool:
    return value.startswith("+") and value[1:].isdigit() and value.isascii() and len(value) <= _E164_LONGEST + 1


def _international(value: str) -> "PhoneNumber | None":
    return _parsed(value, None)


@lru_cache(maxsize=4096)
def _parsed(spelling: str, country: str | None) -> "PhoneNumber | None":
    """Never to be changed: it is handed out again."""
    import phonenumbers

    try:
        return phonenumbers.parse(spelling, country)
    except phonenumbers.NumberParseException:
        return None


def _visible(raw: str) -> str:
    """Without outer blanks, and without the invisible marks that numbers copied from elsewhere carry along."""
    return "".join(character for character in raw if unicodedata.category(character) != "Cf").strip()


def _quoted(text: str) -> str:
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"
