"""Address look-up (A4): who may this be, asked of one source after another.

By number the sources are tried in their order until one finds somebody. A source that takes longer than two seconds is
shown as slow, goes on, and no longer holds the next one back. By words all sources are asked at once, since a person
searching by hand wants to see all there is. A broken source never ends the search.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from cti_client.desk.errors import DeskError
from cti_client.wire.api import Candidate, LookupResult, Source, SourceList

SLOW_AFTER = 2.0
"""Seconds until a source is shown as slow."""
GIVE_UP_AFTER = 15.0
"""Seconds until a source counts as broken."""


class SourceStatus(StrEnum):
    """How far one source has come."""

    SEARCHING = "searching"
    SLOW = "slow"
    NONE = "none"
    FOUND = "found"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source that has been asked. `detail`: one sentence where it is broken."""

    id: str
    name: str
    status: SourceStatus = SourceStatus.SEARCHING
    candidates: tuple[Candidate, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LookupView:
    """The sources asked so far, in their order. `done`: nothing more will come."""

    sources: tuple[SourceView, ...] = ()
    done: bool = False

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Everybody found, in the order of the sources."""
        return tuple(candidate for source in self.sources for candidate in source.candidates)


class Directory(Protocol):
    """Whoever can ask the hub's sources: the desk."""

    async def sources(self) -> SourceList:
        """The sources in their order. Raises `DeskError`."""

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> LookupResult:
        """What one source says. Raises `DeskError`."""


Timer = Callable[[float], Awaitable[None]]


async def look_up(
    directory: Directory,
    on_change: Callable[[LookupView], None],
    *,
    address: str = "",
    query: str = "",
    sleep: Timer = asyncio.sleep,
) -> LookupView:
    """Ask the sources about a number (`address`) or words (`query`); returns the last view.

    `on_change` gets every view, the last one too. Cancelling ends all that is under way. Raises `DeskError` where
    even the list of sources cannot be had.
    """
    sources = (await directory.sources()).sources
    search = _Search(directory, on_change, address, query, sleep)
    return await search.run(sources, in_order=not query)


@dataclass
class _Search:
    directory: Directory
    on_change: Callable[[LookupView], None]
    address: str
    query: str
    sleep: Timer
    views: dict[str, SourceView] = field(default_factory=dict)

    async def run(self, sources: Sequence[Source], *, in_order: bool) -> LookupView:
        asked: set[asyncio.Task[None]] = set()
        try:
            for source in sources:
                waited = asyncio.Event()
                asked.add(asyncio.create_task(self._ask(source, waited), name=f"look-up in {source.id}"))
                if in_order:
                    await waited.wait()
                    if self._found:
                        break
            while not (in_order and self._found):
                pending = {task for task in asked if not task.done()}
                if not pending:
                    break
                await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        for task in asked:
            if not task.cancelled():
                task.result()  # a mistake of ours is not to be mistaken for an empty answer
        return self._finish()

    @property
    def _found(self) -> bool:
        return any(view.candidates for view in self.views.values())

    async def _ask(self, source: Source, waited: asyncio.Event) -> None:
        """`waited` is set once the next source need not wait for this one any more."""
        self._show(SourceView(source.id, source.name))
        slow = asyncio.create_task(self._slow(source.id, waited), name=f"patience with {source.id}")
        try:
            result = await self._answer(source.id)
        finally:
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
            waited.set()
        status = SourceStatus.FOUND if result.candidates else SourceStatus.NONE
        if result.error:
            status = SourceStatus.BROKEN
        self._show(SourceView(source.id, source.name, status, result.candidates, result.error))

    async def _answer(self, source_id: str) -> LookupResult:
        asking = asyncio.ensure_future(self.directory.lookup(source_id, self.address, self.query))
        patience = asyncio.ensure_future(self.sleep(GIVE_UP_AFTER))
        try:
            await asyncio.wait((asking, patience), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return LookupResult(source=source_id, error="It did not answer.")
            return asking.result()
        except DeskError as error:
            return LookupResult(source=source_id, error=str(error))
        finally:
            asking.cancel()
            patience.cancel()
            await asyncio.gather(asking, patience, return_exceptions=True)

    async def _slow(self, source_id: str, waited: asyncio.Event) -> None:
        await self.sleep(SLOW_AFTER)
        self._show(replace(self.views[source_id], status=SourceStatus.SLOW))
        waited.set()

    def _show(self, view: SourceView) -> None:
        self.views[view.id] = view
        self.on_change(LookupView(tuple(self.views.values())))

    def _finish(self) -> LookupView:
        """Sources that were still searching when somebody was found are left out: nobody waits for them."""
        under_way = (SourceStatus.SEARCHING, SourceStatus.SLOW)
        finished = tuple(view for view in self.views.values() if view.status not in under_way)
        last = LookupView(finished, done=True)
        self.on_change(last)
        return last
