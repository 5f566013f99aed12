"""D2a, D5, E6: the network refuses or loses a text, the agent reads why and does what helps; it arrives once."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cti_client.demo.handset_client import PhoneState
from tests.helpers.journey import until
from tests.helpers.journey_places import Phones, at_work, simulated_hub

CUSTOMER = "+15551234567"
CALL_ID = "SMS+15551234567"


async def treat(phones: Phones, treatment: str, reason: str = "expired") -> None:
    """How the network treats the customer's number from now on."""
    body: dict[str, object] = {"phone": CUSTOMER, "treatment": treatment, "reason": reason}
    await phones.client._post("number", body, "refused")


@pytest.mark.parametrize(
    ("treatment", "reason", "why"),
    [
        ("refuse", "no_credit", "failed. The account at the gateway has no credit left"),
        ("refuse", "connection_broken", "failed. The connection to the gateway is broken"),
        ("lose", "expired", "undelivered. The phone of the customer could not be reached in time"),
        ("lose", "landline", "undelivered. The number is a landline, which takes no texts"),
    ],
)
async def test_sent_again_it_arrives_once(
    qapp: QApplication, folder: Path, treatment: str, reason: str, why: str
) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept(CALL_ID)
        await treat(phones, treatment, reason)
        await agent.reply(window, "Your parcel is here")
        await agent.message(window, "Your parcel is here", why)
        await treat(phones, "take")
        await agent.act_on(window, "Your parcel is here", "Send again")
        assert await phones.arrived(CUSTOMER) == ["Your parcel is here"]
        await agent.message(window, "Your parcel is here", "The phone of the customer has it")
        await agent.reply(window, "Until noon")
        assert await phones.arrived(CUSTOMER, 2) == ["Your parcel is here", "Until noon"]
        assert len(agent.messages(window)) == 3, "it is the same message"


async def test_a_phone_that_is_off_and_a_number_that_has_opted_out(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept(CALL_ID)
        await phones.client.set_state(CUSTOMER, PhoneState.OFF)
        await agent.reply(window, "Are you there?")
        await agent.message(window, "Are you there?", "sent. The network has it; the phone of the customer has not")
        await phones.client.set_state(CUSTOMER, PhoneState.ON)
        assert await phones.arrived(CUSTOMER) == ["Are you there?"]
        await agent.message(window, "Are you there?", "delivered. The phone of the customer has it")
        await treat(phones, "refuse", "opted_out")
        await agent.reply(window, "One more thing")
        await agent.message(window, "One more thing", "failed. The destination number has disabled receiving messages")
        await agent.act_on(window, "One more thing", "Put into the reply box")
        await until(lambda: window.reply.text() == "One more thing", "the text to be back in the reply box")
