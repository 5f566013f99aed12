"""The port of one's own hub where the settings name none: the same at every start, for gateways are told it.

The system chooses it once; it stands in a file beside the database. Where somebody else has it, any other serves the
desktop, and the hub comes back to its own at a later start.
"""

import errno
import logging
from dataclasses import replace
from pathlib import Path

from cti_client.hub.config import HubConfig

log = logging.getLogger(__name__)

TAKEN = (errno.EADDRINUSE, errno.EACCES)


def with_own_port(config: HubConfig) -> HubConfig:
    """The settings with the port of the last start, where they name none."""
    file = _file(config)
    if config.port or file is None:
        return config
    port = _kept(file)
    return config if port is None else replace(config, port=port)


def keep_port(config: HubConfig, url: str) -> None:
    """Remember where a hub listens whose port was chosen for the first time."""
    file = _file(config)
    if config.port or file is None or _kept(file) is not None:
        return
    try:
        file.write_text(url.rpartition(":")[2], encoding="ascii")
    except OSError as error:
        log.warning("the hub's port cannot be kept: %s", error.strerror)


def _kept(file: Path) -> int | None:
    """None where there is none, or it was not written whole."""
    try:
        port = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return port if 0 < port <= 65_535 else None


def _file(config: HubConfig) -> Path | None:
    return config.database.with_suffix(".port") if isinstance(config.database, Path) else None
