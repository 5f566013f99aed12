from chaos.numbers import NumberWatch


def watch() -> tuple[NumberWatch, list[str]]:
    gaps: list[str] = []
    return NumberWatch("agent 1", gaps), gaps


def test_numbers_without_a_gap() -> None:
    numbers, gaps = watch()
    numbers.hello(0)
    numbers.snapshot(10)
    numbers.records([11, 12])
    numbers.hello(12)
    numbers.records([13])
    assert gaps == []


def test_a_number_left_out() -> None:
    numbers, gaps = watch()
    numbers.hello(0)
    numbers.snapshot(10)
    numbers.records([11, 13])
    assert gaps == ["agent 1 got record 13 after 11"]


def test_a_number_that_comes_again() -> None:
    numbers, gaps = watch()
    numbers.hello(5)
    numbers.records([6])
    numbers.records([6])
    assert len(gaps) == 1


def test_what_follows_is_counted_from_what_the_desktop_says_it_holds() -> None:
    numbers, gaps = watch()
    numbers.hello(0)
    numbers.snapshot(10)
    numbers.records([11, 12])
    numbers.hello(11)
    numbers.records([12])
    assert gaps == []
    numbers.hello(11)
    numbers.records([13])
    assert len(gaps) == 1


def test_a_snapshot_instead_of_what_follows_hides_nothing() -> None:
    numbers, gaps = watch()
    numbers.hello(12)
    numbers.snapshot(20)
    assert len(gaps) == 1


def test_a_desktop_that_begins_anew_gets_a_snapshot() -> None:
    numbers, gaps = watch()
    numbers.hello(0)
    numbers.snapshot(10)
    numbers.hello(0)
    numbers.snapshot(20)
    numbers.records([21])
    assert gaps == []
