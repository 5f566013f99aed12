"""The command: `cti-client` opens the desktop, `demo` adds a customer's handset, `tour` shows the whole job, `hub` is a
team's hub, `admin` says who may sign in there, `parts` counts what texts cost."""

import argparse
import logging
import os
import sys
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TypeAlias

from cti_client import __version__
from cti_client.domain.role import Role
from cti_client.hub.trouble import trouble
from cti_client.paths import Paths, demo_paths, paths_in, standard_paths
from cti_client.system import quick_start

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

OWN_HUB = "own"
ROLES = "one of " + ", ".join(Role)
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LogLines(logging.Formatter):
    """Errors by their kind and the way to them; their own words may be a customer's."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Logging's hook."""
        return trouble(ei[1])


def main() -> int:
    """Read the command line and run; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args()
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(LogLines(LOG_FORMAT))
    return int(options.run(options))


def _log_into(paths: Paths) -> None:
    """Also keep the log in a file, so that there is something to look at after a day."""
    paths.make()
    handler = RotatingFileHandler(paths.log, maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(LogLines(LOG_FORMAT))
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
    parser.add_argument(
        "--hub",
        metavar="ADDRESS",
        default="",
        help=f"work with the team's hub at this address, or with one of your own (`{OWN_HUB}`), this time",
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
    _add_hub(commands)
    _add_admin(commands)
    parts = commands.add_parser(
        "parts",
        help="count what texts cost: a JSON string a line in, a JSON object a line out",
        description="Reads one JSON string a line and writes one JSON object a line: encoding, parts, units (septets "
        "of GSM-7, 16-bit units of UCS-2), characters (code points). Nothing is replaced or composed. Exit status 1 "
        "if any line was no JSON string, 3 if the answers could not be written.",
    )
    parts.set_defaults(run=_parts, verbose=False)
    return parser


def _add_hub(commands: Commands) -> None:
    hub = commands.add_parser(
        "hub",
        help="a hub for a team, without a window",
        description="Runs a hub until SIGTERM. Exit status: 0 ended as told, 1 the settings are wrong, 3 it cannot "
        "start (database, port), 4 a mistake of its own.",
    )
    hub.add_argument("--config", type=Path, metavar="FILE", required=True, help="the hub's settings")
    hub.add_argument("--check-config", action="store_true", help="only say whether the settings are good")
    hub.add_argument("--log", choices=("text", "json"), default="text", help="how the log is written (default: text)")
    hub.add_argument("--verbose", action="store_true", help="log more (never message text)")
    hub.set_defaults(run=_hub)


def _add_admin(commands: Commands) -> None:
    admin = commands.add_parser("admin", help="who may sign in at a team's hub, and its keys")
    admin.add_argument("--config", type=Path, metavar="FILE", help="the hub's settings; needed by most actions")
    admin.set_defaults(run=_admin, verbose=False)
    acts = admin.add_subparsers(metavar="ACTION", required=True)
    for act, words in (
        ("add-agent", "make a token for somebody; it is printed once"),
        ("new-token", "make another token for somebody; the old one ends"),
        ("remove-agent", "end somebody's token; chats and cases stay"),
        ("set-role", "say what somebody may do; admins and owners change settings"),
    ):
        one = acts.add_parser(act, help=words)
        one.add_argument("name", metavar="NAME")
        if act == "set-role":
            one.add_argument("role", metavar="ROLE", choices=tuple(role.value for role in Role), help=ROLES)
        if act == "add-agent":
            one.add_argument("--role", choices=tuple(role.value for role in Role), default=Role.AGENT.value, help=ROLES)
        one.set_defaults(act=act)
    for act, words in (
        ("list-agents", "who may sign in"),
        ("new-secrets-key", "print a key for hub.secrets_key; needs no --config"),
        ("renew-secrets", "encrypt the secrets of connections by the newest key of hub.secrets_key"),
    ):
        acts.add_parser(act, help=words).set_defaults(act=act)


def _hub(options: argparse.Namespace) -> int:
    from cti_client.hub import command

    if options.check_config:
        return command.check_config(options.config, print, _complain)
    level = logging.DEBUG if options.verbose else logging.INFO
    return command.run_hub(options.config, form=options.log, level=level)


def _admin(options: argparse.Namespace) -> int:
    from cti_client.hub import admin
    from cti_client.hub.secrets import new_key

    if options.act == "new-secrets-key":
        _complain(
            "A key for hub.secrets_key. Whoever has it and the database has the gateways' secrets: keep both apart."
        )
        print(new_key())
        return 0
    if options.config is None:
        _complain("cti-client admin: error: the following arguments are required: --config")
        return 2
    match options.act:
        case "add-agent":
            act = admin.add_agent(options.name, Role(options.role))
        case "set-role":
            act = admin.set_role(options.name, Role(options.role))
        case "new-token":
            act = admin.new_token(options.name)
        case "remove-agent":
            act = admin.remove_agent(options.name)
        case "renew-secrets":
            act = admin.renew_secrets(options.config)
        case _:
            act = admin.list_agents()
    return admin.run_admin(options.config, act, print, _complain)


def _parts(_: argparse.Namespace) -> int:
    from cti_client.parts_command import NOBODY_READS, count_lines

    if sys.stdin is None or sys.stdout is None:
        _complain("parts reads standard input and writes standard output; one of them is closed.")
        return NOBODY_READS
    try:
        return count_lines(sys.stdin.buffer, sys.stdout.buffer)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            _complain(f"parts: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains of the rest at exit
        return NOBODY_READS
    except KeyboardInterrupt:
        return 130


def _complain(words: str) -> None:
    print(words, file=sys.stderr)


def _desktop(options: argparse.Namespace) -> int:
    from cti_client.demo.settings import load_or_simulate, person
    from cti_client.hub.own_hub import OwnHub

    paths = paths_in(options.data) if options.data else standard_paths()
    hub = options.hub
    if options.config:
        paths, hub = Paths(data=paths.data, config=options.config), hub or OWN_HUB
    _log_into(paths)
    make = partial(OwnHub, partial(load_or_simulate, paths), person())
    own = None
    if hub == OWN_HUB or not (hub or _at_a_team(paths)):
        own = make()
        own.warm_up()  # on another core, while this one imports Qt
    quick_start.begin()
    from cti_client.desk.errors import DeskError
    from cti_client.run import run_desktop

    try:
        return run_desktop(paths, make, theme=options.theme, hub=hub, warm=own)
    except DeskError as error:
        _complain(f"--hub: {error}")
        return 2


def _at_a_team(paths: Paths) -> bool:
    """Good enough to know whether a hub of one's own will be needed; the choice is read properly later."""
    try:
        return b'"kind":"team"' in paths.place.read_bytes()
    except OSError:
        return False


def _demo(options: argparse.Namespace) -> int:
    from cti_client.demo.demo import run_demo

    paths = paths_in(options.data) if options.data else demo_paths()
    return run_demo(paths, theme=options.theme, fresh=options.fresh)


def _tour(options: argparse.Namespace) -> int:
    from cti_client.demo.tour import run_tour

    return run_tour(options.out, data=options.data, theme=options.theme, quiet=options.quiet)


if __name__ == "__main__":
    sys.exit(main())
