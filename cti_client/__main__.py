"""The command: `cti-client` opens the desktop, `demo` adds a customer's handset, `tour` shows the whole job."""

import argparse
import logging
import sys
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from cti_client import __version__
from cti_client.paths import Paths, demo_paths, paths_in, standard_paths
from cti_client.system import quick_start

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def main() -> int:
    """Read the command line and run; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args()
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.WARNING, format=LOG_FORMAT)
    return int(options.run(options))


def _log_into(paths: Paths) -> None:
    """Also keep the log in a file, so that there is something to look at after a day."""
    paths.make()
    handler = RotatingFileHandler(paths.log, maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    logging.getLogger().addHandler(handler)


def _parser() -> argparse.ArgumentParser:
    settings = standard_paths().config
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--theme", choices=("system", "light", "dark"), default="system", help="light or dark")
    common.add_argument("--data", type=Path, metavar="DIR", help="keep everything in this folder")
    common.add_argument("--verbose", action="store_true", help="log more (never message text)")
    parser = argparse.ArgumentParser(
        prog="cti-client", description="A desktop softphone for SMS chat.", parents=[common]
    )
    parser.add_argument("--version", action="version", version=f"cti-client {__version__}")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"the hub's settings (default: {settings}); the log is in {standard_paths().log}",
    )
    parser.set_defaults(run=_desktop)
    commands = parser.add_subparsers(metavar="COMMAND")
    demo = commands.add_parser("demo", parents=[common], help="the desktop with sample data and a customer's handset")
    demo.add_argument("--fresh", action="store_true", help="forget what earlier demos left")
    demo.set_defaults(run=_demo)
    tour = commands.add_parser(
        "tour", parents=[common], help="drive the same screens through the whole job, with no display"
    )
    tour.add_argument("--out", type=Path, default=Path("build/tour"), metavar="DIR", help="where the pictures go")
    tour.add_argument("--quiet", action="store_true", help="print the last line alone")
    tour.set_defaults(run=_tour)
    return parser


def _desktop(options: argparse.Namespace) -> int:
    from cti_client.demo.settings import load_or_simulate, person
    from cti_client.hub.own_hub import OwnHub

    paths = paths_in(options.data) if options.data else standard_paths()
    if options.config:
        paths = Paths(data=paths.data, config=options.config)
    _log_into(paths)
    hub = OwnHub(partial(load_or_simulate, paths), person())
    hub.warm_up()  # on another core, while this one imports Qt
    quick_start.begin()
    from cti_client.bootstrap import run_desktop

    return run_desktop(paths, hub, theme=options.theme)


def _demo(options: argparse.Namespace) -> int:
    from cti_client.demo.demo import run_demo

    paths = paths_in(options.data) if options.data else demo_paths()
    return run_demo(paths, theme=options.theme, fresh=options.fresh)


def _tour(options: argparse.Namespace) -> int:
    from cti_client.demo.tour import run_tour

    return run_tour(options.out, data=options.data, theme=options.theme, quiet=options.quiet)


if __name__ == "__main__":
    sys.exit(main())
