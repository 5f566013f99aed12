"""A language whose every text is a third longer than in English, to see that nothing is cut off in it."""

from PySide6.QtCore import QTranslator

LONG_WORD = 18


class LongerLanguage(QTranslator):
    """Put `QCoreApplication.installTranslator` around the building of a window; keeps `{placeholders}`."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return longer(source)


def longer(text: str) -> str:
    """The text, made a third longer by words of accented letters at its end, none longer than a long German one."""
    extra = -(-len(text) // 3)
    if extra == 1:
        return text + "é"
    return text + "".join(" " if place % (LONG_WORD + 1) == 0 else "é" for place in range(extra))
