"""Long words of outside, such as addresses and paths, made so that they wrap instead of being cut off."""

LONG_WORD = 24
_ANYWHERE = "\u200b"


def breakable(text: str) -> str:
    """The same to the eye; a word longer than `LONG_WORD` may be wrapped between any two of its letters."""
    return " ".join(_ANYWHERE.join(word) if len(word) > LONG_WORD else word for word in text.split(" "))
