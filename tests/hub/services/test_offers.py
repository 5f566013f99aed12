"""C3, A3: the offer's life, and that two agents never both get a chat."""

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.errors import NotFoundError, OfferGoneError
from cti_client.domain.interaction import CaseChoice
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.services.set_presence import agent_connected, agent_gone, set_presence
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.wire import api
from tests.helpers.service_hub import HOUR, START, ServiceHub


def decline(hub: ServiceHub) -> None:
    offer = hub.open_offer()
    hub.run(decline_offer, offer.agent_id, offer.id, api.Decline(number=offer.number))


def test_accept_opens_the_chat_with_a_case(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    hub.now += 3000
    accepted = hub.accept()
    chat = hub.row(tables.interaction)
    assert (chat.state, chat.agent_id, chat.case_id, chat.accepted_at) == ("open", hub.anna, accepted.case_id, hub.now)
    assert chat.waiting_since == START
    case = hub.row(tables.case)
    assert (case.agent_id, case.status, case.thread_id) == (hub.anna, "open", chat.thread_id)
    assert case.contact_id == hub.row(tables.contact).id
    assert hub.row(tables.offer).state == "accepted"
    assert hub.events() == ["offered", "accepted"]
    assert {row.case_id for row in hub.rows(tables.case_event)} == {case.id}
    assert hub.last is not None
    news = hub.last.news
    assert (list(news.offers), list(news.interactions), list(news.cases)) == ([offer.id], [chat.id], [case.id])
    assert list(news.messages) == [hub.row(tables.message).id]


def test_a_second_accept_answers_the_same(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    first = hub.accept(CaseChoice.NEW)
    version = hub.row(tables.interaction).version
    again = hub.run(accept_offer, hub.anna, offer.id, api.Accept(number=offer.number, choice=CaseChoice.NEW))
    assert again == first
    assert len(hub.rows(tables.case)) == 1
    assert hub.row(tables.interaction).version == version


def test_who_is_late_hears_who_was_faster(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    hub.text()
    offer = hub.open_offer()
    decline(hub)
    hub.accept()
    with pytest.raises(OfferGoneError) as gone:
        hub.run(accept_offer, hub.anna, offer.id, api.Accept(number=offer.number))
    assert gone.value.by == "Ben"
    assert hub.row(tables.interaction).agent_id == hub.ben


@pytest.mark.parametrize("number", [0, 2])
def test_an_accept_of_another_number_is_refused(hub: ServiceHub, number: int) -> None:
    hub.available(hub.anna)
    hub.text()
    with pytest.raises(OfferGoneError):
        hub.run(accept_offer, hub.anna, hub.open_offer().id, api.Accept(number=number))
    assert hub.open_offer().agent_id == hub.anna


def test_nobody_accepts_anothers_offer(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    with pytest.raises(OfferGoneError) as gone:
        hub.run(accept_offer, hub.ben, offer.id, api.Accept(number=1))
    assert gone.value.by == "Anna"
    with pytest.raises(OfferGoneError):
        hub.run(decline_offer, hub.ben, offer.id, api.Decline(number=1))
    assert hub.open_offer().id == offer.id


def test_an_offer_that_never_was(hub: ServiceHub) -> None:
    with pytest.raises(NotFoundError):
        hub.run(accept_offer, hub.anna, 99, api.Accept(number=1))


def test_decline_goes_to_the_next_then_to_waiting(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    hub.text()
    assert hub.open_offer().agent_id == hub.anna
    decline(hub)
    offer = hub.open_offer()
    assert (offer.agent_id, offer.number) == (hub.ben, 2)
    decline(hub)
    chat = hub.row(tables.interaction)
    assert (chat.state, chat.why_waiting) == ("waiting", "declined")
    assert hub.events() == ["offered", "declined", "offered", "declined"]
    hub.run(set_presence, hub.anna, Presence.BUSY, "")
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    assert hub.row(tables.interaction).state == "waiting"


def test_a_second_decline_changes_nothing(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    decline(hub)
    version = hub.row(tables.interaction).version
    hub.run(decline_offer, hub.anna, offer.id, api.Decline(number=1))
    assert hub.row(tables.interaction).version == version


def test_an_accepted_offer_cannot_be_declined(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    hub.accept()
    with pytest.raises(OfferGoneError):
        hub.run(decline_offer, hub.anna, offer.id, api.Decline(number=1))


def test_an_offer_lapses_at_its_deadline_and_not_before(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    hub.text()
    hub.now = START + 19_999
    assert hub.run(lapse_offers) == START + 20_000
    hub.now = START + 20_000
    assert hub.run(lapse_offers) == START + 40_000
    assert hub.open_offer().agent_id == hub.ben
    hub.now = START + 40_000
    assert hub.run(lapse_offers) is None
    chat = hub.row(tables.interaction)
    assert (chat.state, chat.why_waiting) == ("waiting", "nobody answered")
    assert [row.state for row in hub.rows(tables.offer)] == ["lapsed", "lapsed"]
    assert hub.events() == ["offered", "lapsed", "offered", "lapsed"]
    with pytest.raises(OfferGoneError, match="Waiting list"):
        hub.run(accept_offer, hub.anna, hub.rows(tables.offer)[0].id, api.Accept(number=1))


def test_an_agent_who_goes_busy_may_still_answer_but_a_lapse_goes_to_waiting(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    hub.run(set_presence, hub.anna, Presence.BUSY, "lunch")
    assert hub.open_offer().agent_id == hub.anna
    hub.now += HOUR
    assert hub.run(lapse_offers) is None
    assert hub.row(tables.interaction).state == "waiting"


@pytest.mark.parametrize("state", ["queued", "waiting"])
def test_a_waiting_chat_is_pulled_once(hub: ServiceHub, state: str) -> None:
    if state == "waiting":
        hub.available(hub.anna)
    hub.text()
    if state == "waiting":
        decline(hub)
    chat = hub.row(tables.interaction)
    assert chat.state == state
    taken = hub.run(take_waiting, hub.ben, chat.id, api.Take())
    assert hub.row(tables.interaction).agent_id == hub.ben
    assert hub.row(tables.interaction).why_waiting == ""
    assert hub.last is not None
    assert "waiting" in hub.last.news.topics
    assert hub.run(take_waiting, hub.ben, chat.id, api.Take()) == taken
    with pytest.raises(OfferGoneError) as gone:
        hub.run(take_waiting, hub.anna, chat.id, api.Take())
    assert gone.value.by == "Ben"
    assert hub.events()[-1] == "taken"


def test_a_chat_that_rings_elsewhere_is_not_pulled(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    with pytest.raises(OfferGoneError) as gone:
        hub.run(take_waiting, hub.ben, hub.row(tables.interaction).id, api.Take())
    assert gone.value.by == "Anna"
    hub.run(take_waiting, hub.anna, hub.row(tables.interaction).id, api.Take())
    assert hub.row(tables.interaction).agent_id == hub.anna
    assert hub.row(tables.offer).state == "accepted"


def test_an_agent_who_is_gone_loses_the_offer_but_keeps_the_chat(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.text(sender="+12125550002")
    hub.run(agent_gone, hub.anna)
    assert hub.row(tables.interaction, id=chat.interaction_id).agent_id == hub.anna
    assert hub.rows(tables.offer)[-1].state == "withdrawn"
    waiting = hub.rows(tables.interaction)[-1]
    assert (waiting.state, waiting.why_waiting) == ("queued", "nobody was available")
    hub.run(agent_connected, hub.anna)
    assert hub.open_offer().agent_id == hub.anna
    assert hub.open_offer().number == 2


def test_presence_comes_back_with_the_link(hub: ServiceHub) -> None:
    def presence() -> str:
        return str(hub.row(tables.agent, id=hub.anna).presence)

    hub.run(agent_connected, hub.anna)
    assert presence() == "available"
    hub.run(set_presence, hub.anna, Presence.AWAY, "lunch")
    hub.run(agent_gone, hub.anna)
    hub.run(agent_gone, hub.anna)
    assert presence() == "offline"
    hub.run(agent_connected, hub.anna)
    assert presence() == "away"
    hub.run(set_presence, hub.anna, Presence.OFFLINE, "")
    hub.run(agent_gone, hub.anna)
    hub.run(agent_connected, hub.anna)
    assert presence() == "offline"
    assert hub.last is not None
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    assert hub.last.news.topics == {"presence"}
