"""C2, C6: what an agent wishes while nobody has heard of their desktop."""

import pytest

from cti_client.domain.agent import Presence
from cti_client.hub.services.set_presence import LINK_LOST, agent_connected, agent_gone, set_presence
from cti_client.hub.store import tables
from tests.helpers.service_hub import ServiceHub


def presence(hub: ServiceHub) -> tuple[str, str]:
    row = hub.row(tables.agent, id=hub.anna)
    return row.presence, row.presence_reason


@pytest.fixture
def gone(hub: ServiceHub) -> ServiceHub:
    """Anna was available and counts as gone."""
    hub.available(hub.anna)
    hub.run(agent_gone, hub.anna)
    return hub


def test_a_wish_that_comes_after_its_agent_is_gone_makes_nobody_available(gone: ServiceHub) -> None:
    gone.run(set_presence, gone.anna, Presence.AVAILABLE, "")
    assert presence(gone) == ("offline", LINK_LOST)
    gone.text()
    assert not gone.rows(tables.offer)


def test_it_holds_once_they_are_back(gone: ServiceHub) -> None:
    gone.run(set_presence, gone.anna, Presence.AWAY, "Lunch")
    gone.run(agent_connected, gone.anna)
    assert presence(gone) == ("away", "Lunch")


def test_who_chose_offline_meanwhile_stays_so(gone: ServiceHub) -> None:
    gone.run(set_presence, gone.anna, Presence.OFFLINE, "Home")
    gone.run(agent_connected, gone.anna)
    assert presence(gone) == ("offline", "Home")
