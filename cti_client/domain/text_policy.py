"""What characters a connection lets through, and what may stand in their place (A11).

A pictograph is what phones draw as a picture: Unicode's `Emoji_Presentation` (emoji-data.txt, version 15.1), everything
in its blocks of pictographs, and a plain sign that is asked to be a picture (variation selector 16) or a key (enclosing
keycap). Letters, digits, punctuation, currency and the signs of mathematics and trade are none, in any script.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cti_client.domain.character_names import shown
from cti_client.domain.graphemes import graphemes
from cti_client.domain.sms_text import Encoding, encoding_of, typographic_to_plain


class TextPolicy(StrEnum):
    """`LETTERS`: letters of any language, no pictographs. `GSM`: GSM 03.38 alone. `EVERYTHING`: no limit."""

    LETTERS = "letters"
    GSM = "gsm"
    EVERYTHING = "everything"


_PICTOGRAPH = re.compile(
    "["
    "\u20e3\ufe0f"
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757"
    "\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
    "\U0001f000-\U0001f0ff\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f201\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001faff\U000e0020-\U000e007f"
    "]"
)

_IN_LETTERS = {
    **dict.fromkeys("\U0001f600\U0001f603\U0001f604\U0001f601\U0001f606\U0001f602\U0001f923", ":D"),
    **dict.fromkeys("\U0001f642\U0001f60a\u263a\U0001f970\U0001f60d\U0001f917", ":)"),
    **dict.fromkeys("\U0001f641\u2639\U0001f61e\U0001f622\U0001f62d", ":("),
    **dict.fromkeys("\U0001f609", ";)"),
    **dict.fromkeys("\U0001f61b\U0001f61c\U0001f61d", ":P"),
    **dict.fromkeys("\U0001f62e\U0001f632", ":O"),
    **dict.fromkeys("\u2764\U0001f49b\U0001f49a\U0001f499\U0001f49c\U0001f5a4\U0001f90d", "<3"),
    **dict.fromkeys("\U0001f44d\U0001f44c", "OK"),
    **dict.fromkeys("\u2705\u2714", "[x]"),
    **dict.fromkeys("\u2753\u2754", "?"),
    **dict.fromkeys("\u2757\u2755", "!"),
    "\u2795": "+",
    "\u2796": "-",
}
"""What a picture says, where letters can say it. The others are left out."""

_BARE = {**dict(zip("łŁđĐħĦŧŦıŋŊðÐ", "lLdDhHtTinNdD", strict=True)), "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th"}
"""Latin letters whose stroke or form Unicode does not take apart."""

_SIGNS = {
    **dict.fromkeys("✓✔", "OK"),
    "©": "(C)",
    "®": "(R)",
    "÷": "/",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "←": "<-",
    "↔": "<->",
    "⇒": "=>",
    "¢": "c",
}
"""Signs that a typewriter can say. The others are left out where they cannot go."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What does not go: `text[start:end]`, one character as a reader sees it."""

    start: int
    end: int
    characters: str


def refused(text: str, policy: TextPolicy) -> tuple[Refused, ...]:
    """Everything in `text` that this policy lets not through, in order. Composed (NFC) first, as it would be sent."""
    if policy is TextPolicy.EVERYTHING or _all_goes(text, policy):
        return ()
    return tuple(_find(text, policy))


def replacement(text: str, policy: TextPolicy) -> str | None:
    """The text with what is refused in letters that go, or left out where there are none; None where all goes.

    For `GSM` typographic signs become plain and letters lose the accents and strokes that it does not know; a letter
    or digit of another script stays, and stays refused.
    """
    found = refused(text, policy)
    if not found:
        return None
    made, done = [], 0
    for one in found:
        made.append(text[done : one.start])
        made.append(_instead(one.characters, policy))
        done = one.end
    made.append(text[done:])
    return "".join(made)


def refusal_sentence(found: tuple[Refused, ...], policy: TextPolicy) -> str:
    """What is refused, in one sentence for the person; empty for nothing."""
    if not found:
        return ""
    names = list(dict.fromkeys(shown(one.characters) for one in found))
    named = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    if policy is TextPolicy.GSM:
        return f"This line sends the basic SMS alphabet alone; these do not go: {named}"
    return f"Emoji and pictures cannot be sent on this line: {named}"


_MOST_NAMED = 6


def _all_goes(text: str, policy: TextPolicy) -> bool:
    """The quick look, for each key press."""
    if policy is TextPolicy.GSM:
        return encoding_of(unicodedata.normalize("NFC", text)) is Encoding.GSM_7
    return _PICTOGRAPH.search(text) is None


def _find(text: str, policy: TextPolicy) -> Iterator[Refused]:
    end = 0
    for cluster in graphemes(text):
        start, end = end, end + len(cluster)
        if not _all_goes(cluster, policy):
            yield Refused(start, end, cluster)


def _instead(cluster: str, policy: TextPolicy) -> str:
    if _PICTOGRAPH.search(cluster):
        without = re.sub("[\ufe0f\u20e3]", "", cluster)
        if policy is not TextPolicy.GSM and without and not _PICTOGRAPH.search(without) and without not in _IN_LETTERS:
            return without  # a plain sign that was asked to be a picture
        if without and without in "0123456789#*":
            return without
        return _IN_LETTERS.get(cluster[0], "")
    if cluster in _IN_LETTERS:
        return _IN_LETTERS[cluster]
    plain = typographic_to_plain(cluster)
    if encoding_of(plain) is Encoding.GSM_7:
        return plain
    apart = typographic_to_plain(unicodedata.normalize("NFKD", "".join(_SIGNS.get(one, one) for one in plain)))
    bare = "".join(_BARE.get(one, one) for one in unicodedata.normalize("NFD", apart) if not _is_beside(one))
    if bare and encoding_of(bare) is Encoding.GSM_7:
        return bare
    return cluster if any(one.isalnum() for one in cluster) else ""


def _is_beside(one: str) -> bool:
    """Accents, and what is invisible."""
    return unicodedata.category(one) in ("Mn", "Me", "Cf")
