"""An agent corrects a customer's address."""

import pytest

from cti_client.domain.errors import BadRequestError, NotFoundError, StaleVersionError
from cti_client.hub.services.edit_contact import edit_contact
from cti_client.hub.store import tables
from cti_client.hub.store.contacts import contact_record, search
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, SECOND_LINE, ServiceHub


def test_fields_that_are_given_are_set_and_found(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    contact_id = hub.row(tables.contact).id
    before = hub.read(contact_record, contact_id)
    edit = api.EditContact(version=before.version, name=" José\n Müller ", town="Oslo\x00")
    hub.run(edit_contact, hub.anna, contact_id, edit)
    after = hub.read(contact_record, contact_id)
    assert (after.name, after.town, after.street) == ("José Müller", "Oslo\N{REPLACEMENT CHARACTER}", "")
    assert after.version == before.version + 1
    assert after.phones == before.phones
    assert hub.last is not None
    for query in ("jose", "müller", "oslo", CUSTOMER):
        assert [one.contact_id for one in hub.read(search, query)] == [contact_id]
    hub.run(edit_contact, hub.anna, contact_id, api.EditContact(version=after.version, name="Eva"))
    assert list(hub.last.news.interactions) == [chat.interaction_id]
    assert hub.read(search, "jose") == ()
    assert hub.read(contact_record, contact_id).town == after.town


def test_every_chat_and_request_that_shows_the_contact_is_renewed(hub: ServiceHub) -> None:
    contact_id = hub.contact()
    hub.available(hub.anna)
    hub.text("Hello")
    offer = hub.open_offer()
    version = hub.row(tables.contact).version
    hub.run(edit_contact, hub.anna, contact_id, api.EditContact(version=version, name="Ola"))
    assert hub.last is not None
    assert list(hub.last.news.offers) == [offer.id]
    assert hub.last.news.topics == {"waiting"}


def test_the_same_edit_twice_answers_alike_but_another_ones_is_stale(hub: ServiceHub) -> None:
    contact_id = hub.contact()
    edit = api.EditContact(version=1, name="Ola", company="")
    hub.run(edit_contact, hub.anna, contact_id, edit)
    hub.run(edit_contact, hub.anna, contact_id, edit)
    assert hub.last is not None
    assert not hub.last.news.interactions
    assert hub.read(contact_record, contact_id).version == 2
    with pytest.raises(StaleVersionError):
        hub.run(edit_contact, hub.anna, contact_id, api.EditContact(version=1, name="Eva"))
    assert hub.read(contact_record, contact_id).name == "Ola"


def test_refusals(hub: ServiceHub) -> None:
    contact_id = hub.contact(SECOND_LINE)
    with pytest.raises(BadRequestError, match="The street has 201 characters"):
        hub.run(edit_contact, hub.anna, contact_id, api.EditContact(version=1, street="x" * 201))
    with pytest.raises(NotFoundError):
        hub.run(edit_contact, hub.anna, contact_id + 1, api.EditContact(version=1, street="x"))
    assert hub.read(contact_record, contact_id).version == 1
