"""Joins the settings page to the hub."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence

from PySide6.QtCore import QObject

from cti_client.desk.desk import Desk
from cti_client.desk.errors import DeskError, HubRefusedError
from cti_client.desk.settings import SettingsDesk
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import LinkStatus
from cti_client.domain.errors import NotAllowedError, StaleVersionError
from cti_client.domain.role import may_change_settings
from cti_client.ui.settings import wishes as w
from cti_client.ui.settings.page import SettingsPage
from cti_client.ui.settings.section import Section
from cti_client.ui.settings.words import tr
from cti_client.wire.settings_api import AllSettings, EditConnection

log = logging.getLogger(__name__)


class SettingsSession(QObject):
    """Loads, saves and tries. Owns its tasks until `close`.

    What others change is shown as soon as nothing is typed here.
    """

    def __init__(self, desk: Desk, page: SettingsPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._page = desk, page
        self._tasks = TaskOwner("settings", self._report)
        self._trial: asyncio.Task[None] | None = None
        self._live = False
        self._behind = False
        self._asked = 0
        """How often the settings were asked for: only the last answer is the newest."""
        for section in page.sections:
            section.wished.connect(lambda wishes, section=section: self._start_saving(section, wishes))
            section.changed.connect(self._catch_up)
        page.reload_wanted.connect(self.load)
        page.connections.trial_wanted.connect(self._start_trial)
        page.connections.trial_stopped.connect(self._stop_trial)
        page.log.page_wanted.connect(lambda before: self._start("change log", self._load_log(before)))
        desk.link_changed.connect(self._follow_link)
        desk.presence_changed.connect(self._follow_role)
        desk.connections_changed.connect(self._show_health)
        desk.setup_changed.connect(self._note_change)
        self._show_health()
        self._follow_link()

    async def close(self) -> None:
        """End what is under way. May be called again."""
        if not self._tasks.closed:
            self._desk.link_changed.disconnect(self._follow_link)
            self._desk.presence_changed.disconnect(self._follow_role)
            self._desk.connections_changed.disconnect(self._show_health)
            self._desk.setup_changed.disconnect(self._note_change)
        await self._tasks.close()

    def load(self) -> None:
        """Show the settings as the hub has them now."""
        if self._live and may_change_settings(self._desk.role):
            self._behind = False
            self._start("settings", self._load())

    # The desk speaks

    def _follow_link(self) -> None:
        live = self._desk.link.status is LinkStatus.LIVE
        came = live and not self._live
        self._live = live
        self._follow_role()
        self._page.show_live(live)
        if came:
            self._note_change()

    def _follow_role(self) -> None:
        self._page.show_allowed(may_change_settings(self._desk.role))

    def _show_health(self) -> None:
        self._page.connections.show_health(self._desk.connections)

    def _note_change(self) -> None:
        self._behind = True
        self._catch_up()

    def _catch_up(self) -> None:
        section = self._page.current
        if self._behind and not section.dirty and not section.saving:
            self.load()

    # The person speaks

    def _start_saving(self, section: Section, wishes: Sequence[w.Wish]) -> None:
        self._start("save", self._save(section, wishes))

    async def _save(self, section: Section, wishes: Sequence[w.Wish]) -> None:
        try:
            for wish in wishes:
                settings = await carry_out(self._desk.settings, wish)
                self._asked += 1
                self._page.show_settings(settings)
        except HubRefusedError as error:
            await self._refused(section, error)
        except DeskError as error:
            section.fail(str(error))
        else:
            section.stored()

    async def _refused(self, section: Section, error: HubRefusedError) -> None:
        if error.problem.code == NotAllowedError.code:
            section.fail(str(error))
            self._page.show_allowed(False)
        elif error.problem.code == StaleVersionError.code or _is_gone(error):
            try:
                newest = await self._desk.settings.settings()
            except DeskError as away:
                section.fail(f"{error} {away}")
            else:
                self._asked += 1
                self._page.show_settings(newest)
                section.conflict()
        else:
            section.refuse(error.problem)

    async def _load(self) -> None:
        self._page.show_loading()
        self._asked += 1
        asked = self._asked
        try:
            settings = await self._desk.settings.settings()
        except HubRefusedError as error:
            if error.problem.code == NotAllowedError.code:
                self._page.show_allowed(False)
            else:
                self._page.show_error(str(error))
        except DeskError as error:
            self._behind = True
            self._page.show_error(str(error))
        else:
            section = self._page.current
            if asked != self._asked:
                return
            if section.dirty or section.saving:  # typed while they were on their way
                self._behind = True
            else:
                self._page.show_settings(settings)

    def _start_trial(self, edit: EditConnection) -> None:
        self._stop_trial()
        self._trial = self._tasks.start(self._try(edit), "test of a connection")

    def _stop_trial(self) -> None:
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None

    async def _try(self, edit: EditConnection) -> None:
        section = self._page.connections
        try:
            result = await self._desk.settings.test_connection(edit)
        except HubRefusedError as error:
            section.fail_trial(str(error), error.problem.field)
        except DeskError as error:
            section.fail_trial(str(error))
        else:
            section.show_trial(result)
        self._trial = None

    async def _load_log(self, before: int | None) -> None:
        try:
            page = await self._desk.settings.audit(before)
        except DeskError as error:
            self._page.log.fail_page(before, str(error))
        else:
            self._page.log.show_page(before, page)

    def _start(self, name: str, work: "asyncio.Future[None] | Awaitable[None]") -> None:
        self._tasks.start(work, name)  # type: ignore[arg-type]

    def _report(self, name: str, error: BaseException) -> None:
        log.error("%s failed", name, exc_info=error)
        words = tr("Something went wrong. The log has the details.")
        self._page.current.fail(words) if self._page.current.saving else self._page.show_error(words)


def carry_out(desk: SettingsDesk, wish: w.Wish) -> Awaitable[AllSettings]:
    """Have one wish done; all settings as they are then."""
    match wish:
        case w.SaveConnection(edit):
            return desk.put_connection(edit)
        case w.RemoveConnection(id_):
            return desk.delete_connection(id_)
        case w.SaveLine(None, edit):
            return desk.add_line(edit)
        case w.SaveLine(id_, edit):
            return desk.put_line(id_, edit)  # type: ignore[arg-type]  # None is above
        case w.RemoveLine(id_):
            return desk.delete_line(id_)
        case w.SaveAutoText(line_id, policy, edit):
            return desk.put_auto_text(line_id, policy, edit)
        case w.SaveRouting(edit):
            return desk.put_routing(edit)
        case w.SaveReply(None, edit):
            return desk.add_reply(edit)
        case w.SaveReply(id_, edit):
            return desk.put_reply(id_, edit)  # type: ignore[arg-type]  # None is above
        case w.RemoveReply(id_):
            return desk.delete_reply(id_)


def _is_gone(error: HubRefusedError) -> bool:
    """What was changed here does not exist any more."""
    return error.problem.code == "not_found"
