"""docs/kannel.md is followed to the letter: its kannel.conf runs, its hub.toml is read, and both fit together."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cti_client.domain.delivery import DeliveryState
from cti_client.hub import config_file
from cti_client.telephony.sms.connection import OutboundSms, Taken
from cti_client.telephony.sms.registry import make_connection
from tests.helpers.gateway_hub import GatewayHub, serving
from tests.helpers.kannel import Kannel, need_kannel

pytestmark = pytest.mark.kannel

DOCUMENT = Path(__file__).parents[3] / "docs" / "kannel.md"
SECRETS = {"ADMIN-SECRET": "adm1n", "SENDSMS-SECRET": "s3nd", "HUB-KEY": "k3y"}
PHONE = "+15551230001"


def block(name: str, replaced: dict[str, str]) -> str:
    """Give the document's code block of that name. Every replacement must occur in it."""
    found = re.search(rf"^```\w+ {re.escape(name)}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.S | re.M)
    assert found is not None
    text = found[1]
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def documented(tmp_path: Path) -> Iterator[Kannel]:
    need_kannel()
    gateway = Kannel(tmp_path)
    ports = gateway.ports
    places = {
        "13000": str(ports.admin),
        "13001": str(ports.box),
        "13010": str(ports.phones),
        "13013": str(ports.send),
        "8080": str(ports.hub),
        "/var/spool/kannel": str(tmp_path),
        "/var/log/kannel": str(tmp_path),
    }
    try:
        gateway.start(block("kannel.conf", SECRETS | places), status_password="adm1n")
        yield gateway
    finally:
        gateway.stop()


async def test_the_documented_settings_carry_texts_both_ways(documented: Kannel, tmp_path: Path) -> None:
    toml = block("hub.toml", {"13013": str(documented.ports.send), "8080": str(documented.ports.hub)})
    (tmp_path / "hub.toml").write_text(toml, encoding="utf-8")
    config = config_file.load(tmp_path / "hub.toml", {"HUB_KEY": "k3y", "SENDSMS_SECRET": "s3nd"})
    (entry,) = config.connections
    (line,) = config.lines
    assert (line.connection, config.port) == (entry.settings.id, documented.ports.hub)
    settings = replace(entry.settings, public_url=documented.hub_url)
    connection, hub = make_connection(settings), GatewayHub()
    async with serving(hub, connection, config.port):
        assert await connection.test() == ""
        documented.phones.text(PHONE, line.address, "Grüße, 你好  & more")
        got = await hub.text_from(PHONE)
        assert (got.recipient, got.text) == (line.address, "Grüße, 你好  & more")
        outcome = await connection.submit(
            OutboundSms(message_id=9, sender=line.address, recipient=PHONE, text="x" * 1_600)
        )
        assert isinstance(outcome, Taken)
        assert outcome.parts == 11
        (received,) = await asyncio.to_thread(documented.phones.wait_for, PHONE)
        assert received.text == "x" * 1_600
        await hub.until(lambda: DeliveryState.DELIVERED in [report.state for report in hub.reports_on(9)])
    assert not hub.refused
