"""A1, A6, D1, D3, D4: the same desktop over a real Kannel: both ways with reports, frozen, and while we are away."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads, write
from cti_client.hub.config import ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.own_hub import HubSettings
from tests.helpers.fake_phones import PhoneText
from tests.helpers.journey import until
from tests.helpers.journey_places import at_work
from tests.helpers.kannel import Kannel

pytestmark = pytest.mark.kannel

LINE = "+15550100"
LONG = (
    "Good morning! We have changed the delivery address of your order as you wished. "
    "The courier comes tomorrow between nine and one and rings twenty minutes before he is there. "
    "If nobody is at home, the parcel waits at the shop on the corner for seven days. "
    "You can follow it on our page at any time. Please write here if anything is missing or broken, "
    "we will make it good at once."
)


def over(kannel: Kannel, folder: Path) -> HubSettings:
    """A hub with one line over this Kannel, which waits a second for each of its answers."""
    gateway = ConnectionConfig(settings=kannel.settings(answer_seconds="1"), test_seconds=0)
    line = LineConfig(address=LINE, name="Support", connection=gateway.settings.id, offer_seconds=600)
    config = HubConfig(
        database=folder / "hub.db",
        port=kannel.hub_port,
        connections=(gateway,),
        lines=(line,),
    )
    return partial(itself, config)


def itself(config: HubConfig) -> HubConfig:
    return config


async def arrived(kannel: Kannel, phone: str, count: int = 1) -> list[PhoneText]:
    """What has arrived at the phone, once there are that many."""
    return await asyncio.to_thread(kannel.phones.wait_for, phone, count)


def in_vain(kannel: Kannel, sender: str) -> int:
    """How often Kannel has tried in vain to hand over a text of this sender."""
    log = (kannel.directory / "smsbox.log").read_text(encoding="utf-8", errors="replace")
    return sum("Couldn't fetch" in line and sender[1:] in line for line in log.splitlines())


async def test_both_ways_with_long_and_foreign_texts(qapp: QApplication, folder: Path, kannel: Kannel) -> None:
    customer = "+15557770001"
    async with at_work(qapp, folder, over(kannel, folder)) as agent:
        kannel.phones.text(customer, LINE, "Can I change the address?")
        window = await agent.accept(f"SMS{customer}")
        await agent.message(window, "Customer: Can I change the address?", "+00:00")
        write(window.reply.editor, LONG)
        await until(lambda: reads(window, "3 parts"), "the counter to say 3 parts")
        window.reply.editor.clear()
        for text in (LONG, "Dziękuję, to wszystko załatwione!"):
            window.reply.editor.setPlainText(text)
            await agent.press_button(window, "Send to")
            await agent.message(window, text, "The phone of the customer has it")
        kannel.phones.text(customer, LINE, "Thanks")
        await agent.message(window, "Customer: Thanks")
        assert not agent.cards()
        first, second = await arrived(kannel, customer, 2)
        assert (first.text, len(first.parts), first.sender) == (LONG, 3, LINE)
        assert second.text == "Dziękuję, to wszystko załatwione!"


async def test_a_frozen_gateway_is_told_honestly_and_settled_later(
    qapp: QApplication, folder: Path, kannel: Kannel
) -> None:
    customer = "+15557770002"
    async with at_work(qapp, folder, over(kannel, folder)) as agent:
        kannel.phones.text(customer, LINE, "Hello")
        window = await agent.accept(f"SMS{customer}")
        await agent.message(window, "Hello")
        with kannel.frozen():
            await agent.reply(window, "Good morning")
            await agent.message(window, "Good morning", "The gateway gave no answer, so the text may or may not")
        await agent.message(window, "Good morning", "The phone of the customer has it")
        await agent.reply(window, "And goodbye")
        await agent.message(window, "And goodbye", "has it")
        texts = await arrived(kannel, customer, 2)
        assert [text.text for text in texts] == ["Good morning", "And goodbye"]


async def test_the_phone_has_the_last_word_on_what_an_agent_said(
    qapp: QApplication, folder: Path, kannel: Kannel
) -> None:
    """D4: said by mistake, said otherwise, and then put right by the network."""
    customer = "+15557770008"
    async with at_work(qapp, folder, over(kannel, folder)) as agent:
        kannel.phones.text(customer, LINE, "Hello")
        window = await agent.accept(f"SMS{customer}")
        await agent.message(window, "Hello")
        with kannel.frozen():
            await agent.reply(window, "Good morning")
            await agent.message(window, "Good morning", "The gateway gave no answer")
            await agent.act_on(window, "Good morning", "They have it")
            await agent.message(window, "Good morning", "said that it arrived; the network has not confirmed it")
            await agent.act_on(window, "Good morning", "They don't have it")
            await agent.message(window, "Good morning", "said that it did not arrive")
        await agent.message(window, "Good morning", "The phone of the customer has it")
        assert [text.text for text in await arrived(kannel, customer, 1)] == ["Good morning"]


async def test_texts_that_come_while_the_hub_is_down(qapp: QApplication, folder: Path, kannel: Kannel) -> None:
    known, new = "+15557770003", "+15557770004"
    async with at_work(qapp, folder, over(kannel, folder)) as agent:
        kannel.phones.text(known, LINE, "Hello")
        window = await agent.accept(f"SMS{known}")
        await agent.message(window, "Hello")
    missed = [f"Message {number}" for number in range(1, 6)]
    for text in missed:
        kannel.phones.text(known, LINE, text)
    kannel.phones.text(new, LINE, "Anybody there?")
    await until(lambda: in_vain(kannel, new) > 1, "Kannel to find the hub down, again and again")
    async with at_work(qapp, folder, over(kannel, folder)) as agent:
        window = await agent.case(f"SMS{known}")
        for text in missed:
            await agent.message(window, f"Customer: {text}.")
        other = await agent.accept(f"SMS{new}")
        await agent.message(other, "Anybody there?")
        rows = agent.messages(window)
        assert [sum(f"Customer: {text}." in row for row in rows) for text in ["Hello", *missed]] == [1] * 6
        assert len(agent.messages(other)) == 1
