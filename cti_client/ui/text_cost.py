"""What a text costs, in the words that stand beside every box where one is written (D1, D2)."""

from PySide6.QtCore import QCoreApplication

from cti_client.domain.character_names import shown
from cti_client.domain.sms_text import LONGEST, SEPARATE_LIMIT, Measure, separate

NAMED_CHARACTERS = 4
SAID_BEFORE = 300
"""So many characters before the most that a message may have, the counter begins to say how many there are."""


def cost_words(text: str, count: Measure | None, *, separately: bool) -> str:
    """Encoding, parts and what is left of the last, and which characters force UCS-2; empty where nothing is counted.

    `separately`: the line joins no parts, so that messages are counted.
    """
    if count is None:
        return ""
    words = _cost(text, count, separately=separately)
    if count.costly:
        # Without quotation marks: the characters are often quotation marks themselves.
        named = ", ".join(shown(each) for each in count.costly[:NAMED_CHARACTERS])
        more = "…" if len(count.costly) > NAMED_CHARACTERS else ""
        words.insert(0, _tr("{encoding} because of {named}").format(encoding=count.encoding, named=named + more))
    else:
        words.insert(0, str(count.encoding))
    if count.characters >= LONGEST - SAID_BEFORE:
        words.append(_tr("{n} of {most} characters").format(n=f"{count.characters:,}", most=f"{LONGEST:,}"))
    return " · ".join(words)


def _cost(text: str, count: Measure, *, separately: bool) -> list[str]:
    """Parts and what is left of the last; on a line that joins none, how many messages."""
    left = count.left_in_part
    if separately:
        messages = len(separate(text, SEPARATE_LIMIT))
        if messages > 1:
            return [_tr("{n} messages").format(n=messages)]
        left = min(left, SEPARATE_LIMIT - count.characters)
    parts = _tr("1 part") if count.parts == 1 else _tr("{n} parts").format(n=count.parts)
    return [parts, _tr("{n} left").format(n=left)]


def _tr(text: str) -> str:
    return QCoreApplication.translate("ReplyBox", text)
