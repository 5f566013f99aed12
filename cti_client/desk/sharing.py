"""Threads that this agent and somebody else have before them at once (G2a).

Nothing of it is kept: it is true while the link lives, and a moment longer.
"""

from collections import Counter
from collections.abc import Callable

from cti_client.domain import Millis
from cti_client.wire.frames import MOST_LOOKED_AT, Looking, Typing
from cti_client.wire.topics import Shared, SharedThread

TYPING_EVERY: Millis = 3_000
"""At most one word of typing in this time."""


class Sharing:
    """What the hub says of shared threads, and what it is told of this desktop's.

    `say` passes a frame to the hub, or loses it. `on_change` is called when `others_in` may answer differently.
    """

    def __init__(
        self, say: Callable[[Looking | Typing], None], now: Callable[[], Millis], on_change: Callable[[], None]
    ) -> None:
        self._say = say
        self._now = now
        self._on_change = on_change
        self._live = False
        self._looks: Counter[int] = Counter()
        self._threads: dict[int, SharedThread] = {}
        self._typed_at: dict[int, Millis] = {}

    def others_in(self, thread_id: int) -> SharedThread | None:
        """Who else is at this thread; None for nobody, and while the link is down."""
        return self._threads.get(thread_id)

    def look(self, thread_id: int) -> Callable[[], None]:
        """This thread is on the screen without its chat being held. Call the answer, once, when it is not any more."""
        self._looks[thread_id] += 1
        self._tell_looks()

        def look_away() -> None:
            self._looks -= Counter((thread_id,))  # what comes to nothing is left out
            self._tell_looks()

        return look_away

    def type_in(self, thread_id: int) -> None:
        """The agent types there. The hub hears of it where somebody else can see it, and not with every key."""
        now = self._now()
        if thread_id not in self._threads or now - self._typed_at.get(thread_id, -TYPING_EVERY) < TYPING_EVERY:
            return
        self._typed_at[thread_id] = now
        self._say(Typing(thread_id=thread_id))

    def hear(self, shared: Shared) -> None:
        """The newest value of the topic."""
        self._show({thread.thread_id: thread for thread in shared.threads})

    def set_live(self, live: bool) -> None:
        """How it stands with the link. A hub that is found again knows nothing of what was looked at."""
        if live == self._live:
            return
        self._live = live
        if live:
            self._tell_looks()
        else:
            self._show({})

    def _show(self, threads: dict[int, SharedThread]) -> None:
        if threads != self._threads:
            self._threads = threads
            self._typed_at = {one: at for one, at in self._typed_at.items() if one in threads}
            self._on_change()

    def _tell_looks(self) -> None:
        if self._live:
            self._say(Looking(threads=tuple(sorted(self._looks)[:MOST_LOOKED_AT])))
