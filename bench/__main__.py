"""`python -m bench [NAME...]`: all measures, or the named ones. Prints the table and writes `build/bench.md`.

Ends with 1 where a measure failed; a goal that is missed is a row that says so.
"""

import asyncio
import importlib
import pkgutil
import sys
import traceback
from pathlib import Path
from types import ModuleType

import bench
from bench.figures import Figure, table

REPORT = Path(__file__).parents[1] / "build" / "bench.md"


def names() -> list[str]:
    """The modules that measure something."""
    return sorted(
        one.name for one in pkgutil.iter_modules(bench.__path__) if not one.name.startswith("_") and _measures(one.name)
    )


def _measures(name: str) -> bool:
    """By its text: importing what is not asked for would cost memory that others measure."""
    return "async def measure()" in (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run and report."""
    known = names()
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        print(f"no such measure: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    failed = []
    for name in arguments or known:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            module: ModuleType = importlib.import_module(f"bench.{name}")
            figures += asyncio.run(module.measure())
        except Exception:  # noqa: BLE001  the others are still worth having
            traceback.print_exc()
            failed.append(name)
    report = table(figures) + "".join(f"\n{name}: failed\n" for name in failed)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report, encoding="utf-8")
    print(report)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
