"""B9: when a customer may be texted unasked."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_client.domain import Millis
from cti_client.domain.country_names import country_code
from cti_client.domain.quiet_hours import (
    MINUTE,
    Hours,
    Place,
    allowed,
    local_proof,
    local_times,
    next_allowed,
    place_of,
    refusal_sentence,
    window,
)
from cti_client.domain.us_places import place_of_zip, state_of_number

NEW_YORK, LOS_ANGELES, BERLIN = "America/New_York", "America/Los_Angeles", "Europe/Berlin"
USUAL = Hours()


def at(zone: str, *when: int, fold: int = 0) -> Millis:
    """The instant at which the clock of a zone shows this."""
    return int(datetime(*when, tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)  # type: ignore[misc,arg-type]


def clock(zone: str, instant: Millis | None) -> str:
    assert instant is not None
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("hour", "minute", "may"),
    [(0, 0, False), (7, 59, False), (8, 0, True), (12, 0, True), (20, 59, True), (21, 0, False), (23, 59, False)],
)
def test_the_hours_begin_and_end_to_the_minute(hour: int, minute: int, may: bool) -> None:
    now = at(NEW_YORK, 2025, 6, 16, hour, minute)
    assert allowed(now, Place((NEW_YORK,)), USUAL) is may
    assert allowed(now, Place((NEW_YORK,)), Hours(quiet=False))


def test_hours_of_a_line() -> None:
    place = Place((BERLIN,))
    hours = Hours(texts_from=9 * 60 + 30, texts_until=24 * 60)
    assert not allowed(at(BERLIN, 2025, 6, 16, 9, 29), place, hours)
    assert allowed(at(BERLIN, 2025, 6, 16, 9, 30), place, hours)
    assert allowed(at(BERLIN, 2025, 6, 16, 23, 59), place, hours)
    assert not allowed(at(BERLIN, 2025, 6, 17, 0, 0), place, hours)


@pytest.mark.parametrize(
    ("state", "monday", "sunday"),
    [
        ("FL", (480, 1200), (480, 1200)),
        ("OK", (480, 1200), (480, 1200)),
        ("MD", (480, 1200), (480, 1200)),
        ("CT", (540, 1200), (540, 1200)),
        ("TX", (540, 1260), (720, 1260)),
    ],
)
def test_stricter_states(state: str, monday: tuple[int, int], sunday: tuple[int, int]) -> None:
    assert window(USUAL, (state,), datetime(2025, 6, 16, tzinfo=UTC).date()) == monday
    assert window(USUAL, (state,), datetime(2025, 6, 15, tzinfo=UTC).date()) == sunday


def test_the_strictest_of_line_and_states_counts() -> None:
    monday = datetime(2025, 6, 16, tzinfo=UTC).date()
    assert window(Hours(texts_from=600, texts_until=1100), ("FL", "TX"), monday) == (600, 1100)
    assert window(Hours(texts_from=60, texts_until=1400), ("FL", "TX"), monday) == (540, 1200)


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("+13055550123", "FL"),
        ("+14055550123", "OK"),
        ("+14105550123", "MD"),
        ("+12035550123", "CT"),
        ("+15125550123", "TX"),
        ("+12125550123", ""),
        ("+4930512555012", ""),
        ("+1305", ""),
        ("30512", ""),
    ],
)
def test_the_state_of_a_number(address: str, state: str) -> None:
    assert state_of_number(address) == state
    assert place_of(address, "US").states == ((state,) if state else ())


@pytest.mark.parametrize(
    ("postcode", "country", "state", "zones"),
    [
        ("10001", "USA", "NY", (NEW_YORK,)),
        ("78701-1234", "United States", "TX", ("America/Chicago",)),
        ("79901", "us", "TX", ("America/Denver",)),
        ("32501", "US", "FL", ("America/Chicago",)),
        ("37501", "US", "TN", ("America/Chicago",)),
        ("96813", "US", "HI", ("Pacific/Honolulu",)),
        ("97914", "US", "OR", (LOS_ANGELES, "America/Denver")),
    ],
)
def test_the_place_of_a_zip(postcode: str, country: str, state: str, zones: tuple[str, ...]) -> None:
    found = place_of_zip(postcode, country)
    assert found is not None
    assert found.state == state
    assert set(found.zones) == set(zones)


@pytest.mark.parametrize(
    ("postcode", "country"), [("10115", "Germany"), ("10001", ""), ("1001", "US"), ("34000", "US"), ("SW1A 1AA", "UK")]
)
def test_a_postal_address_that_says_nothing(postcode: str, country: str) -> None:
    assert place_of_zip(postcode, country) is None


def test_the_zones_of_a_number() -> None:
    assert place_of("+12125550123", "GB").zones == (NEW_YORK,)
    assert place_of("+442071234567", "US").zones == ("Europe/London",)
    assert place_of("+919812345678", "US").zones == ("Asia/Kolkata",)
    assert {"Australia/Perth", "Australia/Sydney"} < set(place_of("+61412345678", "US").zones)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+18505550123", ["07:00", "08:00"]),
        ("+13645550123", ["07:00", "08:00"]),
        ("+17015550123", ["06:00", "07:00"]),
        ("+12085550123", ["05:00", "06:00"]),
        ("+19285550123", ["05:00", "06:00"]),
        ("+12505550123", ["05:00", "06:00"]),
        ("+12125550123", ["08:00"]),
    ],
)
def test_an_area_code_with_a_limit_of_zones_in_it_has_both(address: str, shown: list[str]) -> None:
    times = local_times(at(NEW_YORK, 2025, 6, 16, 8), place_of(address, "US").zones)
    assert [f"{one.clock:%H:%M}" for one in times] == shown


@pytest.mark.parametrize("address", ["+18005550123", "+15551234567", "12345"])
def test_a_number_that_says_nothing_is_as_far_as_the_lines_country(address: str) -> None:
    american, canadian = place_of(address, "US").zones, place_of(address, "CA").zones
    assert {NEW_YORK, LOS_ANGELES, "Pacific/Honolulu"} < set(american)
    assert {"America/St_Johns", "America/Vancouver"} < set(canadian)
    assert place_of(address, "DE").zones == (BERLIN,)
    assert not {"Pacific/Guam", "America/St_Johns"} & set(american)
    assert not place_of(address, "US").known
    assert place_of("+12125550123", "US").known


def test_a_clear_postal_address_decides_alone() -> None:
    place = place_of("+12125550123", "US", "90012", "USA")
    assert place == Place((LOS_ANGELES,))
    moved = place_of("+13055550123", "US", "75201", "USA")
    assert moved == Place(("America/Chicago",), ("FL", "TX")), "hours of both states, for the number is Florida's still"


@pytest.mark.parametrize(
    ("address", "postcode", "country", "zones"),
    [
        ("+12125550123", "10115", "Germany", {BERLIN}),
        ("+12125550123", "", "de", {BERLIN}),
        ("+4915123456789", "10115", "Deutschland", {BERLIN}),
        ("+18005550123", "", "United Kingdom", {"Europe/London"}),
        ("+4915123456789", "", "USA", {NEW_YORK, LOS_ANGELES, "Pacific/Honolulu"}),
        ("+14165550123", "V6B 1A1", "Canada", {"America/Vancouver", "America/Edmonton"}),
        ("+14165550123", "m5v3l9", "CA", {"America/Toronto"}),
        ("+12125550123", "H2Y 1C6", "Canada", {"America/Toronto"}),
        ("+14165550123", "", "Canada", {"America/Toronto"}),
        ("+12125550123", "SW1A 1AA", "", {NEW_YORK}),
        ("+12125550123", "90012", "", {LOS_ANGELES}),
        ("+14165550123", "V6B 1A1", " ", {"America/Vancouver"}),
        ("+4915123456789", "90012", "", {BERLIN}),
        ("+12125550123", "10115", "Ruritania", {NEW_YORK}),
        ("12345", "", "Poland", {"Europe/Warsaw"}),
    ],
)
def test_an_address_in_another_country_decides(address: str, postcode: str, country: str, zones: set[str]) -> None:
    place = place_of(address, "US", postcode, country)
    assert zones <= set(place.zones)
    assert place.known
    assert (NEW_YORK in place.zones) == (NEW_YORK in zones)


@pytest.mark.parametrize("letter", "ABCEGHJKLMNPRSTVXY")
def test_every_district_of_canada_has_its_zones(letter: str) -> None:
    zones = place_of("+442071234567", "US", f"{letter}1A 1A1", "Canada").zones
    assert zones
    assert "Europe/London" not in zones


def test_what_is_no_postal_code_says_no_more_than_the_number() -> None:
    for postcode in ("D1A 1A1", "V6B", "12345", "V6B-1A1x"):
        assert place_of("+14165550123", "US", postcode, "Canada").zones == ("America/Toronto",)


@pytest.mark.parametrize(
    ("name", "code"), [("Poland", "PL"), (" poland ", "PL"), ("pl", "PL"), ("UK", "GB"), ("", ""), ("x", "")]
)
def test_a_country_by_its_name(name: str, code: str) -> None:
    assert country_code(name) == code


def test_several_zones_allow_only_what_all_of_them_do() -> None:
    both = Place((NEW_YORK, LOS_ANGELES))
    assert not allowed(at(NEW_YORK, 2025, 6, 16, 10, 59), both, USUAL)
    assert allowed(at(NEW_YORK, 2025, 6, 16, 11, 0), both, USUAL)
    assert allowed(at(NEW_YORK, 2025, 6, 16, 20, 59), both, USUAL)
    assert not allowed(at(NEW_YORK, 2025, 6, 16, 21, 0), both, USUAL)
    assert next_allowed(at(NEW_YORK, 2025, 6, 16, 22, 0), both, USUAL) == at(NEW_YORK, 2025, 6, 17, 11, 0)


def test_a_zone_of_half_an_hour() -> None:
    place = place_of("+919812345678", "US")
    assert not allowed(at("UTC", 2025, 6, 16, 2, 29), place, USUAL)
    assert allowed(at("UTC", 2025, 6, 16, 2, 30), place, USUAL)
    assert next_allowed(at("UTC", 2025, 6, 15, 20), place, USUAL) == at("UTC", 2025, 6, 16, 2, 30)


def test_texas_on_sunday() -> None:
    place = place_of("+15125550123", "US")
    saturday_night = at("America/Chicago", 2025, 6, 14, 22)
    assert next_allowed(saturday_night, place, USUAL) == at("America/Chicago", 2025, 6, 15, 12)
    sunday_night = at("America/Chicago", 2025, 6, 15, 22)
    assert next_allowed(sunday_night, place, USUAL) == at("America/Chicago", 2025, 6, 16, 9)


def test_the_night_in_which_clocks_go_forward() -> None:
    """In New York 02:00 to 03:00 of 9 March 2025 does not exist."""
    place = Place((NEW_YORK,))
    now = at(NEW_YORK, 2025, 3, 8, 23)
    assert clock(NEW_YORK, next_allowed(now, place, USUAL)) == "2025-03-09T08:00-04:00"
    in_the_gap = Hours(texts_from=2 * 60 + 30, texts_until=20 * 60)
    assert clock(NEW_YORK, next_allowed(now, place, in_the_gap)) == "2025-03-09T03:00-04:00"
    only_the_gap = Hours(texts_from=2 * 60, texts_until=3 * 60)
    assert clock(NEW_YORK, next_allowed(now, place, only_the_gap)) == "2025-03-10T02:00-04:00"


def test_the_night_in_which_clocks_go_back() -> None:
    """In New York 01:00 to 02:00 of 2 November 2025 comes twice."""
    place = Place((NEW_YORK,))
    now = at(NEW_YORK, 2025, 11, 1, 23)
    assert clock(NEW_YORK, next_allowed(now, place, USUAL)) == "2025-11-02T08:00-05:00"
    twice = Hours(texts_from=90, texts_until=20 * 60)
    assert clock(NEW_YORK, next_allowed(now, place, twice)) == "2025-11-02T01:30-04:00"
    between = at(NEW_YORK, 2025, 11, 2, 1, 0, fold=1)
    assert not allowed(between, place, twice)
    assert clock(NEW_YORK, next_allowed(between, place, twice)) == "2025-11-02T01:30-05:00"
    ends_twice = Hours(texts_from=60, texts_until=90)
    assert (
        clock(NEW_YORK, next_allowed(at(NEW_YORK, 2025, 11, 2, 1, 45), place, ends_twice)) == "2025-11-02T01:00-05:00"
    )


def test_hours_that_never_come() -> None:
    far_apart = Place(("Pacific/Honolulu", "Pacific/Auckland"))
    assert next_allowed(at("UTC", 2025, 6, 16), far_apart, Hours(texts_from=600, texts_until=601)) is None


ZONES = st.sampled_from(
    [NEW_YORK, LOS_ANGELES, BERLIN, "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns"]
)
PLACES = st.builds(
    Place,
    st.lists(ZONES, min_size=1, max_size=3, unique=True).map(tuple),
    st.lists(st.sampled_from(["CT", "FL", "TX"]), max_size=2, unique=True).map(tuple),
)
HOURS = st.builds(
    lambda first, length: Hours(texts_from=first, texts_until=min(first + length, 1440)),
    st.integers(0, 1400),
    st.integers(1, 1440),
)
CHANGES = st.sampled_from(
    [
        at("UTC", *day, 0)
        for day in ((2025, 3, 9), (2025, 3, 30), (2025, 4, 5), (2025, 10, 4), (2025, 10, 26), (2025, 11, 2))
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.builds(int.__add__, CHANGES, st.integers(-2 * 86_400_000, 86_400_000)), PLACES, HOURS)
def test_next_allowed_is_the_first_allowed_minute(now: Millis, place: Place, hours: Hours) -> None:
    found = next_allowed(now, place, hours)
    end = found if found is not None else now + 4 * 86_400_000
    if found is not None:
        assert found >= now
        assert allowed(found, place, hours)
    first_whole = -(-now // MINUTE) * MINUTE
    earlier = range(first_whole, min(end, now + 4 * 86_400_000), MINUTE)
    assert not any(allowed(minute, place, hours) for minute in earlier)


def test_what_the_clocks_show() -> None:
    now = at("UTC", 2025, 6, 16, 13, 40)
    (one,) = local_times(now, (NEW_YORK,))
    assert (f"{one.clock:%H:%M}", one.zone) == ("09:40", NEW_YORK)
    shown = local_times(now, (NEW_YORK, LOS_ANGELES, "America/Detroit", "America/Phoenix"))
    assert [f"{each.clock:%H:%M}" for each in shown] == ["06:40", "09:40"]


def test_the_proof_names_the_clock_and_the_zone() -> None:
    now = at("UTC", 2025, 6, 16, 13, 40)
    assert local_proof(now, Place((NEW_YORK,))) == "2025-06-16 09:40 America/New_York"
    assert local_proof(now, Place((NEW_YORK, "America/Chicago", LOS_ANGELES))) == (
        "2025-06-16 06:40 America/Los_Angeles / 2025-06-16 09:40 America/New_York"
    )


def test_the_sentence_for_the_person() -> None:
    early = at(NEW_YORK, 2025, 6, 16, 6, 40)
    assert refusal_sentence(early, Place((NEW_YORK,)), USUAL) == (
        "It is 06:40 where the customer is. Texts there are allowed from 8:00 to 21:00."
    )
    assert refusal_sentence(early, Place((NEW_YORK, LOS_ANGELES)), USUAL) == (
        "It is between 03:40 and 06:40 where the customer is. Texts there are allowed from 8:00 to 21:00."
    )
    assert refusal_sentence(early, place_of("12345", "DE"), Hours(texts_from=780)) == (
        "It may be 12:40 where the customer is. Texts there are allowed from 13:00 to 21:00."
    )
    sunday = at("America/Chicago", 2025, 6, 15, 9)
    assert refusal_sentence(sunday, Place(("America/Chicago",), ("TX",)), USUAL) == (
        "It is 09:00 where the customer is. Texts there are allowed from 12:00 to 21:00."
    )
    assert refusal_sentence(early, Place((NEW_YORK,), ("FL",)), Hours(texts_from=1260, texts_until=1300)) == (
        "It is 06:40 where the customer is. Texts there are not allowed today."
    )
