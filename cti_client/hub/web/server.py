"""Listening: the application on one address, with time limits and a log that never shows what was sent."""

import logging
import socket
import ssl
from collections.abc import MutableMapping
from typing import Any

from aiohttp import web

from cti_client.hub.config import ConfigError, HubConfig, check

log = logging.getLogger(__name__)

_LINGER_SECONDS = 1.0
_SHUTDOWN_SECONDS = 5.0
_BACKLOG = 4_096
"""Connections that the system keeps until the hub takes them: thousands of desktops may come back at one moment. What
finds no place is lost in a way that its owner notices only after many seconds."""


class WebServer:
    """Serves an application as the settings say. Refuses to listen beyond loopback without a certificate.

    The port is taken first (`url` is known from then on, for gateways that must be told) and served later.
    """

    def __init__(self, config: HubConfig) -> None:
        """Take the port. Raises `ConfigError` for what must not be, `OSError` where the port is not free."""
        check(config)
        self._config = config
        self._tls = load_tls(config)
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        self._socket = socket.create_server((config.host, config.port), family=family)
        host, port = self._socket.getsockname()[:2]
        self.url = f"{'http' if self._tls is None else 'https'}://{f'[{host}]' if ':' in host else host}:{port}"

    async def start(self, app: web.Application) -> None:
        """Serve."""
        limits = self._config.limits
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_OneLine(log, {}),
            max_line_size=limits.webhook_bytes,  # gateways that call with GET put the whole text into the first line
            # aiohttp counts a connection as idle until a whole header is there, so this bounds slow headers as well
            keepalive_timeout=limits.header_seconds,
            lingering_time=_LINGER_SECONDS,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        await self._runner.setup()
        self._site = web.SockSite(self._runner, self._socket, ssl_context=self._tls, backlog=_BACKLOG)
        await self._site.start()

    async def close_doors(self) -> None:
        """Take no further connections, close idle ones, and the others after their answer. Twice is once.

        Sockets of desktops stay. Who asks again over a new connection finds another hub, where there is one.
        """
        site, self._site = self._site, None
        if site is not None:
            await site.stop()
        if self._runner is not None and self._runner.server is not None:
            self._runner.server.pre_shutdown()

    def renew_certificate(self) -> None:
        """Read the certificate's files again, for connections that open from now on. Raises `ConfigError`."""
        if self._tls is not None:
            load_tls(self._config)  # what cannot be used must not take the place of what can
            _load_chain(self._tls, self._config)

    async def stop(self) -> None:
        """Stop listening; requests under way may end within five seconds, then they are cut. Twice is once."""
        await self.close_doors()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        self._socket.close()


def load_tls(config: HubConfig) -> ssl.SSLContext | None:
    """What the settings' certificate makes; None without one. Raises `ConfigError`."""
    if config.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _load_chain(context, config)
    return context


def _load_chain(context: ssl.SSLContext, config: HubConfig) -> None:
    try:
        context.load_cert_chain(str(config.tls_certificate), config.tls_key)
    except OSError as error:
        raise ConfigError("hub.tls_certificate", f"cannot be used: {error.strerror or error}") from error


class _OneLine(logging.LoggerAdapter[logging.Logger]):
    """aiohttp logs a malformed request with a trace that quotes it; this keeps one line without its content."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        error = kwargs.pop("exc_info", None)
        if isinstance(error, BaseException):
            msg = f"{msg} ({type(error).__name__})"
        return msg, kwargs

    def exception(self, msg: object, *args: object, exc_info: Any = True, **kwargs: Any) -> None:
        self.warning(msg, *args, exc_info=exc_info, **kwargs)

    def debug(self, msg: object, *args: object, exc_info: Any = None, **kwargs: Any) -> None:
        if exc_info is not None:
            self.warning(msg, *args, exc_info=exc_info, **kwargs)
