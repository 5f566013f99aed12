"""A12: a chat starts from the phone button beside a number, wherever the number stands."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads, write
from tests.helpers.journey import until
from tests.helpers.journey_places import Phones, at_work, simulated_hub

CUSTOMER = "+15551234567"
CALL_ID = "SMS+15551234567"
SHOWN = "+1 555-123-4567"


async def test_a_known_number_is_texted_first(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Call me back, please")
        await agent.close_case(await agent.accept(CALL_ID))
        await agent.press_button(agent.window, "New chat")
        dialog = await agent.dialog()
        write(await agent.field(dialog), "555 123 4567")
        await until(lambda: reads(dialog, f"Texts will go to {SHOWN}."), "the number to be understood")
        await agent.press_button(dialog, "Text or call")
        await agent.choose(f"SMS chat with {SHOWN}")
        window = await agent.case(CALL_ID)
        await until(lambda: agent.window.findChild(type(dialog)) is None, "the dialog to go")
        await agent.message(window, "Call me back, please", "before")
        await agent.reply(window, "Here we are")
        assert await phones.arrived(CUSTOMER) == ["Here we are"]
        await agent.message(window, "Here we are", "The phone of the customer has it")
        await phones.text(CUSTOMER, "Thanks!")
        await agent.message(window, "Thanks!")
        assert not agent.cards()


async def test_the_button_in_the_waiting_list_starts_the_chat(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        await agent.decline(CALL_ID)
        await agent.press_button(await agent.waiting(SHOWN), "Text or call")
        await agent.choose(f"SMS chat with {SHOWN}")
        window = await agent.case(CALL_ID)
        await agent.message(window, "Hello")
        await until(lambda: not reads(agent.window, "WAITING"), "an empty Waiting list")


async def test_the_button_beside_the_number_of_an_open_case_stays_there(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept(CALL_ID)
        await agent.press_button(window, f"Text or call {SHOWN}")
        await agent.choose("SMS chat")
        await agent.reply(window, "Good morning")
        assert await phones.arrived(CUSTOMER) == ["Good morning"]
        assert len(agent.cases()) == 1
        assert len(agent.rail()) == 1
