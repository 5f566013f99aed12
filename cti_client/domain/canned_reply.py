"""Canned replies (E10): placeholders, and finding one by what was typed.

A placeholder is a name in braces. One that is known becomes what it stands for; one for which nothing is known, and a
brace that is no placeholder, stay as they are, so that the agent sees what is missing before it is sent.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol, TypeVar


class Placeholder(StrEnum):
    """What a canned reply may leave open. The value is what stands in the braces."""

    NAME = "name"
    """The customer's whole name."""
    FIRST_NAME = "first_name"
    """The first word of it."""
    AGENT = "agent"
    """Who writes."""
    LINE = "line"
    """The line's name."""
    CASE = "case"
    """The case's label."""


class Reply(Protocol):
    """What is looked through."""

    @property
    def shortcut(self) -> str:
        """One word, without the slash."""

    @property
    def title(self) -> str:
        """What the agent sees in the list."""

    @property
    def text(self) -> str:
        """With placeholders."""


R = TypeVar("R", bound=Reply)

_BRACES = re.compile(r"\{([a-z_]+)\}")


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """The text with its placeholders filled. What `values` does not know, or knows to be empty, stays."""
    known = {placeholder.value: value for placeholder, value in values.items() if value}
    return _BRACES.sub(lambda found: known.get(found[1], found[0]), text)


def first_name(name: str) -> str:
    """The first word of a name; empty where there is none."""
    return next(iter(name.split()), "")


def unfilled(text: str) -> tuple[str, ...]:
    """The placeholders that still stand in the text, braces and all, each once."""
    names = {placeholder.value for placeholder in Placeholder}
    return tuple(dict.fromkeys(found[0] for found in _BRACES.finditer(text) if found[1] in names))


def unknown(text: str) -> tuple[str, ...]:
    """What stands in braces and is no placeholder, for whoever writes a canned reply."""
    names = {placeholder.value for placeholder in Placeholder}
    return tuple(dict.fromkeys(found[0] for found in _BRACES.finditer(text) if found[1] not in names))


def matching(replies: Iterable[R], typed: str) -> list[R]:
    """Those that fit what was typed, the best first: by shortcut, then by a word of the title, then anywhere."""
    wanted = typed.casefold().strip()
    ranked = [(rank, number, one) for number, one in enumerate(replies) if (rank := _rank(one, wanted)) is not None]
    return [one for _, _, one in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(reply: Reply, wanted: str) -> int | None:
    shortcut, title = reply.shortcut.casefold(), reply.title.casefold()
    if not wanted or shortcut == wanted:
        return 0
    if shortcut.startswith(wanted):
        return 1
    if any(word.startswith(wanted) for word in title.split()):
        return 2
    if wanted in f"{shortcut} {title} {reply.text.casefold()}":
        return 3
    return None
