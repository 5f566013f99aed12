"""The system's limit of open files: every desktop's socket is one."""

import logging
import sys
from dataclasses import replace

from cti_client.hub.config import Limits

log = logging.getLogger(__name__)

MOST = 65_536
"""As many as are asked for where the system sets no limit."""
RESERVE = 256
"""For gateways, the database, the log, and requests that are no sockets."""

if sys.platform == "win32":

    def raise_limit() -> int | None:
        """Windows sets no limit that matters here."""
        return None

else:
    import resource

    def raise_limit() -> int | None:
        """Have as many as the system lets us, and say how many that is; None where there is no limit."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except (OSError, ValueError):  # some systems say that they would allow more than they do
                log.warning("the limit of %d open files could not be raised", soft)
            soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return None if soft == resource.RLIM_INFINITY else soft


def within(limits: Limits, descriptors: int | None) -> Limits:
    """The same, with no more desktops than can be open at once."""
    if descriptors is None:
        return limits
    most = max(1, descriptors - RESERVE)
    if limits.sockets <= most:
        return limits
    log.warning("at most %d desktops instead of %d: the system allows %d open files", most, limits.sockets, descriptors)
    return replace(limits, sockets=most)
