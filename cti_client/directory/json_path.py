"""Dotted paths into JSON, as an operator writes them: `data.items`, `person.phones.0.number`."""

from collections.abc import Sequence

from cti_client.domain.clean_text import clean_text


def at_path(value: object, path: str) -> object:
    """What stands at `path`; None where nothing does. The empty path is the value itself."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and step.isascii() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def text_at(value: object, paths: Sequence[str], longest: int) -> str:
    """The texts and numbers at these paths as one clean line, joined by blanks, cut at `longest` characters."""
    found = (at_path(value, path) for path in paths)
    words = (str(one) for one in found if isinstance(one, str | int | float) and not isinstance(one, bool))
    return " ".join(clean_text(" ".join(words))[0].split())[:longest].rstrip()
