"""Medians, percentiles and the table that is printed."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `goal` is what it is held against, in words; `ok` says whether it is met (None: no goal)."""

    name: str
    value: float
    unit: str
    goal: str = ""
    ok: bool | None = None

    def row(self) -> str:
        """One line of a Markdown table."""
        met = {None: "", True: "met", False: "**missed**"}[self.ok]
        return f"| {self.name} | {self.value:.4g} {self.unit} | {self.goal} | {met} |"


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table with the machine it was measured on."""
    head = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    rows = "\n".join(figure.row() for figure in figures)
    return f"{head}\n\n| measure | value | goal | |\n|---|---|---|---|\n{rows}\n"
