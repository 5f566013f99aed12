"""The gateways that every test here is run against."""

import pytest

from tests.helpers.gateways import Gateway, KannelGateway, SimulatorGateway
from tests.helpers.kannel import Kannel


@pytest.fixture(params=["simulator", pytest.param("kannel", marks=pytest.mark.kannel)])
def gateway(request: pytest.FixtureRequest) -> Gateway:
    if request.param == "simulator":
        return SimulatorGateway()
    running: Kannel = request.getfixturevalue("kannel")
    return KannelGateway(running)
