"""The in-process bus: merged, in the subscriber's loop, from any thread."""

import asyncio
import threading

from cti_client.hub.bus import Bus, Hint


async def turn_of_the_loop() -> None:
    """Wait until what was scheduled from outside before this call has run."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon_threadsafe(done.set_result, None)
    await done


async def test_every_subscriber_hears_of_it() -> None:
    bus = Bus()
    first: list[Hint] = []
    second: list[Hint] = []
    bus.on_hint(first.append)
    bus.on_hint(second.append)
    bus.publish_hint(agents=[1], topics=["waiting"], wakes=["outbox"])
    await turn_of_the_loop()
    assert first == second == [Hint(frozenset({1}), frozenset({"waiting"}), frozenset({"outbox"}))]


async def test_hints_between_two_turns_are_one() -> None:
    bus = Bus()
    heard: list[Hint] = []
    bus.on_hint(heard.append)
    bus.publish_hint(agents=[1])
    bus.publish_hint(agents=[2], wakes=["offers"])
    assert heard == [], "never inside publish_hint"
    await turn_of_the_loop()
    assert heard == [Hint(agents=frozenset({1, 2}), wakes=frozenset({"offers"}))]
    bus.publish_hint(agents=[3])
    await turn_of_the_loop()
    assert heard[1:] == [Hint(agents=frozenset({3}))]


async def test_nothing_to_say_is_not_said() -> None:
    bus = Bus()
    heard: list[Hint] = []
    bus.on_hint(heard.append)
    bus.publish_hint()
    await turn_of_the_loop()
    assert heard == []


async def test_from_another_thread_in_the_loop_s_thread() -> None:
    bus = Bus()
    threads: list[int] = []
    heard = asyncio.Event()

    def on_hint(hint: Hint) -> None:
        threads.append(threading.get_ident())
        heard.set()

    bus.on_hint(on_hint)
    await asyncio.to_thread(bus.publish_hint, [1])
    await asyncio.wait_for(heard.wait(), 10)
    assert threads == [threading.get_ident()]


async def test_unsubscribed_at_once_and_twice_is_fine() -> None:
    bus = Bus()
    heard: list[Hint] = []
    unsubscribe = bus.on_hint(heard.append)
    bus.publish_hint(agents=[1])
    unsubscribe()
    unsubscribe()
    bus.publish_hint(agents=[2])
    await turn_of_the_loop()
    assert heard == []


def test_a_loop_that_has_ended_is_passed_over() -> None:
    bus = Bus()
    heard: list[Hint] = []

    async def subscribe() -> None:
        bus.on_hint(heard.append)

    asyncio.run(subscribe())
    bus.publish_hint(agents=[1])
    assert heard == []
