"""What a reader takes for one character, which must never be cut in two (D1).

Text is broken into extended grapheme clusters by the rules of Unicode Standard Annex 29, from the character data that
Python has and the tables of `grapheme_data.py`.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache

from cti_client.domain import grapheme_data as data

_ALONE = re.compile(
    "[\n\x20-\x7e\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u20a0-\u20bf"
    "\u3041-\u3096\u4e00-\u9fff]*"
)
"""Letters and signs of which none ever joins another."""


class _Kind(Enum):
    """What a character does beside others."""

    OTHER = auto()
    CONSONANT = auto()
    """It may be half of a conjunct."""
    CR = auto()
    LF = auto()
    CONTROL = auto()
    EXTEND = auto()
    """Marks, the skin colours of emoji, the letters of a flag's tag."""
    NON_JOINER = auto()
    """Extends too, but ends a conjunct."""
    SPACING = auto()
    """Marks that take room of their own."""
    VIRAMA = auto()
    """Joins two consonants."""
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


class _Open(Enum):
    """What a cluster would still take besides marks."""

    NOTHING = auto()
    JOINER = auto()
    """A pictograph and marks: a joiner makes it take another pictograph."""
    PICTOGRAPH = auto()
    VIRAMA = auto()
    """A consonant and marks: a virama makes it take another consonant."""
    CONSONANT = auto()
    FLAG = auto()
    """The other half."""


_EXTENDING = frozenset({_Kind.EXTEND, _Kind.NON_JOINER, _Kind.SPACING, _Kind.VIRAMA, _Kind.ZWJ})
_BREAKING = frozenset({_Kind.CR, _Kind.LF, _Kind.CONTROL})
_HANGUL_JOINS = {
    _Kind.HANGUL_L: (_Kind.HANGUL_L, _Kind.HANGUL_V, _Kind.HANGUL_LV, _Kind.HANGUL_LVT),
    _Kind.HANGUL_LV: (_Kind.HANGUL_V, _Kind.HANGUL_T),
    _Kind.HANGUL_V: (_Kind.HANGUL_V, _Kind.HANGUL_T),
    _Kind.HANGUL_LVT: (_Kind.HANGUL_T,),
    _Kind.HANGUL_T: (_Kind.HANGUL_T,),
}
_HANGUL = (
    *(("\u1100", "\u115f", _Kind.HANGUL_L), ("\u1160", "\u11a7", _Kind.HANGUL_V), ("\u11a8", "\u11ff", _Kind.HANGUL_T)),
    *(("\ua960", "\ua97c", _Kind.HANGUL_L), ("\ud7b0", "\ud7c6", _Kind.HANGUL_V), ("\ud7cb", "\ud7fb", _Kind.HANGUL_T)),
    *(("\U00016d63", "\U00016d63", _Kind.HANGUL_V), ("\U00016d67", "\U00016d6a", _Kind.HANGUL_V)),
)
"""The last two are vowels of Kirat Rai, which join as those of Hangul do."""
_BEGINS = {
    _Kind.PICTOGRAPH: _Open.JOINER,
    _Kind.CONSONANT: _Open.VIRAMA,
    _Kind.FLAG: _Open.FLAG,
}
_TAKES = {
    _Kind.PICTOGRAPH: _Open.PICTOGRAPH,
    _Kind.CONSONANT: _Open.CONSONANT,
    _Kind.FLAG: _Open.FLAG,
}


def graphemes(text: str) -> list[str]:
    """The clusters of `text`, in order; joined they are `text` again."""
    return list(text) if _ALONE.fullmatch(text) else list(_broken(text))


@lru_cache(maxsize=4)
def _broken(text: str) -> tuple[str, ...]:
    """Who counts a text asks for its clusters more than once."""
    return tuple(_clusters(text))


def _clusters(text: str) -> Iterator[str]:
    start, before, takes = 0, _Kind.CONTROL, _Open.NOTHING
    for index, character in enumerate(text):
        kind = _kind(character)
        if index and not _joined(before, kind, takes):
            yield text[start:index]
            start, takes = index, _BEGINS.get(kind, _Open.NOTHING)
        else:
            takes = _after(takes, kind)
        before = kind
    if text:
        yield text[start:]


def _joined(before: _Kind, kind: _Kind, takes: _Open) -> bool:
    """Whether a character belongs to the cluster that is open, whose last is of the kind `before`."""
    if before in _BREAKING or kind in _BREAKING:
        return before is _Kind.CR and kind is _Kind.LF
    if kind in _EXTENDING or before is _Kind.PREPEND:
        return True
    if kind in _TAKES:
        return takes is _TAKES[kind]
    return kind in _HANGUL_JOINS.get(before, ())


def _after(takes: _Open, kind: _Kind) -> _Open:
    """What the cluster takes once a character of this kind has joined it."""
    if kind in _BEGINS:
        return _Open.NOTHING if takes is _Open.FLAG and kind is _Kind.FLAG else _BEGINS[kind]
    if takes is _Open.JOINER:
        if kind is _Kind.ZWJ:
            return _Open.PICTOGRAPH
        return _Open.JOINER if kind in (_Kind.EXTEND, _Kind.NON_JOINER, _Kind.VIRAMA) else _Open.NOTHING
    if takes in (_Open.VIRAMA, _Open.CONSONANT):
        if kind is _Kind.VIRAMA:
            return _Open.CONSONANT
        return takes if kind in (_Kind.EXTEND, _Kind.ZWJ) else _Open.NOTHING
    return _Open.NOTHING


@lru_cache(maxsize=4096)
def _kind(character: str) -> _Kind:
    if character == "\u200d":
        return _Kind.ZWJ
    if character == "\u200c":
        return _Kind.NON_JOINER
    if data.VIRAMAS.match(character):
        return _Kind.VIRAMA
    category = unicodedata.category(character)
    if mark := _mark(character, category):
        return mark
    if data.PREPENDS.match(character):
        return _Kind.PREPEND
    if category in ("Cc", "Cf", "Zl", "Zp") or data.CONTROLS_TO_COME.match(character):
        return {"\r": _Kind.CR, "\n": _Kind.LF}.get(character, _Kind.CONTROL)
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return _Kind.FLAG
    if data.PICTOGRAPHS.match(character):
        return _Kind.PICTOGRAPH
    return _hangul(character) or (_Kind.CONSONANT if data.CONSONANTS.match(character) else _Kind.OTHER)


def _mark(character: str, category: str) -> _Kind | None:
    if data.MARKS_ALONE.match(character):
        return None
    if data.SPACING_BESIDES_MC.match(character):
        return _Kind.SPACING
    if category == "Mc" and not data.MC_THAT_EXTENDS.match(character):
        return _Kind.SPACING
    return _Kind.EXTEND if category[0] == "M" or data.LATER_MARKS.match(character) else None


def _hangul(character: str) -> _Kind | None:
    if "\uac00" <= character <= "\ud7a3":
        return _Kind.HANGUL_LVT if (ord(character) - 0xAC00) % 28 else _Kind.HANGUL_LV
    return next((kind for first, last, kind in _HANGUL if first <= character <= last), None)
