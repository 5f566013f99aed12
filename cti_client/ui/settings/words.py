"""How the settings screens call things."""

from PySide6.QtCore import QCoreApplication

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.canned_reply import Placeholder
from cti_client.domain.text_policy import TextPolicy
from cti_client.wire.settings_api import AllSettings, ConnectionView, LineView

HALF_HOUR = 30
DAY = 24 * 60


def tr(text: str) -> str:
    """The text in the person's language."""
    return QCoreApplication.translate("settings", text)


def text_policy_name(policy: TextPolicy) -> str:
    """In a choice."""
    return {
        TextPolicy.LETTERS: tr("Letters of any language"),
        TextPolicy.GSM: tr("Basic SMS alphabet"),
        TextPolicy.EVERYTHING: tr("Everything"),
    }[policy]


def text_policy_note(policy: TextPolicy) -> str:
    """What it means, in a sentence."""
    return {
        TextPolicy.LETTERS: tr(
            "Emoji and pictures are refused; letters beyond the basic SMS alphabet go, in shorter parts that cost more."
        ),
        TextPolicy.GSM: tr("Only what the basic SMS alphabet has, so every part carries 160 characters."),
        TextPolicy.EVERYTHING: tr("Nothing is refused, emoji neither; some networks show boxes in their place."),
    }[policy]


def separate_note(separate: bool) -> str:
    """How long text travels, in a sentence."""
    if separate:
        return tr(
            "Long text goes as messages of at most 140 characters, cut at words. For networks that join no parts."
        )
    return tr("Long text arrives as one message: the phone joins its parts.")


def auto_text_name(policy: AutoPolicy) -> str:
    """The policy's name."""
    return {
        AutoPolicy.OPT_OUT: tr("Confirmation of STOP"),
        AutoPolicy.OPT_IN: tr("Confirmation of START"),
        AutoPolicy.HELP: tr("Answer to HELP"),
        AutoPolicy.WELCOME: tr("Welcome"),
    }[policy]


def auto_text_note(policy: AutoPolicy) -> str:
    """When it goes, in a sentence."""
    return {
        AutoPolicy.OPT_OUT: tr("When a customer texts STOP or the like. The law expects it."),
        AutoPolicy.OPT_IN: tr("When a customer who had opted out texts START."),
        AutoPolicy.HELP: tr("When a customer texts HELP or INFO."),
        AutoPolicy.WELCOME: tr("Once, after the first text ever from a number. In quiet hours it waits for the day."),
    }[policy]


def placeholder_name(placeholder: Placeholder) -> str:
    """What it becomes."""
    return {
        Placeholder.NAME: tr("Customer’s name"),
        Placeholder.FIRST_NAME: tr("Customer’s first name"),
        Placeholder.AGENT: tr("Agent’s name"),
        Placeholder.LINE: tr("Name of the line"),
        Placeholder.CASE: tr("Number of the case"),
    }[placeholder]


def clock(minutes: int) -> str:
    """Minutes of a day as a clock shows them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def connection_name(settings: AllSettings, connection_id: str | None) -> str:
    """The name of a connection; its id where it is not there any more, and what it means that there is none."""
    if connection_id is None:
        return tr("No connection")
    return next((one.name for one in settings.connections if one.id == connection_id), connection_id)


def line_of(settings: AllSettings, line_id: object) -> LineView | None:
    """The line of this id."""
    return next((one for one in settings.lines if one.id == line_id), None)


def connection_of(settings: AllSettings, connection_id: object) -> ConnectionView | None:
    """The connection of this id."""
    return next((one for one in settings.connections if one.id == connection_id), None)


def rules_that_go(rules: int) -> str:
    """What is said before something is removed that routing rules are about; empty where none is."""
    if not rules:
        return ""
    return tr("One routing rule goes with it.") if rules == 1 else tr("{n} routing rules go with it.").format(n=rules)


def listed(names: list[str], most: int = 3) -> str:
    """Some names in a sentence."""
    shown = ", ".join(names[:most])
    more = len(names) - most
    return tr("{names} and {n} more").format(names=shown, n=more) if more > 0 else shown
