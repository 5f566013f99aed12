"""H1: the hub is killed or frozen under a live desktop: history stays, sends wait in sight, and go once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads
from cti_client.desk import hub_client
from cti_client.desk.hub_client import HubAccess
from cti_client.ui.case.case_window import CaseWindow
from tests.helpers.hub_process import CUSTOMER, Gateway, HubProcess, gateway_of
from tests.helpers.journey import Agent, until
from tests.helpers.journey_places import at_work
from tests.helpers.kannel import free_ports
from tests.helpers.killing_hub import TOKEN

CALL_ID = f"SMS{CUSTOMER}"


@asynccontextmanager
async def open_chat(screen: QApplication, folder: Path) -> AsyncIterator[tuple[HubProcess, Gateway, Agent, CaseWindow]]:
    """An agent in an open chat, and the hub behind it."""
    port, gateway_port = free_ports(2)
    async with gateway_of(port, gateway_port) as gateway:
        hub = HubProcess(folder / "hub.db", port, gateway)
        await hub.start()
        try:
            await gateway.text_in("Hello", "g1")
            async with at_work(screen, folder / "desktop", HubAccess(hub.url, TOKEN)) as agent:
                window = await agent.accept(CALL_ID)
                await agent.message(window, "Customer: Hello")
                yield hub, gateway, agent, window
        finally:
            await hub.stop()


async def test_killed_and_started_again(screen: QApplication, tmp_path: Path) -> None:
    async with open_chat(screen, tmp_path) as (hub, gateway, agent, window):
        await hub.stop()
        await until(lambda: reads(agent.window, "No link to the hub."), "the main window to say so")
        assert reads(window, "No link to the hub.")
        assert reads(agent.window, "Offline")
        assert reads(agent.window, "Not connected")
        await agent.message(window, "Customer: Hello")
        await agent.reply(window, "First")
        await agent.reply(window, "Second")
        await agent.message(window, "Second", "Waits for the link to the hub and goes by itself")
        assert reads(agent.window, "2 not sent yet")
        assert not gateway.to_phones
        await hub.start()
        await agent.is_live()
        for text in ("First", "Second"):
            await agent.message(window, text, "The network has it")
        await until(lambda: not reads(agent.window, "not sent yet"), "nothing left to send")
        assert not reads(window, "No link to the hub.")
        await agent.reply(window, "Third")
        await agent.message(window, "Third", "The network has it")
        assert gateway.to_phones == {"First": 1, "Second": 1, "Third": 1}
        mine = [row for row in agent.messages(window) if "You:" in row]
        assert [row.split("You: ")[1].split(".")[0] for row in mine] == ["First", "Second", "Third"]


async def test_frozen_and_thawed(screen: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_client, "HEARTBEAT_SECONDS", 0.5)
    async with open_chat(screen, tmp_path) as (hub, gateway, agent, window):
        hub.freeze()
        await agent.reply(window, "First")
        await until(lambda: reads(agent.window, "No link to the hub."), "the main window to say so")
        await agent.reply(window, "Second")
        assert reads(agent.window, "2 not sent yet")
        await agent.message(window, "Customer: Hello")
        hub.thaw()
        await agent.is_live()
        for text in ("First", "Second"):
            await agent.message(window, text, "The network has it")
        await until(lambda: not reads(agent.window, "not sent yet"), "nothing left to send")
        assert gateway.to_phones == {"First": 1, "Second": 1}
