"""G2a: what the desktop says and knows of threads that somebody else has before them too."""

from cti_client.desk.sharing import Sharing
from cti_client.wire.frames import MOST_LOOKED_AT, Looking, Typing
from cti_client.wire.topics import Peer, Shared, SharedThread

THREAD = SharedThread(thread_id=3, peers=(Peer(name="Ben"),))


class Bench:
    def __init__(self, *, live: bool = True) -> None:
        self.now = 10_000
        self.said: list[Looking | Typing] = []
        self.changes = 0
        self.sharing = Sharing(self.said.append, lambda: self.now, self._changed)
        self.sharing.set_live(live)
        self.said.clear()

    def _changed(self) -> None:
        self.changes += 1


def test_typing_is_said_where_somebody_sees_it_and_not_with_every_key() -> None:
    bench = Bench()
    bench.sharing.type_in(3)
    assert bench.said == []
    bench.sharing.hear(Shared(threads=(THREAD,)))
    for _ in range(5):
        bench.sharing.type_in(3)
    assert bench.said == [Typing(thread_id=3)]
    bench.now += 2_999
    bench.sharing.type_in(3)
    assert len(bench.said) == 1
    bench.now += 1
    bench.sharing.type_in(3)
    assert len(bench.said) == 2


def test_two_threads_are_typed_in_apart() -> None:
    bench = Bench()
    bench.sharing.hear(Shared(threads=(THREAD, SharedThread(thread_id=4, peers=(Peer(name="Ben"),)))))
    bench.sharing.type_in(3)
    bench.sharing.type_in(4)
    assert bench.said == [Typing(thread_id=3), Typing(thread_id=4)]


def test_looks_are_said_whole_and_once_a_thread() -> None:
    bench = Bench()
    first = bench.sharing.look(3)
    bench.sharing.look(9)
    second = bench.sharing.look(3)
    first()
    second()
    assert [frame.threads for frame in bench.said if isinstance(frame, Looking)] == [(3,), (3, 9), (3, 9), (3, 9), (9,)]


def test_no_more_looks_are_said_than_a_hub_takes() -> None:
    bench = Bench()
    for thread_id in range(1, MOST_LOOKED_AT + 5):
        bench.sharing.look(thread_id)
    assert bench.said[-1] == Looking(threads=tuple(range(1, MOST_LOOKED_AT + 1)))


def test_a_hub_that_is_found_again_is_told_again() -> None:
    bench = Bench(live=False)
    bench.sharing.look(3)
    assert bench.said == []
    bench.sharing.set_live(True)
    assert bench.said == [Looking(threads=(3,))]
    bench.sharing.set_live(True)
    assert len(bench.said) == 1


def test_without_a_link_nobody_is_there() -> None:
    bench = Bench()
    bench.sharing.hear(Shared(threads=(THREAD,)))
    assert bench.sharing.others_in(3) == THREAD
    bench.sharing.hear(Shared(threads=(THREAD,)))
    assert bench.changes == 1
    bench.sharing.set_live(False)
    assert bench.sharing.others_in(3) is None
    assert bench.changes == 2
