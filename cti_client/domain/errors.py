"""What can go wrong by the rules.

`code` is stable and travels over the wire; `str(error)` is a sentence that may be shown to the person
whose action it refuses. Anything that is our own mistake raises an ordinary Python exception instead.
"""

from typing import ClassVar

OPTED_OUT_TEXT = (
    "The destination number has disabled receiving messages from this number and must text 'START' "
    "to this number to enable"
)
"""The exact words of B8."""

ONLY_START_TEXT = "The customer opted out by a text of their own. Only they can undo that, by texting START."


class RuleError(Exception):
    """A rule refuses what was asked. Nothing was changed."""

    code: ClassVar[str] = "refused"


class NotFoundError(RuleError):
    """What was asked for is not there (any more)."""

    code = "not_found"


class OptedOutError(RuleError):
    """The customer has opted out on this line (B8)."""

    code = "opted_out"

    def __init__(self) -> None:
        super().__init__(OPTED_OUT_TEXT)


class OnlyStartError(RuleError):
    """A person wants to allow texts to a number that opted out by a text of its own (B2, B7)."""

    code = "opted_out"

    def __init__(self) -> None:
        super().__init__(ONLY_START_TEXT)


class NotRepliableError(RuleError):
    """The sender's address takes no replies (a name, or an odd address)."""

    code = "not_repliable"


class NotANumberError(RuleError):
    """The address given is neither a phone number nor a short code."""

    code = "not_a_number"


class TextTooLongError(RuleError):
    """More than 1,600 characters (B5)."""

    code = "too_long"


class EmptyTextError(RuleError):
    """There is nothing to send."""

    code = "empty"


class OfferGoneError(RuleError):
    """The offer was answered, lapsed or withdrawn before this answer came. `by`: who was faster, if anyone."""

    code = "offer_gone"

    def __init__(self, text: str, by: str = "") -> None:
        super().__init__(text)
        self.by = by


class ChatEndedError(RuleError):
    """The interaction has ended, or belongs to someone else now."""

    code = "chat_ended"


class UnseenTextError(RuleError):
    """The customer has texted since the agent looked: closing now would end the chat over that text."""

    code = "unseen_text"


class StaleVersionError(RuleError):
    """The record was changed by someone else since it was read."""

    code = "stale_version"


class StaleSendError(RuleError):
    """The text waited too long, or the chat or consent changed meanwhile: ask the person first (H1)."""

    code = "stale_send"


class QuietHoursError(RuleError):
    """It is too early or too late where the customer is (B9): ask the person first."""

    code = "quiet_hours"


class TextRefusedError(RuleError):
    """The text has characters that the connection does not let through (A11); its sentence names them."""

    code = "text_refused"


class NotAllowedError(RuleError):
    """This person may not do that (F4)."""

    code = "not_allowed"


class NoConnectionError(RuleError):
    """No connection serves the line."""

    code = "no_connection"


class BadRequestError(RuleError):
    """The request makes no sense; its sentence says why."""

    code = "bad_request"

    def __init__(self, text: str, field: str = "") -> None:
        """`field` names the input at fault, where a form was filled in."""
        super().__init__(text)
        self.field = field


class IllegalMoveError(Exception):
    """Our own mistake: a state machine was given an event that cannot happen in its state. Nothing was changed."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: {event} cannot happen while {state}")
