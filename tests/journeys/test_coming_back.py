"""A8, H1, E10: quitting and crashing end no chat: its window comes back, with what was typed."""

import asyncio
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads, write
from tests.helpers.journey import until
from tests.helpers.journey_places import Phones, at_work, simulated_hub
from tests.helpers.killing import KILLED

CUSTOMER = "+15551234567"
CALL_ID = "SMS+15551234567"


async def test_an_open_chat_comes_back_after_quit(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        window = await agent.accept(CALL_ID)
        await agent.reply(window, "Good morning")
        await agent.message(window, "Good morning", "The network has it")
        write(window.reply.editor, "not yet se")  # and quits before the pause after which a draft is kept
    assert not agent.cases()
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        window = await agent.case(CALL_ID)
        await agent.message(window, "Customer: Hello")
        await agent.message(window, "Good morning")
        await until(lambda: window.reply.text() == "not yet se", "the draft")
        assert not agent.cards()
        assert len(agent.rail()) == 1
        await phones.text(CUSTOMER, "Still there?")
        await agent.message(window, "Still there?")
        assert not agent.cards()


async def test_a_request_rings_again_after_quit(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(CUSTOMER, "Hello")
        await agent.card(CALL_ID)
    async with at_work(qapp, folder, simulated_hub(folder)) as agent:
        await agent.message(await agent.accept(CALL_ID), "Hello")


async def test_an_open_chat_comes_back_after_a_crash(qapp: QApplication, folder: Path) -> None:
    """The whole desktop with its hub in a process of its own: it answers a chat, types, and is killed."""
    command = [sys.executable, "-m", "tests.helpers.journey_process", "own-hub", str(folder), CUSTOMER, "Half a sente"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=60, check=False)
    assert done.returncode == KILLED, done.stderr.decode()
    async with at_work(qapp, folder, simulated_hub(folder)) as agent:
        window = await agent.case(CALL_ID)
        await agent.message(window, "Customer: Hello")
        await until(lambda: window.reply.text() == "Half a sente", "the draft")
        assert not reads(window, "has ended")
        assert not agent.cards()
