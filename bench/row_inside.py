"""Texts at a steady rate from a process of its own: when each one's record came, and when the panel was painted with it.

Painted means: in its place among the requests, or, while more ring than the panel has room for, in their number. Nothing
is answered, so after the first ten it is mostly the number (an agent who lets two lapse gets no more).
"""

import asyncio
import time
from typing import Any

from bench.eyes import PaintWatch
from bench.text_to_record import run_sender
from cti_client.bootstrap import Desktop

SECONDS = 8


async def drive(desktop: Desktop, *rates: str) -> dict[str, Any]:
    """For each rate, of each text: `[milliseconds from POST to record, from record to painted]`."""
    found: dict[str, Any] = {}
    for turn, rate in enumerate(int(one) for one in rates):
        found[str(rate)] = await texts(desktop, rate, (turn + 1) * 100_000)
    return found


async def texts(desktop: Desktop, rate: int, first: int) -> list[list[float]]:
    """One run; the first second warms up and is left out."""
    desk, panel = desktop.desk, desktop.window.telephony
    came: dict[str, float] = {}
    painted: dict[str, float] = {}
    unpainted: set[str] = set()
    in_paint: set[str] = set()
    count = rate * SECONDS
    done = asyncio.Event()

    def arrive() -> None:
        now = time.monotonic()
        for offer in desk.offers.values():
            if offer.address not in came:
                came[offer.address] = now
                unpainted.add(offer.address)

    def before_paint() -> None:
        if panel.caught_up:
            in_paint.update(unpainted)
            unpainted.clear()

    def after_paint(now: float) -> None:
        for address in in_paint:
            painted.setdefault(address, now)
        in_paint.clear()
        if len(painted) >= count:
            done.set()

    shown = desktop.shell._show_offers  # signals go out in the order of connecting: be told before it
    desk.offers_changed.disconnect(shown)
    desk.offers_changed.connect(arrive)
    desk.offers_changed.connect(shown)
    watch = PaintWatch(panel, after_paint, before_paint)
    sent = await run_sender(f"{desktop.hub_url}/gateway/simulator/handset/texts", "hub", rate, count, first)
    async with asyncio.timeout(60):
        await done.wait()
    panel.removeEventFilter(watch)
    desk.offers_changed.disconnect(arrive)
    warm = list(sent)[rate:]
    return [[(came[one] - sent[one]) * 1000, (painted[one] - came[one]) * 1000] for one in warm]
