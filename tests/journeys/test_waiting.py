"""C3: what is declined or missed stands in the Waiting list, and is taken from there."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads
from tests.helpers.journey import until
from tests.helpers.journey_places import Phones, at_work, simulated_hub

CUSTOMER = "+15551234567"
CALL_ID = "SMS+15551234567"
SHOWN = "+1 555-123-4567"


async def test_declined_then_taken(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        await agent.decline(CALL_ID)
        row = await agent.waiting(SHOWN)
        assert reads(row, "Declined · Support 1-800")
        assert reads(row, "waiting 0:0")
        assert reads(agent.window, "WAITING · 1")
        await agent.press_button(row, "Take")
        window = await agent.case(CALL_ID)
        await agent.message(window, "Customer: Hello")
        await until(lambda: not reads(agent.window, "WAITING"), "an empty Waiting list")
        await agent.reply(window, "Here I am")
        assert await phones.arrived(CUSTOMER) == ["Here I am"]


async def test_a_missed_request_waits(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder, offer_seconds=1)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        row = await agent.waiting(SHOWN)
        assert reads(row, "Nobody answered")
        await agent.nothing_rings()
        await phones.text(CUSTOMER, "Anybody?")
        await agent.press_button(await agent.waiting(SHOWN), "Take")
        window = await agent.case(CALL_ID)
        await agent.message(window, "Hello")
        await agent.message(window, "Anybody?")
        assert not agent.cards()


async def test_a_text_while_nobody_is_available_rings_later(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await agent.press_button(agent.window, "Presence: Available")
        await agent.choose("Busy")
        await until(lambda: reads(agent.window, "You are busy"), "the panel to say that I am busy")
        await phones.text(CUSTOMER, "Hello")
        row = await agent.waiting(SHOWN)
        assert reads(row, "Nobody was available")
        assert not agent.cards()
        await agent.press_button(agent.window.telephony, "Become available")
        await agent.accept(CALL_ID)
        await until(lambda: not reads(agent.window, "WAITING"), "an empty Waiting list")
