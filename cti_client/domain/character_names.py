"""How a character is named to the person who typed it, also one that cannot be seen."""

import unicodedata

_OUR_NAMES = {
    "\t": "tab",
    "\n": "line break",
    "\r": "line break",
    "\u00a0": "no-break space",
    "\u200b": "zero-width space",
}


def shown(character: str) -> str:
    """The character itself (a whole grapheme); its name where nothing would be seen of it."""
    if any(_is_visible(one) for one in character):
        return character
    first = character[0]
    return _OUR_NAMES.get(first) or unicodedata.name(first, "").lower() or f"U+{ord(first):04X}"


def _is_visible(one: str) -> bool:
    """Marks are, upon something; what a joiner or a variation selector does shows on others alone."""
    category = unicodedata.category(one)
    return category[0] not in "CZ" and not ("\ufe00" <= one <= "\ufe0f") and category not in ("Mn", "Me")
