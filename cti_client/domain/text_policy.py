"""What characters a connection lets through (A11)."""

from enum import StrEnum


class TextPolicy(StrEnum):
    """`LETTERS`: letters of any language, no pictographs. `GSM`: GSM 03.38 alone. `EVERYTHING`: no limit."""

    LETTERS = "letters"
    GSM = "gsm"
    EVERYTHING = "everything"
