"""The agent says who the customer is (A4)."""

import pytest

from cti_client.domain.errors import BadRequestError, ChatEndedError, NotFoundError
from cti_client.hub.services.choose_contact import choose_contact
from cti_client.hub.store import tables
from cti_client.hub.store.contacts import contact_record, search
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, HOUR, ServiceHub

OTHER_NUMBER = "+12125550177"
OLA = api.Candidate(name="Ola Nord", street="Elm 1", town="Oslo", source="CRM")


def choose(hub: ServiceHub, chat: api.Accepted, chosen: int | api.Candidate, agent_id: int | None = None) -> None:
    what = api.ChooseContact(contact_id=chosen) if isinstance(chosen, int) else api.ChooseContact(candidate=chosen)
    hub.run(choose_contact, hub.anna if agent_id is None else agent_id, chat.interaction_id, what)


def contact_of(hub: ServiceHub, chat: api.Accepted) -> int:
    """The chat's contact, which thread and case agree on."""
    contact_id: int = hub.value(tables.thread, "contact_id", id=chat.thread_id)
    assert hub.value(tables.case, "contact_id", id=chat.case_id) == contact_id
    return contact_id


def renewed(hub: ServiceHub) -> list[int]:
    assert hub.last is not None
    return list(hub.last.news.interactions)


def test_a_candidate_fills_in_the_contact_of_which_only_the_number_is_known(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    before = contact_of(hub, chat)
    choose(hub, chat, OLA)
    assert contact_of(hub, chat) == before
    record = hub.read(contact_record, before)
    assert (record.name, record.street, record.town, record.source) == ("Ola Nord", "Elm 1", "Oslo", "CRM")
    assert [one.address for one in record.phones] == [CUSTOMER]
    assert [one.contact_id for one in hub.read(search, "ola oslo")] == [before]
    assert renewed(hub) == [chat.interaction_id]


def test_choosing_the_same_again_changes_nothing(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    candidate = api.Candidate(name="Ola Nord", source="CRM", address=OTHER_NUMBER)
    choose(hub, chat, candidate)
    record = hub.read(contact_record, contact_of(hub, chat))
    choose(hub, chat, candidate)
    assert hub.read(contact_record, contact_of(hub, chat)) == record
    assert renewed(hub) == []
    choose(hub, chat, record.id)
    assert hub.read(contact_record, contact_of(hub, chat)) == record
    assert renewed(hub) == []


def test_a_candidate_beside_a_known_contact_becomes_one_of_its_own(hub: ServiceHub) -> None:
    eva = hub.contact(CUSTOMER, type="Mobile", sms=True)
    chat = hub.open_chat()
    assert contact_of(hub, chat) == eva
    choose(hub, chat, OLA)
    ola = contact_of(hub, chat)
    assert ola != eva
    assert hub.read(contact_record, eva).name == "Eva"
    (number,) = hub.read(contact_record, ola).phones
    assert (number.address, number.type, number.sms) == (CUSTOMER, "Mobile", True)
    assert renewed(hub) == [chat.interaction_id]
    choose(hub, chat, eva)
    assert contact_of(hub, chat) == eva
    assert len(hub.rows(tables.contact)) == 2


def test_a_known_contact_gets_the_number_and_the_nameless_one_vanishes(hub: ServiceHub) -> None:
    eva = hub.contact(OTHER_NUMBER, type="Home", sms=False)
    first = hub.open_chat()
    hub.close(first)
    hub.now += 48 * HOUR
    chat = hub.open_chat("again")
    nameless = contact_of(hub, chat)
    choose(hub, chat, eva)
    assert contact_of(hub, chat) == eva
    assert contact_of(hub, first) == eva
    assert hub.rows(tables.contact, id=nameless) == []
    numbers = {one.address: (one.type, one.sms) for one in hub.read(contact_record, eva).phones}
    assert numbers == {OTHER_NUMBER: ("Home", False), CUSTOMER: ("Mobile", True)}
    assert [one.contact_id for one in hub.read(search, CUSTOMER)] == [eva]


def test_a_nameless_contact_with_another_number_stays(hub: ServiceHub) -> None:
    eva = hub.contact(OTHER_NUMBER)
    chat = hub.open_chat()
    nameless = contact_of(hub, chat)
    hub.transact(lambda conn: conn.execute(tables.phone.insert().values(contact_id=nameless, address="+12125550166")))
    choose(hub, chat, eva)
    assert len(hub.rows(tables.contact, id=nameless)) == 1


def test_a_nameless_contact_of_another_chat_stays(hub: ServiceHub) -> None:
    eva = hub.contact(OTHER_NUMBER)
    chat = hub.open_chat()
    nameless = contact_of(hub, chat)
    other = hub.open_chat(sender="+12125550155")
    hub.set(tables.thread, {"id": other.thread_id}, contact_id=nameless)
    choose(hub, chat, eva)
    assert len(hub.rows(tables.contact, id=nameless)) == 1


def test_an_own_contact_may_come_as_a_candidate(hub: ServiceHub) -> None:
    eva = hub.contact(OTHER_NUMBER)
    chat = hub.open_chat()
    choose(hub, chat, api.Candidate(name="Eva", contact_id=eva))
    assert contact_of(hub, chat) == eva


def test_the_directorys_own_number_is_kept_where_it_is_one(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    choose(hub, chat, api.Candidate(name="Ola", address="(212) 555-0177"))
    contact_id = contact_of(hub, chat)
    numbers = {one.address: (one.type, one.sms) for one in hub.read(contact_record, contact_id).phones}
    assert numbers == {CUSTOMER: ("Mobile", True), OTHER_NUMBER: ("Other", False)}
    choose(hub, chat, api.Candidate(name="Per", address="reception"))
    assert [one.address for one in hub.read(contact_record, contact_of(hub, chat)).phones] == [CUSTOMER]


def test_refusals_change_nothing(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    before = hub.rows(tables.contact), hub.rows(tables.phone), hub.rows(tables.thread)
    with pytest.raises(ChatEndedError):
        choose(hub, chat, OLA, agent_id=hub.ben)
    with pytest.raises(NotFoundError):
        choose(hub, chat, 99)
    with pytest.raises(BadRequestError, match="empty"):
        choose(hub, chat, api.Candidate(source="CRM", address=OTHER_NUMBER))
    with pytest.raises(BadRequestError, match="The name has 201"):
        choose(hub, chat, api.Candidate(name="x" * 201))
    with pytest.raises(BadRequestError, match="No contact"):
        hub.run(choose_contact, hub.anna, chat.interaction_id, api.ChooseContact())
    with pytest.raises(NotFoundError):
        hub.run(choose_contact, hub.anna, 99, api.ChooseContact(contact_id=1))
    assert (hub.rows(tables.contact), hub.rows(tables.phone), hub.rows(tables.thread)) == before
