"""In which time zones of Canada a postal address is: by the first letter of its postal code (Canada Post's districts).

A district that a limit of time zones runs through has all of them; small places that keep another time than their
district by custom count with their neighbours, too.
"""

import re

_DISTRICTS = {
    "A": ("America/St_Johns", "America/Goose_Bay"),
    "B": ("America/Halifax",),
    "C": ("America/Halifax",),
    "E": ("America/Moncton",),
    "G": ("America/Toronto", "America/Halifax"),
    "H": ("America/Toronto",),
    "J": ("America/Toronto",),
    "K": ("America/Toronto",),
    "L": ("America/Toronto",),
    "M": ("America/Toronto",),
    "N": ("America/Toronto",),
    "P": ("America/Toronto", "America/Winnipeg"),
    "R": ("America/Winnipeg",),
    "S": ("America/Regina", "America/Edmonton"),
    "T": ("America/Edmonton",),
    "V": ("America/Vancouver", "America/Edmonton", "America/Fort_Nelson"),
    "X": ("America/Toronto", "America/Winnipeg", "America/Edmonton"),
    "Y": ("America/Whitehorse",),
}
_POSTCODE = re.compile(r"\s*([A-Z])[0-9][A-Z]\s*[0-9][A-Z][0-9]\s*", re.IGNORECASE | re.ASCII)


def zones_of_postcode(postcode: str) -> tuple[str, ...]:
    """The zones of this Canadian postal code; none where it is not one."""
    found = _POSTCODE.fullmatch(postcode)
    return () if found is None else _DISTRICTS.get(found[1].upper(), ())
