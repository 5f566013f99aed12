"""Writes that go in one round trip do on both engines what they would do one after the other."""

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from cti_client.hub.store.combined import CombinedInsert
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import contact, phone
from tests.helpers.service_hub import ServiceHub

NEW = CombinedInsert(
    insert(contact).values(created_at=bindparam("now"), name=bindparam("name")),
    lambda made: (
        insert(phone).values(contact_id=made, address=bindparam("number"), sms=True),
        update(contact).where(contact.c.name == bindparam("old")).values(town=bindparam("town")),
    ),
)


def values(name: str, number: str | None = "+15550100", old: str = "nobody") -> dict[str, object]:
    return {"now": 5, "name": name, "number": number, "old": old, "town": "Gdynia"}


def test_the_first_rows_number_reaches_the_others(hub: ServiceHub) -> None:
    def write(tx: Tx) -> int:
        NEW.insert(tx.conn, values("Ola", "+15550199"))
        return NEW.insert(tx.conn, values("Eva", old="Ola"))

    made = hub.run(write)
    names = hub.read(lambda conn: [tuple(row) for row in conn.execute(select(contact.c.name, contact.c.town))])
    assert sorted(names) == [("Eva", ""), ("Ola", "Gdynia")]
    owner = select(phone.c.contact_id).where(phone.c.address == "+15550100")
    assert hub.read(lambda conn: conn.scalar(owner)) == made


def test_one_that_fails_undoes_all(hub: ServiceHub) -> None:
    with pytest.raises(IntegrityError):
        hub.run(lambda tx: NEW.insert(tx.conn, values("Eva", number=None)))
    assert hub.read(lambda conn: conn.execute(select(contact)).all()) == []
