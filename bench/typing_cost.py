"""Counting the longest text at each key press (encoding, parts, the characters that cost), in five scripts."""

import asyncio
import time

from bench.figures import Figure, percentile
from cti_client.domain.sms_text import LONGEST
from cti_client.domain.sms_text import measure as measure_text

RUNS = 50
FRAME_MS = 16
TEXTS = {
    "Latin with euro signs": "a€" * (LONGEST // 2),
    "Cyrillic": "ж" * LONGEST,
    "emoji with skin colours": "👍🏽" * (LONGEST // 2),
    "Devanagari": ("नमस्ते " * 229)[:LONGEST],
    "letters with loose accents": "e\u0301" * (LONGEST // 2),
}


async def measure() -> list[Figure]:
    """Medians, of processor time."""
    figures = []
    for name, text in TEXTS.items():
        measure_text(text)
        spent = []
        for run in range(RUNS):
            typed = text[:-1] + str(run % 10)  # another text at each key press
            start = time.thread_time()
            measure_text(typed)
            spent.append((time.thread_time() - start) * 1000)
        median = percentile(spent, 0.5)
        label = f"counting {len(text):,} characters, {name}"
        figures.append(Figure(label, median, "ms", "under a frame of 16 ms", median < FRAME_MS))
    return figures


if __name__ == "__main__":
    print(*(figure.row() for figure in asyncio.run(measure())), sep="\n")
