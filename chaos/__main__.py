"""`python -m chaos --minutes N`: three hubs over one database, a hundred agents, and everything that can go wrong.

The last line is `chaos: texts N, kills N, lost 0, doubled 0, gaps 0, double accepts 0`; the exit status is 0 where all
four are 0 and nothing else went wrong either. See README.md.
"""

import argparse
import asyncio
import contextlib
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from chaos.run import Plan, World, delays, run
from chaos.sabotage import Sabotage
from cti_client.hub.descriptors import raise_limit

SHOWN = 20
"""Findings of one kind that are printed."""
LONGEST_JOURNAL = 400


def plan(arguments: list[str]) -> tuple[Plan, Path | None]:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long faults are made (default: 1)")
    parser.add_argument("--calm", type=float, default=30.0, metavar="SECONDS", help="without faults before (30)")
    parser.add_argument("--seed", type=int, help="to have the same chances again")
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--rate", type=float, default=6.0, help="texts a second (6)")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="keep the hubs' logs there")
    parser.add_argument("--sabotage", type=Sabotage, choices=tuple(Sabotage), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    made = Plan(
        seed=seed,
        calm_seconds=options.calm,
        fault_seconds=options.minutes * 60,
        agents=options.agents,
        phones=options.phones,
        rate=options.rate,
        sabotage=options.sabotage,
    )
    return made, options.logs


def main(arguments: list[str]) -> int:
    """Run and report; the exit status."""
    made, logs = plan(arguments)
    logging.basicConfig(level=logging.CRITICAL)
    raise_limit()
    print(f"seed {made.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="cti-chaos-") as temporary:
        folder = logs or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            began = time.monotonic()
            verdict, world = runner.run(
                run(made, folder, lambda words: print(f"{time.monotonic() - began:6.1f} s  {words}", flush=True))
            )
        wrong = _others(world)
    for name, found in (
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("gap", verdict.gaps),
        ("double accept", verdict.double_accepts),
        ("besides", tuple(wrong)),
    ):
        for one in found[:SHOWN]:
            print(f"{name}: {one}")
        if len(found) > SHOWN:
            print(f"{name}: and {len(found) - SHOWN} more")
    for line in world.ledger.journals([*verdict.lost, *verdict.doubled, *verdict.double_accepts])[:LONGEST_JOURNAL]:
        print(line)
    _print_counts(world)
    print(verdict.line(world.faults.kills))
    return 0 if verdict.clean and not wrong else 1


def _others(world: World) -> list[str]:
    """What none of the four counts: hubs that ended by themselves, mistakes of our own tasks."""
    ended = [f"hub {hub.number} ended by itself" for hub in world.hubs if hub.ended_by_itself is not None]
    return [*ended, *world.mistakes]


def _print_counts(world: World) -> None:
    ledger = world.ledger
    print("faults: " + _in_one_line(world.faults.counts))
    print("seen: " + _in_one_line(ledger.counts))
    complaints: Counter[str] = Counter()
    for hub in world.hubs:
        complaints += hub.complaints()
    away = [line for line in complaints if "StoreAwayError" in line]
    print(f"hubs' logs: {sum(complaints.pop(line) for line in away)} errors because the database was away")
    for line, count in complaints.most_common(SHOWN):
        print(f"hubs' logs, {count} times: {line}")
    states = Counter(one.state or "not taken" for one in ledger.replies.values() if not one.refused)
    reached = sum(bool(one.reached) for one in ledger.replies.values())
    print(f"replies: {len(ledger.replies)}, reached phones {reached}; {_in_one_line(states)}")
    if world.saboteur.done:
        print(f"sabotage: {world.saboteur.done}")
    for line in delays(ledger):
        print(line)


def _in_one_line(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    """The faster loop, where there is one."""
    with contextlib.suppress(ImportError):
        import uvloop

        return uvloop.Loop
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
