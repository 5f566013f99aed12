import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.ui.chat.row_places import Repaint, RowPlaces, Spot, repaint

Row = tuple[int, int]
"""A number, and its height in pixels."""

heights = st.lists(st.integers(1, 30), max_size=12)


def height_of(row: Row) -> int:
    return row[1]


def placed(*rows: Row) -> RowPlaces[Row]:
    return RowPlaces(rows, height_of)


def picture(places: RowPlaces[Row], top: int, height: int) -> list[tuple[Row, int] | None]:
    """What each line of pixels shows: a row and the line within it."""
    lines: list[tuple[Row, int] | None] = []
    for y in range(top, top + height):
        place = places.at(y)
        lines.append(None if place is None else (places.row(place), y - places.spot(place).top))
    return lines


def test_rows_stand_below_each_other() -> None:
    places = placed((1, 10), (2, 5), (3, 20))
    assert len(places) == 3
    assert places.height == 35
    assert places.spot(1) == Spot(1, 10, 15)
    assert [places.at(y) for y in (-1, 0, 9, 10, 14, 15, 34, 35)] == [None, 0, 0, 1, 1, 2, 2, None]


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_no_other_row(place: int) -> None:
    with pytest.raises(IndexError):
        placed((1, 10), (2, 5), (3, 20)).spot(place)


def test_rows_that_touch_a_stretch() -> None:
    places = placed((1, 10), (2, 5), (3, 20))
    assert [spot.place for spot in places.between(0, 10)] == [0]
    assert [spot.place for spot in places.between(9, 11)] == [0, 1]
    assert [spot.place for spot in places.between(12, 100)] == [1, 2]
    assert not list(places.between(35, 100))
    assert not list(RowPlaces[Row]().between(0, 100))


def test_a_new_row_below_moves_the_rest_and_paints_itself_alone() -> None:
    before, now = placed((1, 10), (2, 10), (3, 10)), placed((1, 10), (2, 10), (3, 10), (4, 7))
    assert repaint(before, 10, now, 17, 20) == Repaint(-7, ((13, 20),))


def test_a_row_that_is_another_paints_itself_alone() -> None:
    before, now = placed((1, 10), (2, 10), (3, 10)), placed((1, 10), (9, 10), (3, 10))
    assert repaint(before, 0, now, 0, 30) == Repaint(0, ((10, 20),))


def test_what_comes_out_of_sight_paints_nothing() -> None:
    before, now = placed((1, 10), (2, 10), (3, 10)), placed((7, 50), (1, 10), (2, 10), (3, 10))
    assert repaint(before, 0, now, 50, 30) == Repaint(0, ())


def test_nothing_in_common_paints_all() -> None:
    assert repaint(placed((1, 10)), 0, placed((2, 10)), 0, 30) == Repaint(0, ((0, 30),))


@given(
    before=heights,
    now=st.lists(st.one_of(st.integers(0, 11), st.integers(100, 104)), unique=True, max_size=14),
    tops=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    height=st.integers(1, 60),
)
def test_moving_and_painting_gives_the_whole_picture(
    before: list[int], now: list[int], tops: tuple[int, int], height: int
) -> None:
    rows = [(number, high) for number, high in enumerate(before)]
    known = dict(rows)
    old = placed(*rows)
    new = placed(*((number, known.get(number, 9)) for number in now))
    shown, wanted = picture(old, tops[0], height), picture(new, tops[1], height)
    change = repaint(old, tops[0], new, tops[1], height)
    moved = [shown[y - change.shift] if 0 <= y - change.shift < height else ("junk", y) for y in range(height)]
    for first, last in change.bands:
        assert 0 <= first < last <= height
        moved[first:last] = wanted[first:last]
    assert moved == wanted
