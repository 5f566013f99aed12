"""aiohttp without the wait for certificates.

Importing aiohttp reads every certificate authority of the system, twice: half of the import, for the contexts of https
requests that bring none of their own. With this they are read later, or never: the desktop's bring their own.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

_READING = ("load_default_certs", "set_default_verify_paths")
"""The methods of a TLS context that read the system's certificates."""


@contextmanager
def certificates_later() -> Iterator[Callable[[], None]]:
    """TLS contexts that imports inside make trust nobody until the function given has returned: https fails, safely.

    It takes some ten milliseconds, may be called from any thread, and holds no interpreter lock. Contexts made by other
    threads meanwhile are as ever.
    """
    waiting: list[Callable[[], object]] = []

    def load() -> None:
        while waiting:
            waiting.pop()()

    with ExitStack() as ends:
        for name in _READING:
            ends.enter_context(_put_off(name, waiting))
        yield load


@contextmanager
def _put_off(name: str, waiting: list[Callable[[], object]]) -> Iterator[None]:
    """Calls of this method by this thread only note what they would have done."""
    whole = getattr(ssl.SSLContext, name)
    own = name in vars(ssl.SSLContext)
    importing = threading.get_ident()

    def note(context: ssl.SSLContext, *args: Any) -> None:
        if threading.get_ident() == importing:
            waiting.append(partial(whole, context, *args))
        else:
            whole(context, *args)

    setattr(ssl.SSLContext, name, note)
    try:
        yield
    finally:
        if own:
            setattr(ssl.SSLContext, name, whole)
        else:
            delattr(ssl.SSLContext, name)
