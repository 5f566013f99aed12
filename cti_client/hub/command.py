"""`cti-client hub`: a hub for a team, as a process of its own.

Exit status: 0 ended as it was told to; 1 the settings are wrong; 2 the command line is; 3 the hub could not start (its
database is away or of a newer version, its port is taken); 4 it ended by a mistake of ours.

SIGTERM and SIGINT: leave in order; the second one: leave at once. SIGHUP: read the TLS certificate again.
"""

import asyncio
import importlib.util
import logging
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cti_client.hub import log as hub_log
from cti_client.hub.bootstrap import Hub
from cti_client.hub.collecting import collect_regularly, no_full_collections
from cti_client.hub.config import ConfigError, HubConfig
from cti_client.hub.config_file import load
from cti_client.hub.config_places import explain
from cti_client.hub.descriptors import raise_limit, within
from cti_client.hub.directory import outside_sources
from cti_client.hub.gateways import make_connections
from cti_client.hub.store.schema import NotOurDatabaseError, SchemaTooNewError
from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.supervisor import tell
from cti_client.hub.trouble import trouble
from cti_client.hub.web.server import load_tls
from cti_client.telephony.sms.registry import make_connection

log = logging.getLogger(__name__)

ENDED, WRONG_SETTINGS, UNABLE, MISTAKE = 0, 1, 3, 4

UNABLE_ERRORS = (OSError, StoreAwayError, NotOurDatabaseError, SchemaTooNewError, sqlite3.DatabaseError)
"""Why a hub cannot start without it being the program's mistake. Their words are for the operator."""


def check_config(file: Path, say: Callable[[str], None], complain: Callable[[str], None]) -> int:
    """Load all that the settings name, but start nothing; the exit status."""
    try:
        config = load(file)
        load_tls(config)
        make_connections(config, "https://hub.invalid", make_connection)
        outside_sources(config.directory)
    except ConfigError as error:
        complain(explain(file, error))
        return WRONG_SETTINGS
    lines, gateways = len(config.lines), len(config.connections)
    say(f"{file}: good. Connections: {gateways}, lines: {lines}, agents: {len(config.agents)}.")
    return ENDED


def run_hub(file: Path, *, form: str = "text", level: int = logging.INFO) -> int:
    """Run until a signal; the exit status. `form`: `text` or `json` lines on the error output."""
    hub_log.set_up(form, level)
    try:
        config = load(file)
        config = replace(config, limits=within(config.limits, raise_limit()))
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(config))
    except ConfigError as error:
        log.error("%s", explain(file, error))
        return WRONG_SETTINGS
    except UNABLE_ERRORS as error:
        log.error("the hub cannot start: %s", error)
        return UNABLE
    except Exception as error:  # noqa: BLE001  its words may be a customer's: the log gets the way to it alone
        log.critical("the hub ended by a mistake: %s", trouble(error))
        return MISTAKE
    return ENDED


async def _serve(config: HubConfig) -> None:
    hub = Hub(config)
    leave = asyncio.Event()

    def asked_to_leave() -> None:
        if leave.is_set():
            log.warning("asked to leave once more: leaving at once")
            hub.hurry()
        else:
            log.info("asked to leave")
            leave.set()

    def renew() -> None:
        try:
            hub.renew_certificate()
        except ConfigError as error:
            log.error("the certificate stays as it is: %s", error)
        else:
            log.info("the certificate was read again")

    _on_signal(("SIGTERM", "SIGINT"), asked_to_leave)
    _on_signal(("SIGHUP",), renew)
    leaving = asyncio.ensure_future(leave.wait())
    starting = asyncio.ensure_future(hub.start())
    collecting: asyncio.Future[None] | None = None
    try:
        await asyncio.wait((leaving, starting), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            return
        starting.result()
        tell("READY=1")
        with no_full_collections():
            collecting = asyncio.ensure_future(collect_regularly())
            await leaving
        tell("STOPPING=1")
        await hub.stop()
        log.info("the hub has left")
    finally:
        tasks = [task for task in (leaving, starting, collecting) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _on_signal(names: tuple[str, ...], act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in names:
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, act)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop, where there is one."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop
