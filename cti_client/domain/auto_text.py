"""The texts that a line answers by itself (A7): which there are, what each says, and which are on from the start.

Only the confirmation of an opt-out is: the law expects it. Everything else waits for an admin to turn it on.
"""

from dataclasses import dataclass
from enum import StrEnum


class AutoPolicy(StrEnum):
    """The name of an automatic text, as its message carries it."""

    OPT_OUT = "opt_out_confirmation"
    OPT_IN = "opt_in_confirmation"
    HELP = "help"
    WELCOME = "welcome"


TO_WHO_OPTED_OUT = frozenset({AutoPolicy.OPT_OUT, AutoPolicy.HELP})
"""The confirmation itself, which the law allows once; and HELP, which is answered whether or not one is subscribed."""


@dataclass(frozen=True, slots=True)
class AutoText:
    """One policy on one line. `text` may hold `{line}`, which becomes the line's name."""

    enabled: bool
    text: str


DEFAULTS: dict[AutoPolicy, AutoText] = {
    AutoPolicy.OPT_OUT: AutoText(
        enabled=True,
        text="You are unsubscribed and will get no more messages from this number. Text START to get them again.",
    ),
    AutoPolicy.OPT_IN: AutoText(
        enabled=False, text="You will get messages from this number again. Text STOP to end them."
    ),
    AutoPolicy.HELP: AutoText(
        enabled=False,
        text="{line}: we answer questions by text. Message and data rates may apply. Text STOP to opt out.",
    ),
    AutoPolicy.WELCOME: AutoText(
        enabled=False, text="Thank you for texting {line}. Text HELP for help, STOP to opt out."
    ),
}
"""What a line does of which nobody has said anything."""


def filled(text: str, *, line: str) -> str:
    """The text as it goes out. Braces that name nothing known stay as they are."""
    return text.replace("{line}", line)
