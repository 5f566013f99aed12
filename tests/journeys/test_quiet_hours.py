"""B9, D3: it is night where the customer is, whatever the clock says here."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QApplication

from cti_client.demo.settings import simulated
from cti_client.demo.tour_kit import reads, write
from cti_client.hub.config import HubConfig
from cti_client.paths import paths_in
from tests.helpers.journey import Agent, until
from tests.helpers.journey_places import Phones, at_work

CUSTOMER = "+12125551234"
CALL_ID = "SMS+12125551234"
SHOWN = "+1 212-555-1234"
LAST_OPENING = 23 * 60 + 50


def at_night(folder: Path, opens: int) -> HubConfig:
    """A hub whose line texts for ten minutes of the customer's day, from `opens` on, and welcomes its customers."""
    config = simulated(paths_in(folder), offer_seconds=60)
    hours = {"quiet_hours": True, "texts_from": opens, "texts_until": opens + 10}
    line = replace(config.lines[0], welcome_text="Welcome to {line}.", **hours)  # type: ignore[arg-type]
    return replace(config, lines=(line,))


def opening() -> int:
    """Far from now on New York's clock, in minutes of the day."""
    now = datetime.now(ZoneInfo("America/New_York"))
    return min((now.hour * 60 + now.minute + 12 * 60) % (24 * 60), LAST_OPENING)


async def ask_for_a_chat(agent: Agent) -> None:
    await agent.press_button(agent.window, "New chat")
    dialog = await agent.dialog()
    write(await agent.field(dialog), CUSTOMER)
    await until(lambda: reads(dialog, f"Texts will go to {SHOWN}."), "the number to be understood")
    await agent.press_button(dialog, "Start chat")


async def test_a_chat_begun_at_night_asks_once_and_a_welcome_waits(qapp: QApplication, folder: Path) -> None:
    hub = partial(at_night, folder, opening())
    async with at_work(qapp, folder, hub) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Call me back, please")
        window = await agent.accept(CALL_ID)
        await agent.message(window, "Welcome to Support 1-800.", "it goes out at")
        await agent.reply(window, "Gladly")
        assert await phones.arrived(CUSTOMER) == ["Gladly"], "a reply passes, and the welcome stands in nobody's way"
        await agent.act_on(window, "Welcome to", "Cancel")
        await agent.message(window, "Welcome to Support 1-800.", "It was cancelled and never went out")
        await agent.close_case(window)

        await ask_for_a_chat(agent)
        dialog = await agent.dialog()
        await agent.press_button(dialog, "Not now")
        await agent.nothing_rings()
        assert agent.cases() == []
        await ask_for_a_chat(agent)
        await agent.press_button(await agent.dialog(), "Text anyway")
        window = await agent.case(CALL_ID)
        await agent.reply(window, "Your parcel is here")
        await agent.reply(window, "Until noon")
        assert await phones.arrived(CUSTOMER, 3) == ["Gladly", "Your parcel is here", "Until noon"]
