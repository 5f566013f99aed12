"""What the settings file says of a line, and what it leaves to the screens."""

from collections.abc import Iterable

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.phone_number import parse_address
from cti_client.hub.config import LineConfig

IN_THE_FILE = "The hub's settings file says this: change it there."

_ALWAYS = ("name", "connection", "country", "offer_seconds", "shows_first_words", "carrier_answers_keywords")


def by_address(lines: Iterable[LineConfig]) -> dict[str, LineConfig]:
    """The lines of the file by the address that their rows have."""
    return {parse_address(one.address, one.country).value: one for one in lines}


def fixed_fields(one: LineConfig | None) -> tuple[str, ...]:
    """The fields of an `EditLine` that cannot change on the screens. None: a line of another hub's file."""
    if one is None:
        return _ALWAYS
    named = {
        "pool_line_id": one.pool,
        "quiet_hours": one.quiet_hours,
        "texts_from": one.texts_from,
        "texts_until": one.texts_until,
    }
    return _ALWAYS + tuple(field for field, said in named.items() if said is not None)


def text_of(one: LineConfig | None, policy: AutoPolicy) -> str | bool | None:
    """What the file says of this automatic text; None: nothing, the screens do."""
    if one is None:
        return None
    match policy:
        case AutoPolicy.OPT_OUT:
            return one.confirms_opt_out
        case AutoPolicy.OPT_IN:
            return one.opt_in_text
        case AutoPolicy.HELP:
            return one.help_text
        case AutoPolicy.WELCOME:
            return one.welcome_text
