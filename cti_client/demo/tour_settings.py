"""The tour's steps around what everybody at the hub works with: the screens of owners and admins."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from cti_client.demo.tour_kit import TourError, click, picture, reads, until, visible, write
from cti_client.demo.tour_stage import Stage
from cti_client.ui.settings.list_section import ListSection
from cti_client.ui.settings.page import SettingsPage

NUMBER = "+12125550177"


class SettingsSteps:
    """In the main window."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def connection(self) -> str:
        """D2, D6, F4."""
        stage = self._stage
        await stage.press_button(stage.desktop.window.navigation, "Admin")
        page = await until(self._page, "the settings page")
        await until(lambda: page.connections.list.isVisible(), "the connections")
        await self._open_new(page.connections)
        form = page.connections.form
        _choose(form.kind, "Simulator")
        write(form.name, "Second network")
        await stage.press_button(page, "Test this connection")
        await until(lambda: reads(form.trial, "It works"), "the result of the test")
        await self._picture("18-connection")
        said = form.trial.result.text
        await self._save(page)
        await stage.press_button(page, "All connections")
        await self._picture("18-connections")
        return f"“{said}”"

    async def line(self) -> str:
        """F4, B9, A7."""
        page = await until(self._page, "the settings page")
        await self._go_to(page, "Lines")
        await self._open_new(page.lines)
        form = page.lines.form
        write(form.number.field.edit, NUMBER)
        write(form.name, "Sales")
        _choose(form.connection, "Second network")
        await self._save(page)
        await self._picture("19-line")
        await self._go_to(page, "Routing")
        click(page.routing.rules.add)
        write(page.routing.rules.prefix, "+34")
        _choose(page.routing.rules.connection, "Second network")
        write(page.routing.trial.number.edit, "+34 612 345 678")
        await until(lambda: reads(page.routing.trial, "by Second network, for rule 1"), "the way of a Spanish number")
        await self._picture("20-routing")
        await self._save(page)
        await self._go_to(page, "Automatic texts")
        rows = page.auto_texts.list
        row = rows.visualRect(rows.entries.index(0))
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
        await until(lambda: reads(page, "Answer to HELP"), "the texts of the line")
        await self._picture("21-automatic-texts")
        await self._stage.press_button(page, "All lines")
        return f"Sales, {NUMBER}"

    async def reply(self) -> str:
        """E10."""
        page = await until(self._page, "the settings page")
        await self._go_to(page, "Canned replies")
        await self._open_new(page.replies)
        form = page.replies.form
        write(form.shortcut, "parcel")
        write(form.heading, "Where the parcel is")
        write(form.text.edit, "Hi {first_name}, your parcel is on its way. {agent}")
        if not reads(page, "Hi Maria, your parcel is on its way."):
            raise TourError("expected the preview to name an example’s customer")
        await self._picture("22-canned-reply")
        await self._save(page)
        await self._go_to(page, "Change log")
        await until(lambda: reads(page.log, "added the canned reply “parcel”"), "the new reply in the change log")
        await self._picture("23-change-log")
        await self._stage.press_button(self._stage.desktop.window.navigation, "Desk")
        await until(self._stage.desktop.window.cases.isVisible, "My cases")
        return "written, previewed, and in the change log"

    def _page(self) -> SettingsPage | None:
        return next(iter(visible(self._stage.desktop.window, SettingsPage)), None)

    async def _go_to(self, page: SettingsPage, section: str) -> None:
        await self._stage.press_button(page.bar, section)
        await until(lambda: page.current.name == section, f"the section {section}")

    async def _open_new(self, section: ListSection) -> None:
        click(section.add_button)
        await until(lambda: section.form_shown, "an empty form")

    async def _save(self, page: SettingsPage) -> None:
        await self._stage.press_button(page, "Save")
        await until(lambda: reads(page, "Saved."), "that it is saved")

    async def _picture(self, name: str) -> None:
        await self._stage.settled()
        await picture(self._stage.desktop.window, self._stage.folder, name)


def _choose(box: QComboBox, words: str) -> None:
    """By the keyboard: what begins so."""
    box.setFocus()
    QTest.keyClicks(box, words)
