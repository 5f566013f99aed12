"""Calls are handed over to the system's own phone program (A12) until voice is built in."""

import re
from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from cti_client.system.tel_handler import may_take_calls

TEL = re.compile(r"tel:\+?[0-9*#]{1,32}(;[a-zA-Z0-9=.+-]{1,64})*", re.ASCII)
"""What may be handed over: a number, perhaps with parameters such as an extension. Nothing else becomes a URL."""


def open_tel(url: QUrl) -> bool:
    """Give it to the system's opener, unless it is known that no program would take it (the opener says nothing)."""
    return may_take_calls() and QDesktopServices.openUrl(url)


class TelLinks:
    """`hand_over` gives a `tel:` address to the system; `allowed` is asked each time: the person may turn it off."""

    def __init__(self, allowed: Callable[[], bool], open_url: Callable[[QUrl], bool] = open_tel) -> None:
        self._allowed, self._open_url = allowed, open_url

    def may_call(self) -> bool:
        """May calls be handed over?"""
        return self._allowed()

    def hand_over(self, tel: str) -> bool:
        """True: a program of the system took it. False: turned off, not a number, or no such program."""
        return self._allowed() and TEL.fullmatch(tel) is not None and self._open_url(QUrl(tel))
