"""Consent between one of our lines and one customer number (B7, B8).

The words are the union of what carriers and gateways take (Twilio's, AWS's and Telnyx's defaults and the FCC's list of
2025): a gateway may know only some of them. They count as a whole message alone, so that "please stop the order" stays
an ordinary text.
"""

import unicodedata
from enum import StrEnum


class ConsentState(StrEnum):
    """`UNKNOWN`: never texted us on this line and no basis recorded."""

    UNKNOWN = "unknown"
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"


class Keyword(StrEnum):
    """What a message that is nothing but a keyword asks for."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    """Opts in where the number is opted out; else an ordinary answer to an agent's question."""
    HELP = "help"


_WORDS: dict[Keyword, tuple[str, ...]] = {
    Keyword.STOP: (
        *("stop", "stop all", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke"),
        *("opt out", "opt-out", "optout", "remove", "arret", "td"),
    ),
    Keyword.START: ("start", "unstop", "join"),
    Keyword.YES: ("yes",),
    Keyword.HELP: ("help", "info"),
}
_KEYWORDS = {word: keyword for keyword, words in _WORDS.items() for word in words}
_LONGEST_TEXT = 60
"""Characters; a keyword with more punctuation around it is none."""


def keyword(text: str) -> Keyword | None:
    """The keyword that this whole message is, in any case and width, whatever punctuation and blanks surround it."""
    if len(text) > _LONGEST_TEXT:
        return None
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(character for character in plain if not _is_mark(character))
    first = next((index for index, character in enumerate(letters) if character.isalnum()), None)
    if first is None:
        return None
    last = next(index for index in range(len(letters) - 1, -1, -1) if letters[index].isalnum())
    return _KEYWORDS.get(" ".join(letters[first : last + 1].split()))


def transition(state: ConsentState, word: Keyword | None) -> ConsentState:
    """The consent after a customer's text; `word` None: an ordinary one. Whoever texts first has opted in by it."""
    if word is Keyword.STOP:
        return ConsentState.OPTED_OUT
    if word in (Keyword.START, Keyword.YES) or state is ConsentState.UNKNOWN:
        return ConsentState.OPTED_IN
    return state


def _is_mark(character: str) -> bool:
    """Accents, and what is invisible."""
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")
