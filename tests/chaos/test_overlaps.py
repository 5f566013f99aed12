from chaos.overlaps import Overlaps


def overlaps() -> Overlaps:
    return Overlaps("interaction", "agent", 10.0)


def test_one_after_the_other_is_no_overlap() -> None:
    seen = overlaps()
    seen.show("k", 1, 1, 0.0)
    seen.hide("k", 1, 1, 5.0)
    seen.show("k", 2, 2, 5.0)
    assert seen.ended(100.0) == []


def test_a_short_overlap_is_let_pass_and_a_long_one_is_not() -> None:
    seen = overlaps()
    for key, until in (("short", 10.0), ("long", 10.5)):
        seen.show(key, 1, 1, 0.0)
        seen.show(key, 2, 2, 0.0)
        seen.hide(key, 1, 1, until)
    assert seen.ended(100.0) == ["interaction long with agents 1 and 2 at once for 10 s"]


def test_at_the_end_there_is_no_patience() -> None:
    seen = overlaps()
    seen.show("k", 1, 1, 0.0)
    seen.show("k", 2, 2, 1.0)
    assert len(seen.ended(1.5)) == 1


def test_a_member_is_there_as_long_as_any_viewer_shows_it() -> None:
    seen = overlaps()
    seen.show("k", 1, 1, 0.0)
    seen.show("k", 1, 9, 0.0)
    seen.show("k", 2, 2, 0.0)
    seen.hide("k", 1, 1, 1.0)
    assert len(seen.ended(2.0)) == 1
    seen.hide("k", 1, 9, 3.0)
    assert seen.ended(4.0) == []


def test_what_was_never_shown_can_be_hidden() -> None:
    seen = overlaps()
    seen.hide("k", 1, 1, 0.0)
    seen.show("k", 2, 2, 0.0)
    seen.hide("k", 1, 1, 0.0)
    assert seen.ended(50.0) == []


def test_three_at_once_are_three_pairs() -> None:
    seen = overlaps()
    for member in (1, 2, 3):
        seen.show("k", member, member, 0.0)
    assert len(seen.ended(1.0)) == 3
