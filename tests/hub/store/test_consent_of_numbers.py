"""B7: what stands between a chat's line and each number of its customer, told as it changes."""

import pytest

from cti_client.domain.consent import ConsentState
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.opt_out import opt_out
from cti_client.hub.services.pools import share_consent
from cti_client.hub.store import tables
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, Basis, OptOut
from cti_client.wire.records import Interaction
from tests.helpers.news_hub import NewsHub
from tests.helpers.service_hub import CUSTOMER, SECOND_LINE, Database

OTHER = "+12125559876"
IN, OUT, UNKNOWN = ConsentState.OPTED_IN, ConsentState.OPTED_OUT, ConsentState.UNKNOWN


@pytest.fixture
def hub(database: Database) -> NewsHub:
    return NewsHub(database)


@pytest.fixture
def chat(hub: NewsHub) -> api.Accepted:
    """Anna's, with a customer who has a second number that never texted us."""
    hub.also_has(hub.contact(CUSTOMER), OTHER)
    chat = hub.open_chat()
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: UNKNOWN}
    return chat


def shown(hub: NewsHub, chat: api.Accepted) -> dict[str, ConsentState | None]:
    """By number, as the agent's desktop holds it, which knows nothing but the records it was sent."""
    hub.check()
    record = hub.states[hub.anna].interactions[chat.interaction_id]
    assert isinstance(record, Interaction)
    assert record.contact is not None
    found = {phone.address: phone.consent for phone in record.contact.phones}
    assert found[record.address] is record.consent
    return found


def test_the_customers_own_words_from_the_other_number(hub: NewsHub, chat: api.Accepted) -> None:
    hub.text("STOP", sender=OTHER)
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: OUT}
    hub.text("START", sender=OTHER)
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: IN}


@pytest.mark.parametrize("tagged", [True, False])
def test_a_first_text_from_the_other_number(hub: NewsHub, chat: api.Accepted, tagged: bool) -> None:
    hub.set(tables.phone, {"address": OTHER}, sms=tagged, type="Mobile")
    hub.text("Hello", sender=OTHER)
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: IN}


def test_what_an_agent_writes_down(hub: NewsHub, chat: api.Accepted) -> None:
    hub.run(opt_out, hub.ben, OptOut(address=OTHER, line_id=hub.line))
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: OUT}
    hub.run(allow_sms, hub.ben, AllowSms(address=OTHER, basis=Basis.CONTRACT, line_id=hub.line))
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: IN}


def test_it_is_told_also_where_the_tag_stays_as_it_was(hub: NewsHub, chat: api.Accepted) -> None:
    hub.set(tables.phone, {"address": OTHER}, sms=False)
    hub.text("STOP", sender=OTHER)
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: OUT}


def test_another_line_is_another_matter_and_a_pool_is_one(hub: NewsHub, chat: api.Accepted) -> None:
    hub.text("STOP", sender=OTHER, to=SECOND_LINE)
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: UNKNOWN}
    hub.run(share_consent, hub.line, hub.second_line)
    (record,) = (one for one in hub.snapshot(hub.anna).records if one.kind == Interaction.kind)
    assert b'"consent":"opted_out"' in bytes(record.body)


def test_a_text_on_another_line_moves_the_chat_there_with_all_numbers(hub: NewsHub, chat: api.Accepted) -> None:
    hub.text("STOP", sender=OTHER)
    hub.text("Here too", to=SECOND_LINE)
    assert shown(hub, chat) == {CUSTOMER: IN, OTHER: UNKNOWN}


def test_chats_of_others_are_left_alone(hub: NewsHub, chat: api.Accepted) -> None:
    version = hub.row(tables.interaction, id=chat.interaction_id).version
    hub.text("STOP", sender="+12125550077")
    assert hub.row(tables.interaction, id=chat.interaction_id).version == version
