"""Hints from whoever committed to whoever watches: there may be something new; read the store.

A hint names, it never carries data, and it may be lost: it saves waiting, nothing depends on it. This bus serves one
process. A bus over several (LISTEN/NOTIFY) keeps the same two methods: it tells the other processes in `publish_hint`
too and passes theirs to the same subscribers.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """Agents whose streams grew, topics whose value may have changed, and workers to wake."""

    agents: frozenset[int] = frozenset()
    topics: frozenset[str] = frozenset()
    wakes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.agents or self.topics or self.wakes)

    def __or__(self, other: "Hint") -> "Hint":
        return Hint(self.agents | other.agents, self.topics | other.topics, self.wakes | other.wakes)


class Bus:
    """Passes hints within this process. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: list[_Subscriber] = []

    async def open(self) -> None:
        """Connect to the other processes, where there are any. Never fails: what is not there yet is tried again."""

    async def close(self) -> None:
        """Say what is still to be said to the others, and let go."""

    def publish_hint(self, agents: Iterable[int] = (), topics: Iterable[str] = (), wakes: Iterable[str] = ()) -> None:
        """Tell every subscriber, soon. Returns at once. Call it after the commit."""
        hint = Hint(frozenset(agents), frozenset(topics), frozenset(wakes))
        if not hint:
            return
        with self._lock:
            subscribers = tuple(self._subscribers)
        for subscriber in subscribers:
            subscriber.pass_on(hint)

    def on_hint(self, callback: Callable[[Hint], None]) -> Callable[[], None]:
        """Have `callback` called in the running event loop; the answer ends that, also for hints on their way.

        Hints that come in faster than the loop turns are merged into one call. Raises `RuntimeError` outside a loop.
        """
        subscriber = _Subscriber(asyncio.get_running_loop(), callback)
        with self._lock:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            subscriber.end()
            with self._lock, contextlib.suppress(ValueError):  # ending twice is no fault
                self._subscribers.remove(subscriber)

        return unsubscribe


class _Subscriber:
    """One callback, with the hints that its loop has not taken yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[Hint], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._lock = threading.Lock()
        self._waiting = Hint()
        self._ended = False

    def pass_on(self, hint: Hint) -> None:
        with self._lock:
            scheduled = bool(self._waiting)
            self._waiting |= hint
        if not scheduled:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there to be told
                self._loop.call_soon_threadsafe(self._call)

    def end(self) -> None:
        self._ended = True

    def _call(self) -> None:
        with self._lock:
            hint, self._waiting = self._waiting, Hint()
        if not self._ended:
            self._callback(hint)
