"""Text from outside, made fit for every database, protocol and screen. Done once, at the edge."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(raw: str) -> tuple[str, bool]:
    """The text as it may be stored, and whether something in it could not be kept.

    NUL and other control characters become U+FFFD, each; tab and line feed stay; every other line break becomes a line
    feed, which loses nothing. Two surrogates that belong together become their character, lone ones U+FFFD.
    """
    text = _LINE_BREAK.sub("\n", raw)
    text, lost = _CONTROL.subn(REPLACEMENT, text)
    if _SURROGATE.search(text):
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        lost += whole.count(REPLACEMENT) - text.count(REPLACEMENT)
        text = whole
    return text, lost > 0
