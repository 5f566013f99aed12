"""A1-A6, A9, A9a, D3: a text comes in, the agent answers it, and the answer reaches the phone."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from cti_client.demo.tour_kit import button, focus_widget, press, reads, visible, write
from tests.helpers.journey import CTRL, until
from tests.helpers.journey_places import Phones, at_work, simulated_hub

CUSTOMER = "+15551234567"


async def test_a_text_is_offered_accepted_answered_and_delivered(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Where is my order?")
        card = await agent.card("SMS+15551234567")
        for words in ("SMS Chat Request", "· Support 1-800", "waiting 0:0", " s left", "“Where is my order?”"):
            assert reads(card, words), words
        assert reads(card, "New customer")
        assert button(card, "Accept") is not None
        assert button(card, "Decline") is not None
        window = await agent.accept("SMS+15551234567")
        assert not agent.cards()
        await agent.message(window, "Customer: Where is my order?", "+00:00")
        assert any("123-4567" in edit.text() for edit in visible(window, QLineEdit))
        await until(lambda: focus_widget() is window.reply.editor, "the keyboard in the reply box")
        await agent.reply(window, "It left us today.")
        await agent.message(window, "It left us today.", "The network has it")
        assert await phones.arrived(CUSTOMER) == ["It left us today."]
        await agent.message(window, "It left us today.", "The phone of the customer has it")


async def test_a_known_customer_is_recognised_before_accept(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "First time")
        window = await agent.accept("SMS+15551234567")
        await agent.press_button(window, "Edit customer")
        write(visible(window, QLineEdit, "Name")[0], "Aiko Tanaka")
        await agent.press_button(window, "Save")
        await until(lambda: reads(window, "To Aiko Tanaka"), "the name in the reply box")
        await agent.in_rail("Aiko Tanaka")
        await agent.close_case(window)
        await phones.text(CUSTOMER, "Second time")
        card = await agent.card("SMS+15551234567")
        line = next(label.text() for label in visible(card, QLabel) if "Aiko Tanaka" in label.text())
        assert re.fullmatch(r"Aiko Tanaka · C-\d+ now, you", line)
        assert reads(card, "“Second time”")


@pytest.mark.parametrize("sender", ["12345", "MyBank"])
async def test_a_sender_that_is_no_number_rings_and_is_kept(qapp: QApplication, folder: Path, sender: str) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(sender, "Your code is 4711")
        window = await agent.accept(f"SMS{sender}")
        await agent.message(window, "Your code is 4711")
        if sender.isdigit():
            await agent.reply(window, "Thanks")
            assert await phones.arrived(sender) == ["Thanks"]
        else:
            assert reads(window, "This sender takes no replies.")
            window.reply.editor.setPlainText("Thanks")
            assert not window.reply.send.isEnabled()
            press(window.reply.editor, Qt.Key.Key_Return, CTRL)
            assert window.reply.text() == "Thanks"


async def test_a_second_text_joins_the_open_case(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept("SMS+15551234567")
        await phones.text(CUSTOMER, "And one more thing")
        await agent.message(window, "And one more thing")
        assert not agent.cards()
        assert len(agent.cases()) == 1


async def test_a_text_to_a_hidden_case_is_marked_and_asks_nobody(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept("SMS+15551234567")
        await agent.reply(window, "Good morning")
        await agent.message(window, "Good morning", "The network has it")
        press(window, Qt.Key.Key_W, CTRL)
        assert not window.isVisible()
        await phones.text(CUSTOMER, "Are you there?")
        await agent.in_rail("Are you there?", "1 unread")
        assert not agent.cards()
        await agent.turn_to(agent.window)
        press(agent.window, Qt.Key.Key_1, CTRL)
        assert await agent.case("SMS+15551234567") is window
        await agent.message(window, "Are you there?")
        await until(lambda: not any("unread" in row for row in agent.rail()), "the mark to go once it is read")


async def test_several_requests_and_cases_at_once(qapp: QApplication, folder: Path) -> None:
    numbers = ["+15551230001", "+15551230002", "+15551230003"]
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        for number in numbers:
            await phones.text(number, f"I am {number[-1]}")
        await until(lambda: len(agent.cards()) == 3, "three requests")
        assert reads(agent.window.telephony, "3 ringing")
        windows = {number: await agent.accept(f"SMS{number}") for number in numbers}
        assert len(agent.cases()) == 3
        for number in reversed(numbers):
            await agent.reply(windows[number], f"Hello {number[-1]}")
        for number, window in windows.items():
            assert await phones.arrived(number) == [f"Hello {number[-1]}"]
            await agent.message(window, f"Hello {number[-1]}", "has it")
            assert all(
                f"Hello {other[-1]}" not in row
                for other in numbers
                if other != number
                for row in agent.messages(window)
            )
