"""Addresses: every sender is kept, every destination is exact (A2, A12)."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.call_id import sms_call_id
from cti_client.domain.errors import NotANumberError
from cti_client.domain.phone_number import (
    UNKNOWN_SENDER,
    Address,
    AddressKind,
    display,
    is_landline,
    parse_address,
    parse_destination,
    region,
)


@pytest.mark.parametrize(
    ("raw", "country", "value"),
    [
        ("+15551230001", "US", "+15551230001"),
        ("15551230001", "US", "+15551230001"),
        ("5551230001", "US", "+15551230001"),
        (" (555) 123-0001 ", "us", "+15551230001"),
        ("555.123.0001", "US", "+15551230001"),
        ("555\u2011123\u00a00001", "US", "+15551230001"),
        ("\u202a+1 555-123-0001\u202c", "DE", "+15551230001"),
        ("447911123456", "US", "+447911123456"),
        ("00447911123456", "US", "+447911123456"),
        ("011447911123456", "US", "+447911123456"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("4915112345678", "DE", "+4915112345678"),
        ("+39 06 1234 5678", "US", "+390612345678"),
        ("12345678", "DK", "+4512345678"),
        ("15551230001", "ZZ", "+15551230001"),
    ],
)
def test_numbers_become_e164(raw: str, country: str, value: str) -> None:
    address = parse_address(raw, country)
    assert (address.value, address.kind, address.repliable) == (value, AddressKind.E164, True)
    assert parse_destination(raw, country) == address


@pytest.mark.parametrize(
    ("raw", "country"), [("12345", "US"), ("988", "US"), ("27 126", "NO"), ("5550100", "US"), ("9800000", "US")]
)
def test_short_codes_keep_their_digits_and_can_be_answered(raw: str, country: str) -> None:
    address = parse_address(raw, country)
    assert address == Address(raw.replace(" ", ""), AddressKind.SHORT_CODE, True)


def test_a_typed_short_code_is_a_destination_but_a_number_without_its_area_code_is_not() -> None:
    assert parse_destination("12345", "US").value == "12345"
    with pytest.raises(NotANumberError, match="lacks its area code"):
        parse_destination("555-0100", "US")


@pytest.mark.parametrize(
    ("raw", "value", "kind"),
    [
        ("PARCELS", "PARCELS", AddressKind.NAME),
        (" Käse & Co. ", "Käse & Co.", AddressKind.NAME),
        ("1-800-FLOWERS", "1-800-FLOWERS", AddressKind.NAME),
        ("", "", AddressKind.ODD),
        ("+", "+", AddressKind.ODD),
        ("--", "--", AddressKind.ODD),
        ("12", "12", AddressKind.ODD),
        ("+15550100", "+15550100", AddressKind.ODD),
        ("+1 555 0100", "+15550100", AddressKind.ODD),
        ("+999123456789", "+999123456789", AddressKind.ODD),
        ("1234567890123456789", "1234567890123456789", AddressKind.ODD),
        ("１２３４５６７８９０", "１２３４５６７８９０", AddressKind.ODD),
        ("+15551234567;phone-context=evil.example", "+15551234567;phone-context=evil.example", AddressKind.ODD),
        ("tel:+15551234567", "tel:+15551234567", AddressKind.ODD),
        ("+15551234567 ext. 8", "+15551234567 ext. 8", AddressKind.ODD),
    ],
)
def test_odd_senders_are_kept_and_take_no_reply(raw: str, value: str, kind: AddressKind) -> None:
    address = parse_address(raw, "US")
    assert address == Address(value, kind, False)
    with pytest.raises(NotANumberError):
        parse_destination(raw, "US")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("", "There is no number."),
        ("hello", "“hello” is not a phone number."),
        ("1234567890123456", "“1234567890123456” has too many digits for a phone number."),
        ("+1 555", "“+1 555” is not a whole phone number."),
        ("x" * 60, f"“{'x' * 40}…” is not a phone number."),
    ],
)
def test_a_refused_destination_says_why(raw: str, words: str) -> None:
    with pytest.raises(NotANumberError) as refusal:
        parse_destination(raw, "US")
    assert str(refusal.value) == words


@given(st.text(max_size=40))
def test_no_sender_is_refused_and_a_destination_is_exact(raw: str) -> None:
    address = parse_address(raw, "US")
    assert address.repliable == (address.kind in (AddressKind.E164, AddressKind.SHORT_CODE))
    assert display(address)
    try:
        destination = parse_destination(raw, "US").value
    except NotANumberError:
        return
    assert destination.isascii()
    assert destination.removeprefix("+").isdigit()


@given(
    st.builds("{}{}".format, st.sampled_from(["", "+", "00", "1"]), st.text("0123456789", min_size=1, max_size=18)),
    st.sampled_from(["US", "DE", "NO", "GB", "IT"]),
)
def test_a_number_read_once_stays_what_it_is(raw: str, country: str) -> None:
    address = parse_address(raw, country)
    if address.kind is AddressKind.E164:
        assert address.value[1:].isdigit()
        assert len(address.value) <= 16
        assert parse_address(address.value, "US") == address
        assert display(address) == display(address.value)


def test_people_see_the_international_format() -> None:
    assert display(parse_address("5551230001", "US")) == "+1 555-123-0001"
    assert display("+442079460958") == "+44 20 7946 0958"
    assert display("12345") == "12345"
    assert display("PARCELS") == "PARCELS"
    assert display("+15551234567;x") == "+15551234567;x"
    assert display("") == UNKNOWN_SENDER


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("+48601234567", "Poland"),
        ("+12125550123", "United States"),
        ("+14165550123", "Canada"),
        ("+4512345678", "Denmark"),
        ("+15551230001", ""),
        ("+883510001234567", ""),
        ("12345", ""),
        ("PARCELS", ""),
        ("", ""),
    ],
)
def test_the_country_of_a_number(value: str, name: str) -> None:
    assert region(value) == name


def test_every_country_that_has_numbers_has_a_name() -> None:
    import phonenumbers

    from cti_client.domain.country_names import country_name

    assert [code for code in phonenumbers.SUPPORTED_REGIONS if not country_name(code)] == []
    assert country_name("") == ""


def test_the_call_id_names_the_sender() -> None:
    assert sms_call_id("+15551234567") == "SMS+15551234567"
    assert sms_call_id("12345") == "SMS12345"


def test_the_library_is_imported_by_the_first_number_not_before() -> None:
    code = (
        "import sys; from cti_client.domain.phone_number import display, parse_address;"
        "parse_address('12345', 'US'); display('12345'); display('PARCELS');"
        "assert 'phonenumbers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("number", "landline"),
    [
        ("+48225550188", True),
        ("+442079460018", True),
        ("+48601234567", False),
        ("+447700900123", False),
        ("+12125551234", False),
        ("12345", False),
        ("PARCELS", False),
        ("+999123", False),
    ],
)
def test_landlines_by_the_plan_of_the_country(number: str, landline: bool) -> None:
    assert is_landline(number) is landline
