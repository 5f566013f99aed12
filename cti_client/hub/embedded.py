"""A hub inside the desktop: its own thread with its own event loop, reached over loopback like any other hub."""

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace

from cti_client.domain import Millis
from cti_client.hub.bootstrap import ConnectionMaker, Hub
from cti_client.hub.config import AgentConfig, HubConfig
from cti_client.hub.trouble import trouble
from cti_client.telephony.sms.registry import make_connection, system_clock

log = logging.getLogger(__name__)


class EmbeddedHub:
    """One person's hub. `start` and `stop` may be called from any thread but the hub's own, `stop` also twice.

    The agent signs in with a random token of this start alone; agents of the settings stay as they are.
    """

    def __init__(
        self,
        config: HubConfig,
        agent_name: str,
        connection_maker: ConnectionMaker = make_connection,
        clock: Callable[[], Millis] = system_clock,
    ) -> None:
        self._token = secrets.token_urlsafe(32)
        person = AgentConfig(name=agent_name, token=self._token)
        others = tuple(one for one in config.agents if one.name != agent_name)
        self._config = replace(config, agents=(*others, person))
        self._connection_maker = connection_maker
        self._clock = clock
        self._started: Future[str] = Future()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def begin(self) -> "Future[str]":
        """Start in the background; the future holds the hub's address, or why it could not start."""
        if self._thread is not None:
            raise RuntimeError("the hub is started already")
        self._thread = threading.Thread(target=self._run, name="embedded hub", daemon=True)
        self._thread.start()
        return self._started

    def start(self) -> tuple[str, str]:
        """Start and wait for it: (address, token). Raises as `Hub.start` does."""
        return self.begin().result(), self._token

    @property
    def token(self) -> str:
        """What the agent signs in with."""
        return self._token

    def stop(self, seconds: float = 20.0) -> None:
        """Stop and wait for it, at most this long."""
        if self._thread is None:
            return
        wait((self._started,), seconds)
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # its loop is closed: the thread is ending by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(seconds)
        if self._thread.is_alive():
            log.error("the embedded hub did not stop in time")

    def _run(self) -> None:
        try:
            asyncio.run(self._serve(), debug=False)
        except BaseException as error:  # noqa: BLE001  whoever started us gets it, or the log
            if self._started.done():
                log.error("the embedded hub ended by a mistake: %s", trouble(error))
            else:
                self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        hub = Hub(self._config, self._connection_maker, self._clock)
        url = await hub.start()
        try:
            self._started.set_result(url)
            await self._stop.wait()
        finally:
            await hub.stop()
