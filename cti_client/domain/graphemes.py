"""What a reader takes for one character, which must never be cut in two (D1).

Text is broken into extended grapheme clusters by the rules of Unicode Standard Annex 29, from the character data that
Python has. Where that data cannot tell (a few spacing marks, conjuncts of Indic scripts), characters are kept together
rather than cut.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache

_ALONE = re.compile(
    "[\n\x20-\x7e\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u20a0-\u20bf"
    "\u3041-\u3096\u4e00-\u9fff]*"
)
"""Letters and signs of which none ever joins another."""


class _Kind(Enum):
    """What a character does beside others."""

    OTHER = auto()
    LETTER = auto()
    """Of a script without case: it may be half of a conjunct."""
    CR = auto()
    LF = auto()
    CONTROL = auto()
    EXTEND = auto()
    """Marks of every kind, the skin colours of emoji, the letters of a flag's tag, Thai and Lao AM."""
    VIRAMA = auto()
    """The sign that joins two consonants of Devanagari, Bengali, Gujarati, Oriya, Telugu and Malayalam."""
    ZWJ = auto()
    PREPEND = auto()
    FLAG = auto()
    """Half of a flag."""
    PICTOGRAPH = auto()
    HANGUL_L = auto()
    HANGUL_V = auto()
    HANGUL_T = auto()
    HANGUL_LV = auto()
    HANGUL_LVT = auto()


_EXTENDING = frozenset({_Kind.EXTEND, _Kind.VIRAMA, _Kind.ZWJ})
_BREAKING = frozenset({_Kind.CR, _Kind.LF, _Kind.CONTROL})
_HANGUL_JOINS = {
    _Kind.HANGUL_L: (_Kind.HANGUL_L, _Kind.HANGUL_V, _Kind.HANGUL_LV, _Kind.HANGUL_LVT),
    _Kind.HANGUL_LV: (_Kind.HANGUL_V, _Kind.HANGUL_T),
    _Kind.HANGUL_V: (_Kind.HANGUL_V, _Kind.HANGUL_T),
    _Kind.HANGUL_LVT: (_Kind.HANGUL_T,),
    _Kind.HANGUL_T: (_Kind.HANGUL_T,),
}
_VIRAMAS = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"
_EXTENDS_BESIDES_MARKS = re.compile("[\u200c\u0e33\u0eb3\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PREPENDS = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
    "\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02]"
)
_PICTOGRAPHS = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_HANGUL = (
    *(("\u1100", "\u115f", _Kind.HANGUL_L), ("\u1160", "\u11a7", _Kind.HANGUL_V), ("\u11a8", "\u11ff", _Kind.HANGUL_T)),
    *(("\ua960", "\ua97c", _Kind.HANGUL_L), ("\ud7b0", "\ud7c6", _Kind.HANGUL_V), ("\ud7cb", "\ud7fb", _Kind.HANGUL_T)),
)


def graphemes(text: str) -> list[str]:
    """The clusters of `text`, in order; joined they are `text` again."""
    return list(text) if _ALONE.fullmatch(text) else list(_broken(text))


@lru_cache(maxsize=4)
def _broken(text: str) -> tuple[str, ...]:
    """Who counts a text asks for its clusters more than once."""
    return tuple(_clusters(text))


def _clusters(text: str) -> Iterator[str]:
    kinds = [_kind(character) for character in text]
    start = 0
    for index in range(1, len(text)):
        if not _joined(kinds, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _joined(kinds: list[_Kind], start: int, index: int) -> bool:
    """Whether the character at `index` belongs to the cluster that began at `start`."""
    before, after = kinds[index - 1], kinds[index]
    if before in _BREAKING or after in _BREAKING:
        return before is _Kind.CR and after is _Kind.LF
    if after in _EXTENDING or before is _Kind.PREPEND:
        return True
    if after is _Kind.FLAG:
        return before is _Kind.FLAG and _flags_before(kinds, start, index) % 2 == 1
    if after is _Kind.PICTOGRAPH:
        return before is _Kind.ZWJ and _Kind.PICTOGRAPH in kinds[start:index]
    if after is _Kind.LETTER:
        return before in _EXTENDING and _ends_in_virama(kinds, start, index)
    return after in _HANGUL_JOINS.get(before, ())


def _flags_before(kinds: list[_Kind], start: int, index: int) -> int:
    return sum(kind is _Kind.FLAG for kind in kinds[start:index])


def _ends_in_virama(kinds: list[_Kind], start: int, index: int) -> bool:
    """A letter, then nothing but marks and joiners among which is a virama: the next letter joins it."""
    position = index - 1
    found = False
    while position > start and kinds[position] in _EXTENDING:
        found = found or kinds[position] is _Kind.VIRAMA
        position -= 1
    return found and kinds[position] is _Kind.LETTER


@lru_cache(maxsize=4096)
def _kind(character: str) -> _Kind:
    category = unicodedata.category(character)
    if character == "\u200d":
        return _Kind.ZWJ
    if character in _VIRAMAS:
        return _Kind.VIRAMA
    if category[0] == "M" or _EXTENDS_BESIDES_MARKS.match(character):
        return _Kind.EXTEND
    if _PREPENDS.match(character):
        return _Kind.PREPEND
    if category in ("Cc", "Cf", "Zl", "Zp"):
        return {"\r": _Kind.CR, "\n": _Kind.LF}.get(character, _Kind.CONTROL)
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return _Kind.FLAG
    if _PICTOGRAPHS.match(character):
        return _Kind.PICTOGRAPH
    return _hangul(character) or (_Kind.LETTER if category == "Lo" else _Kind.OTHER)


def _hangul(character: str) -> _Kind | None:
    if "\uac00" <= character <= "\ud7a3":
        return _Kind.HANGUL_LVT if (ord(character) - 0xAC00) % 28 else _Kind.HANGUL_LV
    return next((kind for first, last, kind in _HANGUL if first <= character <= last), None)
