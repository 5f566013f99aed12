"""Calls are handed over to the system's own phone program (A12) until voice is built in."""

import re
from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

TEL = re.compile(r"tel:\+?[0-9*#]{1,32}(;[a-zA-Z0-9=.+-]{1,64})*", re.ASCII)
"""What may be handed over: a number, perhaps with parameters such as an extension. Nothing else becomes a URL."""


class TelLinks:
    """`hand_over` gives a `tel:` address to the system. `allowed` is asked each time: the person may turn it off."""

    def __init__(
        self, allowed: Callable[[], bool], open_url: Callable[[QUrl], bool] = QDesktopServices.openUrl
    ) -> None:
        self._allowed, self._open_url = allowed, open_url

    @property
    def allowed(self) -> bool:
        """May calls be handed over?"""
        return self._allowed()

    def hand_over(self, tel: str) -> str:
        """Empty where the system took it, else a sentence that says why not."""
        if not self._allowed():
            return "Calls by the system’s phone program are turned off in Settings."
        if not TEL.fullmatch(tel):
            return "This is not a number that can be called."
        if not self._open_url(QUrl(tel)):
            return "No program on this computer takes calls (tel: links)."
        return ""
