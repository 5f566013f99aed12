"""A language whose every text is a third longer than in English, to see that nothing is cut off in it."""

from PySide6.QtCore import QTranslator


class LongerLanguage(QTranslator):
    """Put `QCoreApplication.installTranslator` around the building of a window; keeps `{placeholders}`."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return longer(source)


def longer(text: str) -> str:
    """The text, made a third longer by a word of accented letters at its end."""
    extra = -(-len(text) // 3)
    return text + (" " + "é" * (extra - 1) if extra > 1 else "é")
