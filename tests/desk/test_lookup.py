"""Address look-up: in order, never held up, never ended by a broken source (A4)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cti_client.desk.errors import HubAwayError
from cti_client.desk.lookup import GIVE_UP_AFTER, SLOW_AFTER, LookupView, SourceStatus, look_up
from cti_client.wire.api import Candidate, LookupResult, Source, SourceList

ANNA, BO = Candidate(name="Anna"), Candidate(name="Bo")
Answer = Callable[[], Awaitable[LookupResult]]


class Sleeps:
    """Time in the test's hands."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        self._sleepers.append((self._now + seconds, over))
        await over.wait()

    async def pass_by(self, seconds: float) -> None:
        await quiet()
        self._now += seconds
        for until, over in self._sleepers:
            if until <= self._now:
                over.set()
        await quiet()


async def quiet() -> None:
    """Lets everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


def found(*candidates: Candidate, error: str = "") -> Answer:
    async def answer() -> LookupResult:
        return LookupResult(source="", candidates=candidates, error=error)

    return answer


class Never:
    """Does not answer; notes that it was given up."""

    def __init__(self) -> None:
        self.cancelled = False

    async def __call__(self) -> LookupResult:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        raise AssertionError


class Sources:
    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, str]] = []

    async def sources(self) -> SourceList:
        return SourceList(sources=tuple(Source(id=name, name=name.title()) for name in self.answers))

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> LookupResult:
        self.asked.append((source_id, address, query))
        return await self.answers[source_id]()


class Watcher(list[LookupView]):
    @property
    def states(self) -> dict[str, SourceStatus]:
        return {source.name: source.status for source in self[-1].sources}


async def search(sources: Sources, seen: Watcher, sleeps: Sleeps | None = None, **by: str) -> LookupView:
    return await look_up(sources, seen.append, sleep=(sleeps or Sleeps()).sleep, **(by or {"address": "+1555"}))


async def test_sources_are_asked_in_order_until_one_finds_somebody() -> None:
    sources, seen = Sources(own=found(), directory=found(ANNA, BO), later=found(BO)), Watcher()

    view = await search(sources, seen)

    assert view == seen[-1]
    assert view.done
    assert view.candidates == (ANNA, BO)
    assert seen.states == {"Own": SourceStatus.NONE, "Directory": SourceStatus.FOUND}
    assert sources.asked == [("own", "+1555", ""), ("directory", "+1555", "")]
    assert [one.done for one in seen] == [False] * 4 + [True]


async def test_nobody_anywhere() -> None:
    seen = Watcher()

    view = await search(Sources(own=found(), directory=found()), seen)

    assert (view.done, view.candidates) == (True, ())
    assert set(seen.states.values()) == {SourceStatus.NONE}


async def test_a_slow_source_shows_as_such_goes_on_and_holds_nobody_up() -> None:
    slow = asyncio.Event()

    async def slowly() -> LookupResult:
        await slow.wait()
        return LookupResult(source="", candidates=(ANNA,))

    sources, seen, sleeps = Sources(own=slowly, directory=found()), Watcher(), Sleeps()
    task = asyncio.ensure_future(search(sources, seen, sleeps))
    await sleeps.pass_by(SLOW_AFTER - 0.01)
    assert seen.states == {"Own": SourceStatus.SEARCHING}

    await sleeps.pass_by(0.01)
    assert seen.states == {"Own": SourceStatus.SLOW, "Directory": SourceStatus.NONE}
    assert not task.done()

    slow.set()
    view = await task
    assert view.candidates == (ANNA,)
    assert seen.states == {"Own": SourceStatus.FOUND, "Directory": SourceStatus.NONE}


async def test_nobody_waits_for_a_slow_source_once_somebody_is_found() -> None:
    never = Never()
    sources, seen, sleeps = Sources(slow=never, directory=found(BO)), Watcher(), Sleeps()
    task = asyncio.ensure_future(search(sources, seen, sleeps))

    await sleeps.pass_by(SLOW_AFTER)

    assert (await task).candidates == (BO,)
    assert seen.states == {"Directory": SourceStatus.FOUND}
    assert never.cancelled


async def test_a_source_that_never_answers_is_broken_in_the_end() -> None:
    never = Never()
    sources, seen, sleeps = Sources(own=never), Watcher(), Sleeps()
    task = asyncio.ensure_future(search(sources, seen, sleeps))
    await sleeps.pass_by(GIVE_UP_AFTER)

    view = await task

    assert seen.states == {"Own": SourceStatus.BROKEN}
    assert view.sources[0].detail == "It did not answer."
    assert never.cancelled


async def test_broken_sources_say_why_and_the_next_is_asked() -> None:
    async def away() -> LookupResult:
        raise HubAwayError("The hub does not answer.")

    seen = Watcher()

    view = await search(Sources(one=found(error="Its answer is not JSON."), two=away, three=found(ANNA)), seen)

    assert [(one.status, one.detail) for one in view.sources] == [
        (SourceStatus.BROKEN, "Its answer is not JSON."),
        (SourceStatus.BROKEN, "The hub does not answer."),
        (SourceStatus.FOUND, ""),
    ]
    assert view.candidates == (ANNA,)


async def test_by_words_all_sources_are_asked_at_once() -> None:
    slow = asyncio.Event()

    async def slowly() -> LookupResult:
        await slow.wait()
        return LookupResult(source="", candidates=(ANNA,))

    sources, seen = Sources(own=slowly, directory=found(BO)), Watcher()
    task = asyncio.ensure_future(search(sources, seen, query="parcel street"))
    await quiet()
    assert seen.states == {"Own": SourceStatus.SEARCHING, "Directory": SourceStatus.FOUND}
    assert seen[-1].candidates == (BO,)
    slow.set()

    assert (await task).candidates == (ANNA, BO)
    assert sorted(sources.asked) == [("directory", "", "parcel street"), ("own", "", "parcel street")]


async def test_no_sources_at_all() -> None:
    view = await search(Sources(), Watcher())

    assert view == LookupView((), done=True)


async def test_cancelling_ends_what_is_under_way() -> None:
    never = Never()
    task = asyncio.ensure_future(search(Sources(own=never), Watcher()))
    await quiet()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert never.cancelled


async def test_a_mistake_of_ours_is_not_an_empty_answer() -> None:
    async def wrong() -> LookupResult:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await search(Sources(own=wrong, directory=found()), Watcher())
