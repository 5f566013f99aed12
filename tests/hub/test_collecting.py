import asyncio
import gc
import weakref

from cti_client.hub.collecting import collect_regularly, no_full_collections


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


async def test_a_ring_is_found_by_the_regular_look_alone() -> None:
    with no_full_collections():
        assert gc.get_threshold()[2] > 10**6
        gone = asyncio.Event()
        ring = Ring()
        weakref.finalize(ring, gone.set)
        gc.collect(1)  # no young object any more
        del ring
        task = asyncio.create_task(collect_regularly(0.001))
        async with asyncio.timeout(10):
            await gone.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_outside_all_is_as_before() -> None:
    before = gc.get_threshold()
    with no_full_collections():
        pass
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
