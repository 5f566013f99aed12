"""How a text travels as SMS: encoding, parts, and what costs (D1, D2).

A part carries 140 octets. In GSM 03.38 that is 160 septets, in UCS-2 70 units of 16 bits. A message of several parts
spends 6 octets of each on the header that joins them on the phone: 153 and 67 are left. A character of the extension
table costs two septets (an escape comes before it); one character outside both tables turns the whole message into
UCS-2. No part ends inside an escape pair, a surrogate pair, or what a reader takes for one character.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cti_client.domain.graphemes import graphemes


class Encoding(StrEnum):
    """How the characters of a message are written."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


LONGEST = 1600
"""The most characters (code points, composed) that one message may have (B5)."""

SEPARATE_LIMIT = 140
"""The most characters of each message where a connection sends long text as messages of their own (D2)."""

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"

_ALONE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_JOINED = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}

_GSM = frozenset(GSM_BASIC + GSM_EXTENSION)
_GSM_TEXT = re.compile(f"[{re.escape(GSM_BASIC + GSM_EXTENSION)}]*")
_NOT_GSM = re.compile(f"[^{re.escape(GSM_BASIC + GSM_EXTENSION)}]")
_EXTENSION = re.compile(f"[{re.escape(GSM_EXTENSION)}]")

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`ʼʹˈ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−•‣·", "-"),
        **dict.fromkeys("\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
        **dict.fromkeys("\u2028\u2029", "\n"),
        "…": "...",
        "‹": "<",
        "›": ">",
        "×": "x",
        "⁄": "/",
        "ﬁ": "fi",
        "ﬂ": "fl",
    }
)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs.

    `parts`: 0 for no text. `units`: septets or 16-bit units in all. `characters`: what `LONGEST` limits.
    `left_in_part`: units that the last part still takes. `costly`: the characters (as a reader sees them, each once,
    in order) that force UCS-2. `limit`: the units of one part.
    """

    encoding: Encoding
    parts: int
    units: int
    characters: int
    left_in_part: int
    costly: tuple[str, ...]
    limit: int


def measure(text: str) -> Measure:
    """What this text costs once it is composed (NFC), which is how it is sent."""
    return measure_as_it_is(unicodedata.normalize("NFC", text))


def measure_as_it_is(text: str) -> Measure:
    """What this text costs with nothing changed in it."""
    encoding = encoding_of(text)
    units = _units(text, encoding)
    parts, last, limit = 1, units, _ALONE[encoding]
    if units > limit:
        limit = _JOINED[encoding]
        sizes = [size for _, size in _parts(text, encoding)]
        parts, last = len(sizes), sizes[-1]
    return Measure(
        encoding=encoding,
        parts=parts if text else 0,
        units=units,
        characters=len(text),
        left_in_part=limit - last,
        costly=_costly(text) if encoding is Encoding.UCS_2 else (),
        limit=limit,
    )


def split(text: str) -> list[str]:
    """The parts in which this text goes out. Joined they are `text` again; none for no text."""
    if not text:
        return []
    encoding = encoding_of(text)
    if _units(text, encoding) <= _ALONE[encoding]:
        return [text]
    return [part for part, _ in _parts(text, encoding)]


def separate(text: str, limit: int) -> list[str]:
    """Messages of their own, cut at words, for networks that join no parts: each one part, at most `limit` characters.

    The blanks where it is cut are left out. A word that fits no message is cut inside, between characters.
    """
    if limit < 1:
        raise ValueError("a message has at least one character")
    messages = []
    rest = text.strip()
    while rest:
        fits = _fitting(rest, limit)
        if fits < len(rest) and not rest[fits].isspace():
            fits = _word_end(rest, fits) or fits
        messages.append(rest[:fits].rstrip())
        rest = rest[fits:].lstrip()
    return messages


def plain_replacement(text: str) -> str | None:
    """The text with typographic quotes, dashes, blanks and the like in plain form, where that alone makes it GSM 03.38.

    None where there is nothing to replace, or other characters force UCS-2 all the same.
    """
    composed = unicodedata.normalize("NFC", text)
    if _GSM_TEXT.fullmatch(composed):
        return None
    plain = typographic_to_plain(composed)
    return plain if _GSM_TEXT.fullmatch(plain) and plain != composed else None


def typographic_to_plain(text: str) -> str:
    """Quotes, dashes, blanks and the like as a typewriter has them, composed (NFC); the rest as it is."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def encoding_of(text: str) -> Encoding:
    """GSM 03.38 if every character is in it."""
    return Encoding.GSM_7 if _GSM_TEXT.fullmatch(text) else Encoding.UCS_2


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return len(text) + len(_EXTENSION.findall(text))
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def _parts(text: str, encoding: Encoding) -> Iterator[tuple[str, int]]:
    """Each part of a message of several, with its units."""
    limit = _JOINED[encoding]
    start, end, size = 0, 0, 0
    for piece in _pieces(text, encoding):
        cost = _units(piece, encoding)
        if size + cost > limit:
            yield text[start:end], size
            start, size = end, 0
        end += len(piece)
        size += cost
    yield text[start:end], size


def _pieces(text: str, encoding: Encoding) -> Iterator[str]:
    """What must stay together. A cluster that is longer than a part is let go between its code points."""
    for cluster in graphemes(text):
        if len(cluster) > 1 and _units(cluster, encoding) > _JOINED[encoding]:
            yield from cluster
        else:
            yield cluster


def _costly(text: str) -> tuple[str, ...]:
    characters = set(_NOT_GSM.findall(text))
    found: dict[str, None] = {}
    for cluster in graphemes(text):
        if not characters.isdisjoint(cluster):
            found[cluster] = None
    return tuple(found)


def _fitting(text: str, limit: int) -> int:
    """How many of the first characters of `text` make one message."""
    end, septets, units, gsm = 0, 0, 0, True
    for piece in _pieces(text[: limit + _JOINED[Encoding.UCS_2]], Encoding.UCS_2):
        gsm = gsm and _GSM.issuperset(piece)
        septets += _units(piece, Encoding.GSM_7)
        units += _units(piece, Encoding.UCS_2)
        too_big = septets > _ALONE[Encoding.GSM_7] if gsm else units > _ALONE[Encoding.UCS_2]
        if end and (too_big or end + len(piece) > limit):
            break
        end += len(piece)
    return end


def _word_end(text: str, fits: int) -> int:
    """The end of the last whole word in the first `fits` characters; 0 where the first word is longer."""
    blanks = [position for position in range(fits) if text[position].isspace()]
    return blanks[-1] if blanks else 0
