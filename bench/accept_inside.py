"""Accepts chats with a short and a long thread by real clicks, in turns, and notes when the screen shows what."""

import asyncio
import time
from typing import Any

import aiohttp
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from bench.eyes import PaintWatch, ViewWatch, until
from bench.long_threads import ADDRESSES
from cti_client.bootstrap import Desktop
from cti_client.demo.settings import LINE
from cti_client.domain.interaction import Disposition
from cti_client.ui.case.case_window import CaseWindow

ROUNDS = 16
PAGE = 50


async def drive(desktop: Desktop) -> dict[str, Any]:
    """Milliseconds from the click to the window (`window_N`) and to the painted case (`case_N`), N messages."""
    found: dict[str, list[float]] = {}
    async with aiohttp.ClientSession() as http:
        for turn in range(ROUNDS):
            for size, address in ADDRESSES.items():
                text = f"Round {turn} of {size}: is anybody there?"
                window, case = await accept(desktop, http, address, text)
                found.setdefault(f"window_{size}", []).append(window)
                found.setdefault(f"case_{size}", []).append(case)
    return found


async def accept(desktop: Desktop, http: aiohttp.ClientSession, address: str, text: str) -> tuple[float, float]:
    """One chat from its first text to its end; milliseconds to the window and to the case."""
    await send_text(desktop, http, address, text)
    desk, panel = desktop.desk, desktop.window.telephony
    await until(lambda: bool(panel.cards), desk.offers_changed)
    await asyncio.sleep(0.05)  # the card is painted, the agent reads
    card = panel.cards[0]
    clock = Stopwatch(desktop, text)
    clock.began = time.monotonic()
    QTest.mouseClick(card.accept.main, Qt.MouseButton.LeftButton)
    async with asyncio.timeout(30):
        await clock.done.wait()
    clock.stop()
    assert card.offer is not None
    await end_chat(desktop, card.offer.interaction_id)
    return (clock.window - clock.began) * 1000, (clock.case - clock.began) * 1000


class Stopwatch:
    """Watches the next case window from its making to the painted newest page with `text` at its end."""

    def __init__(self, desktop: Desktop, text: str) -> None:
        self.began = self.window = self.case = 0.0
        self.done = asyncio.Event()
        self._cases, self._text = desktop.shell.cases, text
        self._made: CaseWindow | None = None
        self._cases.made.connect(self._watch)

    def stop(self) -> None:
        """Hear of no further windows."""
        self._cases.made.disconnect(self._watch)

    def _watch(self, window: CaseWindow) -> None:
        self._made = window
        PaintWatch(window, self._window_painted)
        # Behind the session's own answer to it, which makes the parts: the measure must not make them earlier.
        window.painted.connect(lambda: QTimer.singleShot(0, self._watch_messages))

    def _window_painted(self, now: float) -> None:
        self.window = self.window or now

    def _watch_messages(self) -> None:
        assert self._made is not None
        ViewWatch(self._made.chat.messages.viewport(), self._messages_painted)

    def _messages_painted(self, now: float) -> None:
        assert self._made is not None
        model = self._made.chat.messages.thread()
        newest = model.newest if model is not None else None
        if newest is not None and newest.text == self._text and model is not None and model.rowCount() >= PAGE:
            self.case = self.case or now
            self.done.set()


async def send_text(desktop: Desktop, http: aiohttp.ClientSession, address: str, text: str) -> None:
    """A customer writes."""
    body = {"id": f"{time.monotonic_ns()}", "from": address, "to": LINE, "text": text}
    async with http.post(f"{desktop.hub_url}/gateway/simulator/handset/texts", json=body) as answer:
        answer.raise_for_status()


async def end_chat(desktop: Desktop, interaction_id: int) -> None:
    """Close the chat and its window."""
    desk = desktop.desk
    await until(lambda: interaction_id in desk.interactions, desk.interaction_changed)
    await desk.close_chat(interaction_id, Disposition.RESOLVED)
    await until(lambda: interaction_id not in desk.interactions, desk.interaction_changed)
    window = desktop.shell.cases.get(interaction_id)
    if window is not None:
        window.close()
    await asyncio.sleep(0.05)
