"""From a text's POST to the painted request in the telephony panel, in the whole product: hub, link, widgets."""

import tempfile
from pathlib import Path

from bench.driven import drive, prepare
from bench.figures import Figure, percentile
from cti_client.paths import paths_in

RATES = (20, 100)
GOAL_MS = 30


async def measure() -> list[Figure]:
    """p50 and p99 at each rate: of the whole way, and of the desktop's own part behind the record."""
    with tempfile.TemporaryDirectory() as name:
        await prepare(paths_in(Path(name)))
        found = await drive("bench.row_inside", Path(name), *RATES)
    figures = []
    for rate in RATES:
        whole = [record + row for record, row in found[str(rate)]]
        row = [row for _, row in found[str(rate)]]
        p99 = percentile(row, 0.99)
        figures += [
            Figure(f"text to painted row, {rate}/s, p50", percentile(whole, 0.5), "ms"),
            Figure(f"text to painted row, {rate}/s, p99", percentile(whole, 0.99), "ms"),
            Figure(f"record to painted row, {rate}/s, p50", percentile(row, 0.5), "ms"),
            Figure(f"record to painted row, {rate}/s, p99", p99, "ms", "at most 30 ms", p99 <= GOAL_MS),
        ]
    return figures
