"""From the click on Accept to the window, and to the painted case, with threads of a thousand and a million messages."""

import statistics
import tempfile
from pathlib import Path

from bench.driven import drive
from bench.figures import Figure, percentile
from bench.long_threads import LONG, SHORT, copy_into

WARM = 2
"""The first rounds, which import and shape fonts, are a figure of their own."""


async def measure() -> list[Figure]:
    """Medians and p99; the first case of a start; the ratio of the two threads."""
    with tempfile.TemporaryDirectory() as name:
        await copy_into(Path(name))
        found = await drive("bench.accept_inside", Path(name))
    windows = [value for size in (SHORT, LONG) for value in found[f"window_{size}"][WARM:]]
    short, long = (statistics.median(found[f"case_{size}"][WARM:]) for size in (SHORT, LONG))
    first, worst = found[f"window_{SHORT}"][0], percentile(windows, 0.99)
    ratio = long / short
    return [
        Figure("Accept to window, first of a start", first, "ms", "at most 100 ms", first <= 100),
        Figure("Accept to window, p50", statistics.median(windows), "ms"),
        Figure("Accept to window, p99", worst, "ms", "at most 100 ms", worst <= 100),
        Figure("Accept to painted case, 1,000 messages, p50", short, "ms"),
        Figure("Accept to painted case, 1,000,000 messages, p50", long, "ms"),
        Figure("painted case, a million over a thousand", ratio, "x", "at most 1.2x", ratio <= 1.2),
    ]
