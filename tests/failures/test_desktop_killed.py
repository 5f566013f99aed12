"""H1, E10: a desktop killed (-9) at each step of a send: nothing typed is lost, nothing goes twice, old texts ask.

The desktop is a process of its own with its real windows; the hub and the gateway outlive it, and the gateway counts.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import press
from cti_client.desk.hub_client import HubAccess
from tests.helpers.cut_wire import CutWire
from tests.helpers.hub_process import CUSTOMER, LATER_MS, Gateway, HubProcess, gateway_of
from tests.helpers.journey import CTRL, Agent, until
from tests.helpers.journey_places import at_work
from tests.helpers.kannel import free_ports
from tests.helpers.killing import KILLED
from tests.helpers.killing_hub import TOKEN

CALL_ID = f"SMS{CUSTOMER}"
TEXT = "Good morning, it left us today."


@dataclass
class World:
    hub: HubProcess
    gateway: Gateway
    folder: Path

    def desktop(self, step: str, url: str) -> "subprocess.Popen[bytes]":
        """A desktop that accepts the chat, types and sends, and dies at that step."""
        arguments = [f"send:{step}", str(self.folder), url, TOKEN, CALL_ID, TEXT]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.journey_process", *arguments], stderr=subprocess.PIPE
        )

    async def killed_at(self, step: str) -> None:
        await died(self.desktop(step, self.hub.url))

    async def killed_on_the_wire(self, *, reaches: bool) -> None:
        wire = CutWire(self.hub.url, reaches=reaches, on_cut=lambda: process.kill())
        async with wire.up() as url:
            process = self.desktop("never", url)
            await died(process)

    @property
    def access(self) -> HubAccess:
        return HubAccess(self.hub.url, TOKEN)


async def died(process: "subprocess.Popen[bytes]") -> None:
    try:
        _, errors = await asyncio.to_thread(process.communicate, timeout=60)
    finally:
        process.kill()
    assert process.returncode == KILLED, errors.decode()


async def went_once(world: World, agent: Agent) -> None:
    """The text is shown as sent, and the gateway was told once: also when what came after it has gone."""
    window = await agent.case(CALL_ID)
    await agent.message(window, TEXT, "The network has it")
    assert window.reply.text() == ""
    await agent.reply(window, "Anything else?")
    await agent.message(window, "Anything else?", "The network has it")
    assert world.gateway.to_phones == {TEXT: 1, "Anything else?": 1}
    assert sum(TEXT in row for row in agent.messages(window)) == 1


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    port, gateway_port = free_ports(2)
    async with gateway_of(port, gateway_port) as gateway:
        hub = HubProcess(tmp_path / "hub.db", port, gateway)
        await hub.start()
        try:
            await gateway.text_in("Hello", "g1")
            yield World(hub, gateway, tmp_path / "desktop")
        finally:
            await hub.stop()


async def test_killed_before_the_text_is_kept(screen: QApplication, world: World) -> None:
    await world.killed_at("before-kept")
    async with at_work(screen, world.folder, world.access) as agent:
        window = await agent.case(CALL_ID)
        await until(lambda: window.reply.text() == TEXT, "what was typed, in the reply box")
        assert not world.gateway.to_phones
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        await went_once(world, agent)


@pytest.mark.parametrize("step", ["kept", "answered"])
async def test_killed_once_the_text_is_kept(screen: QApplication, world: World, step: str) -> None:
    await world.killed_at(step)
    async with at_work(screen, world.folder, world.access) as agent:
        await went_once(world, agent)


@pytest.mark.parametrize("reaches", [False, True])
async def test_killed_while_the_text_is_on_the_wire(screen: QApplication, world: World, reaches: bool) -> None:
    await world.killed_on_the_wire(reaches=reaches)
    async with at_work(screen, world.folder, world.access) as agent:
        await went_once(world, agent)


async def test_a_text_that_has_become_old_asks_and_then_goes_once(screen: QApplication, world: World) -> None:
    await world.killed_at("kept")
    await world.hub.stop()
    await world.hub.start(ahead=LATER_MS)
    async with at_work(screen, world.folder, world.access) as agent:
        window = await agent.case(CALL_ID)
        await agent.message(window, TEXT, "more than two minutes. Send it")
        assert not world.gateway.to_phones
        await agent.act_on(window, TEXT, "Send now")
        await went_once(world, agent)


async def test_a_text_that_has_become_old_can_be_taken_back(screen: QApplication, world: World) -> None:
    await world.killed_at("kept")
    await world.hub.stop()
    await world.hub.start(ahead=LATER_MS)
    async with at_work(screen, world.folder, world.access) as agent:
        window = await agent.case(CALL_ID)
        await agent.message(window, TEXT, "more than two minutes. Send it")
        await agent.act_on(window, TEXT, "Back to the reply box")
        await until(lambda: window.reply.text() == TEXT, "the text in the reply box")
        assert not any(TEXT in row for row in agent.messages(window))
        assert not world.gateway.to_phones
