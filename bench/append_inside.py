"""Texts that arrive in an open chat, and pages that are scrolled through: time and memory."""

import asyncio
import time
from typing import Any

import aiohttp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from bench.accept_inside import end_chat, send_text
from bench.eyes import ViewWatch, resident_mib, until
from bench.long_threads import ADDRESSES, LONG
from cti_client.bootstrap import Desktop
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.chat.message_list import MessageList
from cti_client.wire.records import Message

TEXTS = 80
EVERY_SECONDS = 0.05
WARM = 10
PAGES = 40
FULL_AFTER_PAGES = 8


async def drive(desktop: Desktop) -> dict[str, Any]:
    """`append_N`: milliseconds from the record's arrival to the painted row, and of processor time; memory of an open case in MiB.

    `scrolled`: memory that paging through four thousand older messages adds to a window of messages that is full.
    """
    found: dict[str, Any] = {}
    arrivals = Arrivals(desktop)
    async with aiohttp.ClientSession() as http:
        for size, address in (*ADDRESSES.items(), *ADDRESSES.items()):  # the first of each size warms up
            before = resident_mib()
            window = await open_case(desktop, http, address)
            found[f"opened_{size}"] = resident_mib() - before
            found[f"append_{size}"] = await append(desktop, http, address, arrivals, window.chat.messages)
            if size == LONG:
                found["scrolled"] = await scroll_up(window.chat.messages)
            await end_chat(desktop, window.interaction_id)
    return found


class Arrivals:
    """When the desk told of each message, by the clock and by the thread's processor time. Signals go out in the order of connecting: made before any case window."""

    def __init__(self, desktop: Desktop) -> None:
        self.at: dict[int, tuple[float, float]] = {}
        desktop.desk.message_changed.connect(self._arrive)

    def _arrive(self, message: Message) -> None:
        self.at.setdefault(message.id, (time.monotonic(), time.thread_time()))


async def open_case(desktop: Desktop, http: aiohttp.ClientSession, address: str) -> CaseWindow:
    """Write as this customer, accept, and wait for the newest page."""
    await send_text(desktop, http, address, "Is anybody there?")
    panel = desktop.window.telephony
    await until(lambda: bool(panel.cards), desktop.desk.offers_changed)
    card = panel.cards[0]
    assert card.offer is not None
    QTest.mouseClick(card.accept.main, Qt.MouseButton.LeftButton)
    interaction_id = card.offer.interaction_id
    await until(lambda: interaction_id in desktop.desk.interactions, desktop.desk.interaction_changed)
    window = desktop.shell.cases.get(interaction_id)
    assert window is not None
    model = window.chat.messages.thread()
    assert model is not None
    await until(lambda: model.rowCount() > 1, model.modelReset, model.rowsInserted)
    await asyncio.sleep(0.3)
    return window


async def append(
    desktop: Desktop, http: aiohttp.ClientSession, address: str, arrivals: Arrivals, view: MessageList
) -> list[tuple[float, float]]:
    """From the desk having the record to the row painted, for each of a steady stream of texts."""
    took: dict[int, tuple[float, float]] = {}
    done = asyncio.Event()
    model = view.thread()
    assert model is not None
    arrivals.at.clear()

    def painted(now: float) -> None:
        worked = time.thread_time()
        for id_, (began, had_worked) in arrivals.at.items():
            if id_ not in took and model.row_of(id_) is not None:
                took[id_] = (now - began) * 1000, (worked - had_worked) * 1000
        if len(took) >= TEXTS:
            done.set()

    watch = ViewWatch(view.viewport(), painted)
    for number in range(TEXTS):
        await send_text(desktop, http, address, f"Text {number}: it was to come this morning, and nobody has rung.")
        await asyncio.sleep(EVERY_SECONDS)
    async with asyncio.timeout(30):
        await done.wait()
    view.viewport().removeEventFilter(watch)
    return list(took.values())[WARM:]


async def scroll_up(view: MessageList) -> float:
    """Page upward; MiB added after the window of messages was full."""
    model, bar = view.thread(), view.verticalScrollBar()
    assert model is not None
    full = 0.0
    for page in range(PAGES):
        oldest = model.row_at(0)
        bar.setValue(bar.minimum())
        await until(lambda: model.row_at(0) is not oldest, model.rowsInserted)  # noqa: B023  awaited here
        await asyncio.sleep(0.05)
        if page == FULL_AFTER_PAGES:
            full = resident_mib()
    return resident_mib() - full
