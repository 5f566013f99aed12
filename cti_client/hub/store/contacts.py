"""Contacts from the tables: as records, by number, and by words (A3, A4)."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, or_, select

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import NotFoundError
from cti_client.domain.phone_number import display
from cti_client.hub.store.consent_states import CONSENT_LINE_ASKED
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import consent, contact, phone
from cti_client.wire import api, records

MOST_FOUND = 20
"""Contacts that a search answers with at most."""

ADDRESS_FIELDS = ("name", "company", "street", "postcode", "town", "country")
"""The columns of a contact that people fill in."""

_SHORTEST_NUMBER = 3
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
"""Letters with something that is no accent to Unicode."""
_NUMBER_LIKE = re.compile(r"\+?[0-9()./\s-]+")

_CONTACT = Statement(select(contact).where(contact.c.id == bindparam("id")))
_PHONES = Statement(
    select(phone.c.address, phone.c.type, phone.c.sms)
    .where(phone.c.contact_id == bindparam("contact_id"))
    .order_by(phone.c.id)
)
_PHONES_ON_LINE = Statement(
    select(phone.c.address, phone.c.type, phone.c.sms, consent.c.state.label("consent"))
    .select_from(phone)
    .outerjoin(consent, and_(consent.c.line_id == CONSENT_LINE_ASKED, consent.c.address == phone.c.address))
    .where(phone.c.contact_id == bindparam("contact_id"))
    .order_by(phone.c.id)
)
_WITH_NUMBER = (
    select(contact)
    .where(contact.c.id.in_(select(phone.c.contact_id).where(phone.c.address == bindparam("address"))))
    .order_by(contact.c.id)
    .limit(MOST_FOUND)
)
_FIRST_NUMBERS = (
    select(phone.c.contact_id, phone.c.address)
    .where(phone.c.contact_id.in_(bindparam("ids", expanding=True)))
    .order_by(phone.c.id.desc())
)


def contact_record(conn: Connection, contact_id: int, line_id: int | None = None) -> records.Contact:
    """This contact with its numbers, and what stands between each and this line. Raises `NotFoundError`."""
    row = _CONTACT.first(conn, {"id": contact_id})
    if row is None:
        raise NotFoundError("This contact does not exist.")
    if line_id is None:
        phones = _PHONES.rows(conn, {"contact_id": contact_id})
    else:
        phones = _PHONES_ON_LINE.rows(conn, {"contact_id": contact_id, "line": line_id})
    return records.Contact(
        id=row.id,
        version=row.version,
        name=row.name,
        company=row.company,
        street=row.street,
        postcode=row.postcode,
        town=row.town,
        country=row.country,
        source=row.source,
        phones=tuple(
            records.PhoneEntry(
                address=one.address,
                display=display(one.address),
                type=one.type,
                sms=one.sms,
                consent=None if line_id is None else ConsentState(one.consent or ConsentState.UNKNOWN),
            )
            for one in phones
        ),
    )


def by_number(conn: Connection, address: str) -> tuple[api.Candidate, ...]:
    """The contacts that have this normalised address. One of which nothing but the number is known is no answer."""
    rows = conn.execute(_WITH_NUMBER, {"address": address}).all()
    return tuple(_candidate(row, address) for row in rows if any(getattr(row, name) for name in ADDRESS_FIELDS))


def search(conn: Connection, query: str) -> tuple[api.Candidate, ...]:
    """The contacts in which every word of the query occurs, or whose numbers contain its digits; by name."""
    statement = _search(query)
    if statement is None:
        return ()
    rows = conn.execute(statement).all()
    ids = [row.id for row in rows]
    numbers = {entry.contact_id: entry.address for entry in conn.execute(_FIRST_NUMBERS, {"ids": ids})} if ids else {}
    return tuple(_candidate(row, numbers.get(row.id, "")) for row in rows)


def search_text(fields: Iterable[str], numbers: Iterable[str]) -> str:
    """What `contact.search` holds: the words of all fields and numbers, in one case, with and without their accents."""
    words = " ".join(" ".join((*fields, *numbers)).split()).casefold()
    plain = _without_accents(words)
    return words if plain == words else f"{words} {plain}"


def _search(query: str) -> Select[Any] | None:
    words = query.casefold().split()
    if not words:
        return None
    condition = and_(*(_contains(word) for word in words))
    digits = "".join(character for character in query if character.isascii() and character.isdigit()).lstrip("0")
    if len(digits) >= _SHORTEST_NUMBER and _NUMBER_LIKE.fullmatch(query.strip()):
        condition = or_(condition, _contains(digits))
    return select(contact).where(condition).order_by(contact.c.name, contact.c.id).limit(MOST_FOUND)


def _contains(word: str) -> ColumnElement[bool]:
    """As typed or without its accents."""
    return or_(*(contact.c.search.contains(one, autoescape=True) for one in {word, _without_accents(word)}))


def _without_accents(text: str) -> str:
    parted = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(one for one in parted if unicodedata.category(one) != "Mn"))


def _candidate(row: Row[*tuple[Any, ...]], address: str) -> api.Candidate:
    fields = {name: getattr(row, name) for name in ADDRESS_FIELDS}
    return api.Candidate(**fields, address=address, contact_id=row.id, source=row.source)
