"""Contacts as records, by number and by words (A3, A4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from cti_client.domain.errors import NotFoundError
from cti_client.hub.store import tables
from cti_client.hub.store.contacts import MOST_FOUND, by_number, contact_record, search, search_text
from cti_client.hub.store.upsert import insert_row
from cti_client.wire import api, records
from tests.helpers.service_hub import CUSTOMER, ServiceHub

FIELDS = {
    "name": "José Müller",
    "company": "Größe & Söhne",
    "street": "ul. Długa 14/3",
    "postcode": "00-238",
    "town": "Warszawa",
    "country": "Poland",
}
NUMBERS = ("+48601234567", "+48225550188")


def add(hub: ServiceHub, *numbers: str, **fields: str) -> int:
    def make(conn: Connection) -> int:
        words = search_text(fields.values(), numbers)
        made = insert_row(conn, tables.contact, {"created_at": 1, "search": words, **fields})
        for number in numbers:
            conn.execute(insert(tables.phone).values(contact_id=made, address=number, type="Mobile", sms=True))
        return made

    return hub.transact(make)


def found(hub: ServiceHub, query: str) -> list[int | None]:
    return [one.contact_id for one in hub.read(search, query)]


def test_a_contact_as_a_record(hub: ServiceHub) -> None:
    made = add(hub, *NUMBERS, source="CRM", **FIELDS)
    assert hub.read(contact_record, made) == records.Contact(
        id=made,
        version=1,
        source="CRM",
        phones=(
            records.PhoneEntry(address=NUMBERS[0], display="+48 601 234 567", type="Mobile", sms=True),
            records.PhoneEntry(address=NUMBERS[1], display="+48 22 555 01 88", type="Mobile", sms=True),
        ),
        **FIELDS,
    )
    with pytest.raises(NotFoundError):
        hub.read(contact_record, made + 1)


def test_by_number(hub: ServiceHub) -> None:
    first = add(hub, *NUMBERS, **FIELDS)
    second = add(hub, NUMBERS[1], name="Ola")
    assert [one.contact_id for one in hub.read(by_number, NUMBERS[1])] == [first, second]
    (answer,) = hub.read(by_number, NUMBERS[0])
    assert answer == api.Candidate(address=NUMBERS[0], contact_id=first, **FIELDS)
    assert hub.read(by_number, "+48999999999") == ()


def test_a_contact_of_which_only_the_number_is_known_answers_nothing(hub: ServiceHub) -> None:
    hub.open_chat()
    assert len(hub.rows(tables.contact)) == 1
    assert hub.read(by_number, CUSTOMER) == ()


@pytest.mark.parametrize(
    "query",
    [
        "jose",
        "JOSÉ",
        "müll",
        "muller jos",
        "grosse",
        "GRÖßE",
        "dluga",
        "Długa 14/3",
        "00-238",
        "warszawa poland müller",
        "601234567",
        "+48 601-234-567",
        "(48) 601.234",
        "0225550188",
        "234567",
    ],
)
def test_search_by_any_part(hub: ServiceHub, query: str) -> None:
    made = add(hub, *NUMBERS, **FIELDS)
    add(hub, "+12125550123", name="Somebody Else")
    assert found(hub, query) == [made]


@pytest.mark.parametrize("query", ["", "  ", "jose smith", "%", "_", "\\", "601 999", "x" * 500])
def test_search_in_vain(hub: ServiceHub, query: str) -> None:
    add(hub, *NUMBERS, **FIELDS)
    assert found(hub, query) == []


def test_answers_come_by_name_with_their_first_number_and_are_bounded(hub: ServiceHub) -> None:
    add(hub, "+12125550101", "+12125550100", name="Zoe Test")
    add(hub, name="Abe Test")
    answers = hub.read(search, "test")
    assert [(one.name, one.address) for one in answers] == [("Abe Test", ""), ("Zoe Test", "+12125550101")]
    for number in range(MOST_FOUND + 5):
        add(hub, name=f"Test {number}")
    assert len(hub.read(search, "test")) == MOST_FOUND


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8), min_size=1, max_size=3))
def test_what_is_stored_contains_what_is_typed_in_one_case(words: list[str]) -> None:
    stored = search_text(words, ())
    assert all(" ".join(word.casefold().split()) in stored for word in words)
    assert stored == " ".join(stored.split())
