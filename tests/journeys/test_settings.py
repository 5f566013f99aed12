"""F4, D6, E10: an owner sets up a gateway, a line and a reply on the screens, and works with them at once."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit

from cti_client.demo.handset_client import HandsetClient
from cti_client.demo.tour_kit import click, press, reads, visible, write
from cti_client.hub.config import HubConfig, StarterConfig
from cti_client.ui.settings.change_card import ChangeCard
from cti_client.ui.settings.page import SettingsPage
from cti_client.ui.settings.secret_field import SecretField
from tests.helpers.journey import CTRL, Agent, until
from tests.helpers.journey_places import at_work, simulated_hub
from tests.helpers.kannel import Kannel

CUSTOMER = "+15551234567"
NUMBER = "+12125550177"


async def administration(agent: Agent) -> SettingsPage:
    await agent.press_button(agent.window.navigation, "Admin")
    page = agent.desktop.shell.admin.page
    assert page is not None
    await until(page.bar.isVisible, "the settings")
    return page


async def go_to(agent: Agent, page: SettingsPage, section: str) -> None:
    await agent.press_button(page.bar, section)
    await until(lambda: page.current.name == section, f"the section {section}")


def choose(box: QComboBox, words: str) -> None:
    """By the keyboard: what begins so."""
    box.setFocus()
    QTest.keyClicks(box, words)
    assert box.currentText().startswith(words)


async def saved(page: SettingsPage) -> None:
    await until(lambda: reads(page, "Saved."), "that it is saved")


async def test_a_gateway_a_line_and_a_reply_made_on_the_screens_work_at_once(qapp: QApplication, folder: Path) -> None:
    async with at_work(qapp, folder, simulated_hub(folder)) as agent:
        page = await administration(agent)

        await agent.press_button(page, "Add connection")
        form = page.connections.form
        choose(form.kind, "Simulator")
        write(form.name, "Second network")
        await agent.press_button(page, "Test this connection")
        await until(lambda: reads(form.trial, "It works"), "the result of the test")
        await agent.press_button(page, "Save")
        await saved(page)

        await go_to(agent, page, "Lines")
        await agent.press_button(page, "Add line")
        line = page.lines.form
        write(line.number.field.edit, NUMBER)
        write(line.name, "Sales")
        choose(line.connection, "Second network")
        click(line.quiet)  # whatever the hour is where this runs
        await agent.press_button(page, "Save")
        await saved(page)

        await go_to(agent, page, "Canned replies")
        await agent.press_button(page, "Add reply")
        write(page.replies.form.shortcut, "hello")
        write(page.replies.form.heading, "A greeting")
        write(page.replies.form.text.edit, "Good day, {line} here!")
        assert reads(page, "Good day, Support 1-800 here!")
        await agent.turn_to(agent.window)
        press(page.replies.form.text.edit, Qt.Key.Key_S, CTRL)
        await saved(page)

        network = HandsetClient(f"{agent.desktop.hub_url}/gateway/second-network")
        try:
            await network.text(CUSTOMER, NUMBER, "Do you sell these?")
            window = await agent.accept(f"SMS{CUSTOMER}")
            await agent.turn_to(window)
            await until(lambda: window.reply.canned.any, "the new reply to be known here")
            write(window.reply.editor, "/hel")
            popup = window.reply.canned.popup
            await until(popup.isVisible, "the list of canned replies")
            press(popup, Qt.Key.Key_Return)
            assert window.reply.text() == "Good day, Sales here!"
            press(window.reply.editor, Qt.Key.Key_Return, CTRL)
            await agent.message(window, "Good day, Sales here!", "has it")
            arrived = await network.inbox(CUSTOMER, 0, 5)
            assert [one.text for one in arrived] == ["Good day, Sales here!"]
        finally:
            await network.close()

        await agent.turn_to(agent.window)
        await go_to(agent, page, "Change log")
        await until(lambda: len(visible(page.log, ChangeCard)) == 3, "three changes")
        for words in ("connection “second-network”", "line “Sales”", "canned reply “hello”"):
            assert reads(page.log, words)


@pytest.mark.kannel
async def test_a_real_kannel_is_set_up_on_the_screens(qapp: QApplication, folder: Path, kannel: Kannel) -> None:
    """D6: a wrong password is told by the test and nothing is kept; the secret goes nowhere but where it was given."""
    ours, customer = kannel.settings(), "+15557770009"
    empty = partial(itself, StarterConfig(database=folder / "hub.db", port=kannel.hub_port))
    async with at_work(qapp, folder, empty) as agent:
        page = await administration(agent)
        await until(lambda: reads(page, "No connection yet"), "the empty list")
        await agent.press_button(page.connections.empty, "Add connection")
        form = page.connections.form
        write(form.name, ours.id)  # as Kannel has it in the address it calls
        write(form.fields["options.url"].control, ours.options["url"])
        write(form.fields["options.username"].control, ours.options["username"])
        password = form.fields["options.password"].control
        assert isinstance(password, SecretField)
        write(password.edit, "not the password")
        write(form.secret.edit, ours.secret)
        await agent.press_button(page, "Test this connection")
        await until(lambda: bool(form.trial.result.text), "the result of the test")
        assert "password" in form.trial.result.text
        password.edit.clear()
        write(password.edit, ours.options["password"])
        await agent.press_button(page, "Test this connection")
        await until(lambda: reads(form.trial, "It works"), "the result of the test")
        await agent.press_button(page, "Save")
        await saved(page)
        assert form.webhook.edit.text().startswith(f"{agent.desktop.hub_url}/gateway/{ours.id}/inbound?key=KEY&")
        shown = [edit.text() for edit in visible(page, QLineEdit)]
        assert not {ours.options["password"], ours.secret} & set(shown)

        form.fields["options.url"].put("http://127.0.0.1:9/cgi-bin/sendsms")
        await agent.press_button(page, "Save")
        await until(lambda: bool(form.fields["options.password"].problem.text()), "the password to be asked for again")
        await agent.press_button(page, "Discard")

        await go_to(agent, page, "Lines")
        await agent.press_button(page.lines.empty, "Add line")
        line = page.lines.form
        write(line.number.field.edit, NUMBER)
        write(line.name, "Support")
        assert line.connection.currentText() == ours.id  # there is but one
        click(line.quiet)
        await agent.press_button(page, "Save")
        await saved(page)

        kannel.phones.text(customer, NUMBER, "Hello Kannel")
        window = await agent.accept(f"SMS{customer}")
        await agent.reply(window, "Hello customer")
        await agent.message(window, "Hello customer", "has it")
        arrived = await asyncio.to_thread(kannel.phones.wait_for, customer, 1)
        assert [one.text for one in arrived] == ["Hello customer"]

        await go_to(agent, page, "Change log")
        await until(lambda: bool(visible(page.log, ChangeCard)), "the changes")
        said = " ".join(label.text() for label in visible(page.log, QLabel))
        assert ours.secret not in said
        assert ours.options["password"] not in said


def itself(config: HubConfig) -> HubConfig:
    return config
