"""The Waiting list and an agent's own presence, as everyone watches them."""

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import InteractionState
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.services.route_offers import WHY_NOBODY, WHY_UNANSWERED
from cti_client.hub.services.set_presence import set_presence
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables, topics_store
from cti_client.hub.store.topics_store import own_presences, waiting
from cti_client.wire import api
from tests.helpers.news_hub import NewsHub
from tests.helpers.service_hub import HOUR, MINUTE, Database


@pytest.fixture
def hub(database: Database) -> NewsHub:
    return NewsHub(database)


def topics(hub: NewsHub) -> set[str]:
    """What the last transaction changed for those who watch."""
    assert hub.last is not None
    return hub.last.news.topics


def test_what_nobody_could_be_asked_for_waits_the_oldest_first(hub: NewsHub) -> None:
    hub.text("first", sender="+12125550001")
    hub.now += MINUTE
    hub.text("second", sender="+12125550002")
    value = hub.read(waiting)
    assert [chat.first_words for chat in value.chats] == ["first", "second"]
    assert [chat.why for chat in value.chats] == [WHY_NOBODY] * 2
    assert [chat.waiting_since for chat in value.chats] == [hub.now - MINUTE, hub.now]
    assert value.total == 2
    assert value.chats[0].call_id == "SMS+12125550001"


def test_a_waiting_customers_further_texts_are_counted_and_the_newest_is_quoted(hub: NewsHub) -> None:
    hub.text("first")
    assert [(chat.last_words, chat.texts) for chat in hub.read(waiting).chats] == [("first", 1)]
    hub.now += MINUTE
    hub.text("I will\ncancel")
    assert "waiting" in topics(hub), "whoever watches the list is told"
    (chat,) = hub.read(waiting).chats
    assert (chat.first_words, chat.last_words, chat.texts) == ("first", "I will cancel", 2)
    assert chat.waiting_since == hub.now - MINUTE


def test_a_waiting_customers_stop_shows_in_the_list(hub: NewsHub) -> None:
    hub.text("first")
    hub.text("STOP")
    assert "waiting" in topics(hub)
    assert [(chat.last_words, chat.texts) for chat in hub.read(waiting).chats] == [("STOP", 2)]


def test_what_was_answered_before_is_not_counted(hub: NewsHub) -> None:
    chat = hub.open_chat()
    hub.send(chat)
    hub.now += MINUTE
    hub.text("still there?")
    hub.set(tables.interaction, {"id": chat.interaction_id}, state=InteractionState.QUEUED)
    assert [(row.last_words, row.texts) for row in hub.read(waiting).chats] == [("still there?", 1)]


def test_a_line_may_hide_the_newest_words_too(hub: NewsHub) -> None:
    hub.set(tables.line, {"id": hub.line}, shows_first_words=False)
    hub.text("a private matter")
    hub.text("and another")
    assert [(chat.first_words, chat.last_words, chat.texts) for chat in hub.read(waiting).chats] == [("", "", 2)]


def test_an_offered_or_open_chat_is_not_waiting(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text()
    assert hub.read(waiting).total == 0
    hub.accept()
    assert hub.read(waiting).chats == ()


def test_an_unanswered_one_waits_with_its_reason_until_somebody_takes_it(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text()
    hub.now += 21_000
    hub.run(lapse_offers)
    (chat,) = hub.read(waiting).chats
    assert (chat.why, chat.last_case, chat.continues) == (WHY_UNANSWERED, None, False)
    hub.run(take_waiting, hub.ben, chat.interaction_id, api.Take())
    assert hub.read(waiting).chats == ()


@pytest.mark.parametrize(("hours", "continues"), [(23, True), (25, False)])
def test_whether_take_continues_the_last_case(hub: NewsHub, hours: int, continues: bool) -> None:
    first = hub.open_chat()
    hub.close(first)
    hub.run(set_presence, hub.anna, Presence.AWAY, "")
    hub.now += hours * HOUR
    hub.text("again")
    (chat,) = hub.read(waiting).chats
    assert chat.last_case is not None
    assert chat.last_case.id == first.case_id
    assert chat.continues is continues
    taken = hub.run(take_waiting, hub.anna, chat.interaction_id, api.Take())
    assert (taken.case_id == first.case_id) is continues, "what is shown is what is done"


def test_more_than_the_list_shows_are_counted(hub: NewsHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics_store, "MOST_WAITING", 2)
    for number in range(3):
        hub.text(sender=f"+1212555000{number}")
    value = hub.read(waiting)
    assert len(value.chats) == 2
    assert value.total == 3


def test_own_presence(hub: NewsHub) -> None:
    hub.run(set_presence, hub.anna, Presence.AWAY, "lunch")
    presences = hub.read(own_presences, [hub.anna, hub.ben, 99])
    assert (presences[hub.anna].presence, presences[hub.anna].reason) == (Presence.AWAY, "lunch")
    assert presences[hub.ben].presence is presences[99].presence is Presence.OFFLINE
    assert hub.read(own_presences, []) == {}
