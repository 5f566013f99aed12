"""B7, B8: STOP rings nobody and closes the way out; START opens it again."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import click, press, reads, visible, write
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.ui.numbers.allow_sms_dialog import AllowSmsDialog
from cti_client.ui.numbers.consent_history_dialog import ConsentHistoryDialog
from cti_client.ui.numbers.opt_out_dialog import OptOutDialog
from tests.helpers.journey import CTRL, until
from tests.helpers.journey_places import Phones, at_work, simulated_hub

CUSTOMER = "+15551234567"
CALL_ID = "SMS+15551234567"
OTHER = "+15557654321"


async def test_stop_and_start_in_an_open_chat(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept(CALL_ID)
        await until(lambda: reads(window, "SMS opted in"), "the badge of consent")
        await phones.text(CUSTOMER, " Stop. ")
        await until(lambda: reads(window, OPTED_OUT_TEXT), "the refusal in the reply box")
        assert reads(window, "SMS opted out")
        await agent.message(window, "Customer:  Stop. ")
        confirmation = await agent.message(window, "Automatic text:")
        write(window.reply.editor, "But wait")
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        assert window.reply.text() == "But wait"
        arrived = await phones.arrived(CUSTOMER)
        assert len(arrived) == 1
        assert arrived[0] in confirmation
        await phones.text(CUSTOMER, "START")
        await until(window.reply.send.isEnabled, "Send to be possible again")
        assert reads(window, "SMS opted in")
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        await agent.message(window, "But wait", "has it")
        assert await phones.arrived(CUSTOMER, 2) == [*arrived, "But wait"]
        assert not agent.cards()


async def test_stop_with_no_open_chat_rings_nobody(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "STOP")
        await phones.text("+15559990000", "Hello")
        await agent.card("SMS+15559990000")  # what came later is on the screen, so the other would be as well
        assert len(agent.cards()) == 1
        assert not reads(agent.window, "WAITING")
        assert len(await phones.arrived(CUSTOMER)) == 1
        await agent.press_button(agent.window, "New chat")
        dialog = await agent.dialog()
        write(await agent.field(dialog), CUSTOMER)
        await until(lambda: reads(dialog, OPTED_OUT_TEXT), "the reason why no chat may start")
        await agent.press_button(dialog, "Cancel")


async def test_allowed_by_hand_texted_and_opted_out_by_hand(qapp: QApplication, folder: Path) -> None:
    """B2, B7: nobody has texted yet; an agent writes down the consent, chats, and writes down its end."""
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await agent.press_button(agent.window, "New chat")
        dialog = await agent.dialog()
        write(await agent.field(dialog), CUSTOMER)
        await until(lambda: reads(dialog, "No SMS consent yet"), "the badge of consent")
        await agent.press_button(dialog, "Allow SMS")
        allow = await until(lambda: next(iter(visible(dialog, AllowSmsDialog)), None), "the question how they agreed")
        await agent.press_button(allow, "Agreed on the phone")
        await agent.press_button(allow, "Allow SMS")
        await agent.press_button(dialog, "Start chat")
        window = await agent.case(CALL_ID)
        await until(lambda: reads(window, "SMS opted in"), "the badge of consent")
        await until(lambda: reads(window, "Mobile · SMS"), "the tag on the number")
        await agent.reply(window, "Here we are")
        assert await phones.arrived(CUSTOMER) == ["Here we are"]
        await agent.press_button(window, "Text or call")
        await agent.choose("Opt out of SMS")
        out = await until(lambda: next(iter(visible(window, OptOutDialog)), None), "the question about opting out")
        write(out.note, "Called to say so")
        await agent.press_button(out, "Opt out of SMS")
        await until(lambda: reads(window, OPTED_OUT_TEXT), "the refusal in the reply box")
        await agent.press_button(window, "Text or call")
        await agent.choose("Consent history")
        history = await until(lambda: next(iter(visible(window, ConsentHistoryDialog)), None), "the history")
        await until(lambda: reads(history, "Called to say so"), "the note of the opt-out")
        assert reads(history, "Agreed on the phone")
        await agent.press_button(history, "Close")
        assert await phones.arrived(CUSTOMER) == ["Here we are"]


async def test_another_number_of_the_customer(qapp: QApplication, folder: Path) -> None:
    """B7: what is said from one number, or written down of it, stands in the windows of both."""
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        first = await agent.accept(CALL_ID)
        await agent.press_button(first, "Edit customer")
        write(first.side.customer.form.edits["name"], "Eva Novak")
        await agent.press_button(first, "Save")
        await until(lambda: reads(first, "Eva Novak"), "the name")
        await phones.text(OTHER, "My other phone")
        second = await agent.accept(f"SMS{OTHER}")
        await agent.press_button(second, "Search")
        write(second.side.address.query, "Eva")
        await agent.press_button(second, "Find")
        found = second.side.address.candidates
        await until(lambda: found.isVisible() and found.count() == 1, "the customer to be found")
        press(found, Qt.Key.Key_Down)
        press(found, Qt.Key.Key_Return)
        fields = first.side.customer.fields
        await until(lambda: len(fields) == 2, "both numbers in the first window")
        assert "Mobile · SMS opted in" in fields[1].edit.accessibleName()
        await phones.text(OTHER, "STOP")
        await until(lambda: reads(first, "Mobile · SMS opted out"), "the opt-out in the window of the first number")
        assert reads(first, "Mobile · SMS opted in")
        assert first.reply.send.isVisible()
        assert not reads(first, OPTED_OUT_TEXT)
        await phones.text(OTHER, "START")
        await until(lambda: not reads(first, "SMS opted out"), "the opt-out to be gone")
        await agent.turn_to(first)
        click(fields[1].button)
        await agent.choose("Opt out of SMS")
        out = await until(lambda: next(iter(visible(first, OptOutDialog)), None), "the question about opting out")
        await agent.press_button(out, "Opt out of SMS")
        await until(lambda: reads(first, "Mobile · SMS opted out"), "the opt-out where it was written down")
        await until(lambda: reads(second, OPTED_OUT_TEXT), "the refusal in the chat of that number")
