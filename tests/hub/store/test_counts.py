"""What metrics show of the database, on both engines."""

from cti_client.hub.store.counts import Counts, count
from tests.helpers.service_hub import ServiceHub


def test_an_empty_hub(hub: ServiceHub) -> None:
    assert hub.read(count, hub.now) == Counts(chats={}, offers=0, outbox={})


def test_chats_by_state_offers_and_what_waits_to_be_sent(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.send(chat, "one")
    assert len(hub.take()) == 1
    hub.send(chat, "two")
    hub.text(sender="+12125550002")
    ended = hub.accept()
    hub.close(ended)
    hub.text(sender="+12125550003")
    found = hub.read(count, hub.now)
    assert found.chats == {"open": 1, "offered": 1}
    assert found.offers == 1
    assert found.outbox == {"sim": (2, 1)}
