"""A8: only Close ends a chat; the next text offers the last case or a new one, and the choice can be changed."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import button, reads
from cti_client.ui.case.case_window import CaseWindow
from tests.helpers.journey import Agent, until
from tests.helpers.journey_places import Phones, at_work, simulated_hub

CUSTOMER = "+15551234567"
CALL_ID = "SMS+15551234567"


def case_words(window: CaseWindow) -> str:
    """What the window says of its case: `New case C-10001`, `Continued C-10001`."""
    return window.side.choice.words.text()


async def earlier_case(agent: Agent, phones: Phones) -> str:
    """A chat that has been closed; the label of its case."""
    await phones.text(CUSTOMER, "First")
    window = await agent.accept(CALL_ID)
    await until(lambda: case_words(window).startswith("New case C-"), "the case of the first chat")
    label = case_words(window).removeprefix("New case ")
    await agent.close_case(window)
    return label


async def test_continue_is_the_default_and_can_be_changed(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        label = await earlier_case(agent, phones)
        await phones.text(CUSTOMER, "Second")
        card = await agent.card(CALL_ID)
        assert button(card, f"Accept · continue {label}") is not None
        window = await agent.accept(CALL_ID)
        await until(lambda: case_words(window) == f"Continued {label}", f"Continued {label}")
        await agent.message(window, "Customer: First", "before")
        await agent.press_button(window, "Change")
        await agent.choose("Make it a new case")
        await until(lambda: case_words(window).startswith("New case"), "a new case")
        assert label not in case_words(window)
        await agent.press_button(window, "Change")
        await agent.choose(f"Continue {label}")
        await until(lambda: case_words(window) == f"Continued {label}", f"Continued {label} again")


async def test_a_new_case_can_be_chosen_and_changed(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        label = await earlier_case(agent, phones)
        await phones.text(CUSTOMER, "Second")
        window = await agent.accept(CALL_ID, choice="New case")
        await until(lambda: case_words(window).startswith("New case C-"), "a new case")
        assert label not in case_words(window)
        await agent.press_button(window, "Change")
        await agent.choose(f"Continue {label}")
        await until(lambda: case_words(window) == f"Continued {label}", f"Continued {label}")


@pytest.mark.parametrize("how", ["Resolved", "Needs a follow-up", "Spam"])
async def test_close_asks_how_it_ended(qapp: QApplication, folder: Path, how: str) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        await agent.close_case(await agent.accept(CALL_ID), how)
        await until(lambda: not agent.rail(), "an empty rail")
        status = "Pending" if how == "Needs a follow-up" else "Closed"
        await until(lambda: any(status in row for row in agent.case_list()), f"the case as {status}")
        assert not reads(agent.window, "Something went wrong")
