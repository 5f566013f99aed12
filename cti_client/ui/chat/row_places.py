"""Where the rows of the chat view stand, and what of the screen may stay as it is when they move. Pure numbers."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

Row = TypeVar("Row", bound=Hashable)


class Spot(NamedTuple):
    """A row's place in the list, and its edges in pixels from the top of all rows; `bottom` is the next row's top."""

    place: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Repaint:
    """How to get from one picture to the next: move all of it by `shift` pixels (down is positive), then paint `bands`.

    A band is `(top, bottom)` in pixels of the view, over its whole width; `bottom` is outside.
    """

    shift: int
    bands: tuple[tuple[int, int], ...]


class RowPlaces(Generic[Row]):
    """Rows below each other without gaps. A row is known again by its identity alone, and never changes its height."""

    __slots__ = ("_rows", "_tops")

    def __init__(self, rows: Sequence[Row] = (), height_of: Callable[[Row], int] = lambda _row: 0) -> None:
        """`height_of`: pixels."""
        self._rows = rows
        self._tops = [0, *accumulate(map(height_of, rows))]

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def height(self) -> int:
        """Of all rows together."""
        return self._tops[-1]

    def row(self, place: int) -> Row:
        """The row in that place. IndexError where there is none."""
        return self._rows[place]

    def spot(self, place: int) -> Spot:
        """Where the row in that place stands. IndexError where there is none."""
        if place < 0:
            raise IndexError(place)
        return Spot(place, self._tops[place], self._tops[place + 1])

    def at(self, y: int) -> int | None:
        """The place of the row under this pixel."""
        if not 0 <= y < self.height:
            return None
        return bisect_right(self._tops, y) - 1

    def between(self, top: int, bottom: int) -> Iterator[Spot]:
        """The rows that touch these pixels (`bottom` is outside), from the top down."""
        tops = self._tops
        first = max(0, bisect_right(tops, top) - 1)
        for place in range(first, min(len(self._rows), bisect_left(tops, bottom, first))):
            yield Spot(place, tops[place], tops[place + 1])


def repaint(before: RowPlaces[Row], top_before: int, now: RowPlaces[Row], top_now: int, height: int) -> Repaint:
    """What is to be done to a view of this height that showed `before` from `top_before` on, to show `now`.

    Rows that are held in both and moved together are kept, the most of them where they moved differently.
    """
    old = {before.row(spot.place): spot.top - top_before for spot in before.between(top_before, top_before + height)}
    kept: list[tuple[int, int, int]] = []
    for spot in now.between(top_now, top_now + height):
        was = old.get(now.row(spot.place))
        if was is not None:
            kept.append((spot.top - top_now - was, was, was + spot.bottom - spot.top))
    if not kept:
        return Repaint(0, ((0, height),))
    shift = Counter(moved for moved, _, _ in kept).most_common(1)[0][0]
    bands: list[tuple[int, int]] = []
    done = 0
    for moved, top, bottom in kept:
        if moved != shift:
            continue
        # Only what was in sight has been painted.
        first, last = max(0, max(0, top) + shift), min(height, min(height, bottom) + shift)
        if first >= last:
            continue
        if first > done:
            bands.append((done, first))
        done = last
    if done < height:
        bands.append((done, height))
    return Repaint(shift, tuple(bands))
