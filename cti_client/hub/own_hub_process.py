"""The desktop's own hub: the side that is the process. `own_hub.py` tells how the two speak.

What takes long to import is imported first, while the desktop still builds its window; then it waits for its `Launch`.
"""

import asyncio
import gc
import json
import logging
import os
import pickle
import signal
import sys
import threading
from dataclasses import replace

from cti_client.hub.own_hub import LENGTH_BYTES, Launch, SecretsKey
from cti_client.quick_imports import certificates_later

with certificates_later() as load_certificates:
    from cti_client.domain.role import Role
    from cti_client.hub.bootstrap import Hub
    from cti_client.hub.config import AgentConfig, ConfigError, HubConfig
    from cti_client.hub.log import Words
    from cti_client.hub.own_port import TAKEN, keep_port, with_own_port
    from cti_client.hub.store.schema import NotOurDatabaseError, SchemaTooNewError
    from cti_client.hub.trouble import trouble

log = logging.getLogger(__name__)

TURN_SECONDS = 0.001
"""How long one thread may keep the interpreter from another. The loop and the store's writer hand every text to each
other; with Python's 5 ms each waits for the other's turn to end."""


class Pipe:
    """Lines to the desktop. May be written to from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def say(self, *words: str) -> None:
        """One line; nobody listens any more when the desktop was killed, and that is no fault of ours."""
        line = memoryview(json.dumps(words).encode() + b"\n")
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:
                return


class PipeHandler(logging.Handler):
    """Has the desktop keep our log in its own: one file, and one place to look at."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe
        self.setFormatter(Words())

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record over."""
        self._pipe.say("log", str(record.levelno), record.name, self.format(record))


def main() -> int:
    """Run until the desktop lets go of the pipe; the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the desktop too, and it decides
    sys.setswitchinterval(TURN_SECONDS)
    pipe = Pipe(os.dup(1))
    os.dup2(2, 1)  # whatever prints must not reach the pipe
    launch = read_frame(0)
    if not isinstance(launch, Launch):
        return 0  # the desktop ended before it needed a hub
    logging.basicConfig(level=launch.log_level, handlers=[PipeHandler(pipe)], force=True)
    try:
        asyncio.run(_serve(launch, pipe))
    except ConfigError as error:
        pipe.say("failed", f"The settings are wrong at {error}")
    except (OSError, NotOurDatabaseError, SchemaTooNewError) as error:
        pipe.say("failed", f"The hub cannot be started: {error}")
    except Exception as error:  # noqa: BLE001 - its place is in the log; its words may be a customer's
        log.error("the hub ended by a mistake: %s", trouble(error))
        return 1
    else:
        return 0
    return 1


def configure(launch: Launch) -> HubConfig:
    """The settings with the person in them, who signs in with the token of this start alone."""
    config = launch.settings()
    others = tuple(one for one in config.agents if one.name != launch.person)
    person = AgentConfig(name=launch.person, token=launch.token, role=Role.OWNER)
    keys = " ".join(filter(None, (config.secrets_key, launch.secrets_key)))
    return replace(config, agents=(*others, person), port=config.port or launch.port, secrets_key=keys)


def speaks_tls(config: HubConfig) -> bool:
    """Whether a gateway or a directory is asked by https, which needs the certificates from the start."""
    options: list[object] = [option for one in config.connections for option in one.settings.options.values()]
    options += [option for source in config.directory for option in source.options.values()]
    return any(str(option).lower().startswith("https:") for option in options)


async def _serve(launch: Launch, pipe: Pipe) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    config = await asyncio.to_thread(configure, launch)
    certificates = asyncio.create_task(asyncio.to_thread(load_certificates), name="certificates")
    if speaks_tls(config):
        await certificates
    hub, url = await _start(config, certificates)
    try:
        threading.Thread(target=_listen, args=(loop, hub, stop), name="desktop's wish", daemon=True).start()
        pipe.say("ready", url)
        gc.freeze()
        gc.enable()  # `own_hub` starts us without
        await certificates
        await stop.wait()
    finally:
        await hub.stop()


async def _start(config: HubConfig, certificates: "asyncio.Task[None]") -> tuple[Hub, str]:
    """On the port that the settings name or the last start had; where that is taken and not named, on any."""
    wished = with_own_port(config)
    hub = Hub(wished, certificates=certificates)
    try:
        url = await hub.start()
    except OSError as error:
        if error.errno not in TAKEN or wished == config:
            raise
        log.warning("port %d is taken by another program: gateways that call this hub do not reach it", wished.port)
        hub = Hub(config, certificates=certificates)
        url = await hub.start()
    keep_port(config, url)
    return hub, url


def _listen(loop: asyncio.AbstractEventLoop, hub: Hub, stop: asyncio.Event) -> None:
    """To what the desktop still says, up to its wish that we stop."""
    while (said := read_frame(0)) is not None:
        if isinstance(said, SecretsKey):
            loop.call_soon_threadsafe(hub.learn_keys, said.keys)
    loop.call_soon_threadsafe(stop.set)


def read_frame(descriptor: int) -> object | None:
    """What `own_hub.frame` made; None at the end. Reads no further than that, and past no buffer that others lock."""
    length = _read(descriptor, LENGTH_BYTES)
    content = _read(descriptor, int.from_bytes(length, "big")) if length else b""
    return pickle.loads(content) if content else None  # noqa: S301 - from the program that started us


def _read(descriptor: int, count: int) -> bytes:
    """So many bytes; none where the pipe ends before."""
    content = b""
    while len(content) < count:
        more = os.read(descriptor, count - len(content))
        if not more:
            return b""
        content += more
    return content
