"""Consent between one of our lines and one customer number (B7, B8).

The words are the union of what carriers and gateways take (Twilio's, AWS's and Telnyx's defaults and the FCC's list of
2025): a gateway may know only some of them. They count as a whole message alone, so that "please stop the order" stays
an ordinary text.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from cti_client.domain.errors import OnlyStartError


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
        *("opt out", "optout", "remove", "arret", "td"),
    ),
    Keyword.START: ("start", "unstop", "join"),
    Keyword.YES: ("yes",),
    Keyword.HELP: ("help", "info"),
}
_KEYWORDS = {word: keyword for keyword, words in _WORDS.items() for word in words}
TEXTED_FIRST = "texted first"
TEXTED_STOP = "texted STOP"
TEXTED_START = "texted START"
CARRIER_REFUSED = "the gateway refused a text: opted out"
TOLD_AGENT = "told an agent"
LINE_JOINED = "the lines share one consent now"
"""What the ledger says a change rests on, besides the `wire.consent_api.Basis` of an agent's *Allow SMS…*."""

_LONGEST_TEXT = 60
"""Characters; what is longer, without the punctuation around it, is no keyword."""


def keyword(text: str) -> Keyword | None:
    """The keyword that this whole message is, in any case and width, whatever punctuation and blanks surround it.

    A dash within it is as good as a blank.
    """
    if len(text) > _LONGEST_TEXT:
        text = _within(text)
    if len(text) > _LONGEST_TEXT:
        return None
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(" " if _is_dash(character) else character for character in plain if not _is_mark(character))
    return _KEYWORDS.get(" ".join(_within(letters).split()))


def _within(text: str) -> str:
    """From the first letter or digit to the last."""
    first = next((index for index, character in enumerate(text) if character.isalnum()), None)
    if first is None:
        return ""
    last = next(index for index in range(len(text) - 1, -1, -1) if text[index].isalnum())
    return text[first : last + 1]


def transition(state: ConsentState, word: Keyword | None) -> ConsentState:
    """The consent after a customer's text; `word` None: an ordinary one. Whoever texts first has opted in by it."""
    if word is Keyword.STOP:
        return ConsentState.OPTED_OUT
    if word in (Keyword.START, Keyword.YES) or state is ConsentState.UNKNOWN:
        return ConsentState.OPTED_IN
    return state


@dataclass(frozen=True, slots=True)
class Consent:
    """What stands between a line and a number.

    `own`: the opt-out rests on the customer's own word, a text of theirs or the carrier's refusal, and not on what an
    agent wrote down alone. Then no agent can undo it.
    """

    state: ConsentState = ConsentState.UNKNOWN
    own: bool = False

    @property
    def is_out(self) -> bool:
        """Nothing may be sent."""
        return self.state is ConsentState.OPTED_OUT

    def after_text(self, word: Keyword | None) -> "Consent":
        """After a customer's text."""
        state = transition(self.state, word)
        out = state is ConsentState.OPTED_OUT
        return Consent(state, own=out and (self.own or word is Keyword.STOP))

    def after_carrier(self) -> "Consent":
        """After a gateway refused a text because the customer had opted out with the carrier (B8)."""
        return Consent(ConsentState.OPTED_OUT, own=True)

    def after_opt_out(self) -> "Consent":
        """After an agent wrote down that the customer wants no more texts."""
        return Consent(ConsentState.OPTED_OUT, own=self.own)

    def after_allow(self) -> "Consent":
        """After an agent wrote down that the customer agreed. Raises `OnlyStartError`."""
        if self.is_out and self.own:
            raise OnlyStartError
        return Consent(ConsentState.OPTED_IN)


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd"


def _is_mark(character: str) -> bool:
    """Accents, and what is invisible."""
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")
