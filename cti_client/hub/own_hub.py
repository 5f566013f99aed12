"""The desktop's own hub, a process beside it: this side starts it, hears of it and ends it.

`own_hub_process.py` is the other side. A process and not a thread: the two share neither an interpreter lock nor a
crash, so a busy hub never holds the screen up, and what it imports is imported on another core. It is reached over
loopback with a random token, like any other hub.

The pipe to it carries one `Launch`, later perhaps a `SecretsKey`, and its end is the wish to stop; a desktop that was
killed therefore leaves no hub behind. The pipe from it carries lines of JSON: that it is ready or why not, and what it
has to log. Standard library alone: this is imported before the window is on the screen.
"""

import contextlib
import json
import logging
import os
import pickle
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cti_client.hub.config import HubConfig

log = logging.getLogger(__name__)

HubSettings = Callable[[], "HubConfig"]
"""Reads the hub's settings. Called in the hub's process: a function of a module, or a `partial` of one."""

PAUSES_SECONDS = (0.0, 1.0, 5.0, 15.0, 30.0)
"""What passes before a hub that ended by itself is started again: the longer, the more often it did so lately."""
LATELY_SECONDS = 120.0
LENGTH_BYTES = 4
_PROGRAM = "import gc; gc.disable(); from cti_client.hub.own_hub_process import main; raise SystemExit(main())"
"""What a start makes lives until the end: collecting in the middle of it only takes time."""


if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


@dataclass(frozen=True, slots=True)
class Launch:
    """What the hub's process is told, pickled: both sides are this program, and nobody else holds the pipe.

    `person` signs in with `token`. `port` 0: any free one. `log_level` is that of the desktop's log. `secrets_key`: as
    of `HubConfig`, empty where the desktop does not know it yet.
    """

    settings: HubSettings
    person: str
    token: str = field(repr=False)
    log_level: int
    port: int = 0
    secrets_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SecretsKey:
    """What the hub may open secrets with from now on: a keyring may have taken its time, which no window waits for."""

    keys: str = field(repr=False)


def frame(value: object) -> bytes:
    """One value on the pipe to the hub's process: its length in four bytes, then itself."""
    pickled = pickle.dumps(value)
    return len(pickled).to_bytes(LENGTH_BYTES, "big") + pickled


class OwnHubError(Exception):
    """The hub could not start; the sentence names what to mend."""


class OwnHub:
    """One person's hub. Every method may be called from any thread, `stop` also twice.

    A hub that ends by itself is started again on its port, so that desktops and gateways find it where it was.
    """

    def __init__(self, settings: HubSettings, person: str) -> None:
        level = logging.getLogger().getEffectiveLevel()
        self._launch = Launch(settings, person, secrets.token_urlsafe(32), level)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._told: subprocess.Popen[bytes] | None = None
        """The one that has its `Launch`."""
        self._started: Future[str] = Future()
        self._started.set_running_or_notify_cancel()  # who waits for it may give up; the start goes on
        self._begun = False
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="own hub", daemon=True)

    @property
    def token(self) -> str:
        """What the agent signs in with."""
        return self._launch.token

    def keep_secrets_with(self, keys: str) -> None:
        """Let the hub keep secrets, and open those that it keeps. May block for a moment."""
        with self._lock:
            self._launch = replace(self._launch, secrets_key=keys)
            if self._process is not None and self._told is self._process:
                self._write(self._process, SecretsKey(keys))

    def warm_up(self) -> None:
        """Start the process, which imports what it needs and touches nothing until `begin`."""
        with self._lock:
            if self._process is None and not self._stopping.is_set():
                self._process = _spawn()

    def begin(self) -> "Future[str]":
        """Start the hub in the background; the future holds its address, or an `OwnHubError`."""
        self.warm_up()
        with self._lock:
            if self._stopping.is_set():
                raise RuntimeError("the hub is stopped")
            if not self._begun:
                self._begun = True
                self._watcher.start()
        return self._started

    def start(self) -> tuple[str, str]:
        """Start and wait for it: (address, token). Raises `OwnHubError`."""
        return self.begin().result(), self.token

    def stop(self, seconds: float = 20.0) -> None:
        """Have it end what is under way and wait for it; after `seconds` it is killed."""
        with self._lock:
            self._stopping.set()
            process, begun = self._process, self._begun
        if process is None:
            return
        _hang_up(process)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.error("the hub did not stop in time")
            process.kill()
            process.wait()
        if begun:
            self._watcher.join()
        elif process.stdout is not None:
            process.stdout.close()

    def _watch(self) -> None:
        """Its life, and the next one's where it ended by itself."""
        ends: list[float] = []
        while True:
            with self._lock:
                process = self._process
                assert process is not None
                self._told = process
                self._write(process, self._launch)
            self._listen(process)
            code = process.wait()
            _hang_up(process)
            if not self._started.done():
                self._started.set_exception(OwnHubError(f"The hub cannot be started: it ended with status {code}."))
            if self._started.exception() is not None:
                return
            now = time.monotonic()
            ends = [*(end for end in ends if now - end < LATELY_SECONDS), now]
            if not self._start_again(code, PAUSES_SECONDS[min(len(ends), len(PAUSES_SECONDS)) - 1]):
                return

    def _start_again(self, code: int, pause: float) -> bool:
        """After `pause`; False where the hub is to stop meanwhile."""
        if not self._stopping.is_set():
            log.warning("the hub ended by itself (status %s); it is started again in %g s", code, pause)
        while not self._stopping.wait(pause):
            with self._lock:
                if self._stopping.is_set():
                    return False
                try:
                    self._process = _spawn()
                except OSError as error:
                    log.error("the hub cannot be started again: %s", error.strerror)
                    pause = PAUSES_SECONDS[-1]
                else:
                    return True
        return False

    def _write(self, process: subprocess.Popen[bytes], value: object) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it is gone, or stopped already: its end says so
            process.stdin.write(frame(value))
            process.stdin.flush()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Until its pipe ends."""
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                try:
                    kind, *words = json.loads(line)
                    self._hear(kind, words)
                except (ValueError, TypeError):
                    log.warning("the hub said something that is not understood")

    def _hear(self, kind: str, words: list[str]) -> None:
        if kind == "log":
            level, name, text = words
            logging.getLogger(name).log(int(level), "%s", text)
        elif kind == "ready":
            (url,) = words
            with self._lock:
                self._launch = replace(self._launch, port=int(url.rpartition(":")[2]))
            if not self._started.done():
                self._started.set_result(url)
        elif kind == "failed":
            (why,) = words
            if self._started.done():
                log.error("the hub cannot be started again: %s", why)
            else:
                self._started.set_exception(OwnHubError(why))


def _spawn() -> subprocess.Popen[bytes]:
    """In the package's own folder's sight, whatever folder the person is in; without a console window on Windows."""
    root = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": search},
        creationflags=_NO_WINDOW,
    )


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
