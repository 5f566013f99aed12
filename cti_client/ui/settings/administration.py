"""Leads owners and admins to the settings of their hub (F4), and keeps what they typed there from being lost."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cti_client.desk.desk import Desk
from cti_client.domain.canned_reply import Placeholder, first_name
from cti_client.domain.role import may_change_settings
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.navigation import ADMIN, DESK
from cti_client.ui.numbers.number_actions import NumberActions
from cti_client.ui.theme import Theme

if TYPE_CHECKING:
    from cti_client.ui.settings.page import SettingsPage
    from cti_client.ui.settings.session import SettingsSession


class Administration(QObject):
    """The page is made when it is first wanted. The session behind it ends with `close`."""

    def __init__(
        self, desk: Desk, window: MainWindow, theme: Theme, numbers: NumberActions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._window, self._theme, self._numbers = desk, window, theme, numbers
        self.page: SettingsPage | None = None
        self._session: SettingsSession | None = None
        window.navigation.page_wanted.connect(self._go)

    def show_role(self) -> None:
        """The link says who this is."""
        self._window.navigation.offer_admin(may_change_settings(self._desk.role))

    def leave(self, then: Callable[[], object]) -> None:
        """Do this once nothing that was typed there is lost by it."""
        if self.page is None or not (self.page.dirty or self.page.current.saving):
            then()
            return
        self._window.bring_to_front()
        self._show(ADMIN)
        self.page.leave(then)

    async def close(self) -> None:
        """End what is under way. May be called again."""
        if self._session is not None:
            await self._session.close()

    def _go(self, page: str) -> None:
        if page == ADMIN:
            self._show(ADMIN)
        else:
            self.leave(lambda: self._show(DESK))

    def _show(self, name: str) -> None:
        pages = self._window.pages
        pages.setCurrentWidget(self._made() if name == ADMIN else self._window.cases)
        self._window.navigation.show_page(name)

    def _made(self) -> "SettingsPage":
        if self.page is not None:
            return self.page
        from cti_client.ui.settings.page import SettingsPage  # most people never need it
        from cti_client.ui.settings.session import SettingsSession
        from cti_client.ui.settings.tab_order import in_reading_order

        page = self.page = SettingsPage(self._theme, self._samples, self._window.pages)
        page.back_wanted.connect(lambda: self._go(DESK))
        for button in page.phones:
            self._numbers.attach(button)
        self._window.pages.addWidget(page)
        in_reading_order(page, after=self._window.cases.table)
        self._session = SettingsSession(self._desk, page, self)
        return page

    def _samples(self) -> Mapping[Placeholder, str]:
        """An example's customer and case, this person and one of their lines."""
        name = "Maria Kowalska"
        return {
            Placeholder.NAME: name,
            Placeholder.FIRST_NAME: first_name(name),
            Placeholder.AGENT: self._desk.agent_name,
            Placeholder.LINE: self._desk.lines[0].name if self._desk.lines else "",
            Placeholder.CASE: "C-10482",
        }
