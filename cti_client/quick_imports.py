"""aiohttp without the wait for certificates.

Importing aiohttp reads every certificate authority of the system, a third of what the import takes, for the context
of https requests that bring none of their own. With this they are read later, or never: the desktop's bring their own.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_READS = "load_default_certs"


@contextmanager
def certificates_later() -> Iterator[Callable[[], None]]:
    """TLS contexts that imports inside make trust nobody until the function given has returned: https fails, safely.

    It takes some ten milliseconds, may be called from any thread, and holds no interpreter lock. Contexts made by other
    threads meanwhile are as ever.
    """
    waiting: list[tuple[ssl.SSLContext, ssl.Purpose]] = []
    importing = threading.get_ident()
    whole = ssl.SSLContext.load_default_certs

    def note(context: ssl.SSLContext, purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH) -> None:
        if threading.get_ident() == importing:
            waiting.append((context, purpose))
        else:
            whole(context, purpose)

    def load() -> None:
        while waiting:
            whole(*waiting.pop())

    setattr(ssl.SSLContext, _READS, note)  # for as long as the imports take
    try:
        yield load
    finally:
        setattr(ssl.SSLContext, _READS, whole)
