"""A text that arrives in an open chat: from the record to the painted row. And what an open case takes of memory."""

import statistics
import tempfile
from pathlib import Path

from bench.driven import drive
from bench.figures import Figure, percentile
from bench.long_threads import LONG, SHORT, copy_into

FRAME_MS = 16
MARGIN_MIB = 4
"""What the resident memory of a process wavers by."""


async def measure() -> list[Figure]:
    """p50 and p99 with both threads; memory of the second opening of each, and of paging upward."""
    with tempfile.TemporaryDirectory() as name:
        await copy_into(Path(name))
        found = await drive("bench.append_inside", Path(name))
    figures = []
    for size in (SHORT, LONG):
        took = [wall for wall, _ in found[f"append_{size}"]]
        p50, p99 = statistics.median(took), percentile(took, 0.99)
        worked = statistics.median(cpu for _, cpu in found[f"append_{size}"])
        figures += [
            Figure(f"append to an open chat, {size:,} messages, p50", p50, "ms", "under 16 ms", p50 < FRAME_MS),
            Figure(f"append to an open chat, {size:,} messages, p99", p99, "ms", "under 16 ms", p99 < FRAME_MS),
            Figure(f"append to an open chat, {size:,} messages, processor time, p50", worked, "ms"),
        ]
    short, long, scrolled = found[f"opened_{SHORT}"], found[f"opened_{LONG}"], found["scrolled"]
    figures += [
        Figure("memory of an open case, 1,000 messages", short, "MiB"),
        Figure("memory of an open case, 1,000,000 messages", long, "MiB", "as with 1,000", long <= short + MARGIN_MIB),
        Figure("memory added by paging through 3,000 more", scrolled, "MiB", "none", scrolled <= MARGIN_MIB),
    ]
    return figures
