"""Joins the main window to the desk, and says which case windows there are."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from cti_client.desk.desk import Desk
from cti_client.desk.errors import DeskError
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import LinkStatus
from cti_client.domain.agent import Presence
from cti_client.domain.interaction import Direction
from cti_client.system.collector import MainThreadCollector
from cti_client.system.tel_links import TelLinks
from cti_client.ui.app_icon import app_icon
from cti_client.ui.case.case_windows import CaseWindowFactory, CaseWindows
from cti_client.ui.local_time import clock
from cti_client.ui.main.answering import Answering
from cti_client.ui.main.cases_loader import CasesLoader
from cti_client.ui.main.leaving import Leaving
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.offer_zones import OfferZones
from cti_client.ui.main.ringer import Ringer
from cti_client.ui.main.tray import Tray
from cti_client.ui.main.unsent_texts import UnsentTexts
from cti_client.ui.models.last_words import is_troubled, last_words
from cti_client.ui.models.open_chats import customer_of
from cti_client.ui.numbers.consent_actions import ConsentActions
from cti_client.ui.numbers.new_chat import NewChat
from cti_client.ui.numbers.number_actions import NumberActions
from cti_client.ui.preferences import Preferences
from cti_client.ui.settings.administration import Administration
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker
from cti_client.wire.api import Accepted
from cti_client.wire.records import Message

log = logging.getLogger(__name__)


class Shell(QObject):
    """Owns the tasks behind the main window and all case windows, from `start` to `close`.

    The desk is started and closed by whoever made it.
    """

    quit_wanted = Signal()
    """The person wants the program to end."""
    place_wanted = Signal()
    """The person wants to work with another hub, or to sign in anew."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        theme: Theme,
        preferences: Preferences,
        ticker: Ticker,
        ringer: Ringer,
        tray: Tray,
        tel_links: TelLinks,
        case_windows: CaseWindowFactory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._window, self._theme = desk, window, theme
        self._preferences, self._ticker, self._ringer, self._tray = preferences, ticker, ringer, tray
        self._tasks = TaskOwner("main window", self._report)
        self.cases = CaseWindows(case_windows, self._tasks, self)
        self.loader = CasesLoader(desk, window.cases, window.cases_model, self._tasks, self)
        consents = ConsentActions(desk, theme, self._tasks, self)
        self._numbers = NumberActions(desk, self._tasks, tel_links.hand_over, tel_links.may_call, consents, self)
        self.answering = Answering(desk, window.telephony, self.cases, self._tasks, self)
        self.new_chat = NewChat(desk, window, theme, self._numbers, self._tasks, self)
        self.unsent = UnsentTexts(desk, window, theme, self)
        self._offer_zones = OfferZones(desk, window.telephony, self._tasks, self)
        self._collector = MainThreadCollector(self)
        self._held: frozenset[int] = frozenset()
        self._was_live = False
        self._replaced, self._said = "", ""
        self._calm = asyncio.Event()
        self.admin = Administration(desk, window, theme, self._numbers, self)
        self.leaving = Leaving(desk, window, theme, preferences, tray, self)
        self._connect_desk()
        self._connect_window()

    def start(self) -> None:
        """Show the window and what the desk holds by now."""
        QApplication.setWindowIcon(app_icon(self._theme))
        self._ticker.start()
        self._collector.start()
        self._tray.show()
        self._show_all()
        self._window.show()

    async def calm(self) -> None:
        """Returns once the window shows the agent's work, or that there is no link."""
        await self._calm.wait()

    async def close(self) -> None:
        """End: what was typed last is stored, chats stay open, windows go."""
        self._ticker.stop()
        self.loader.stop()
        self._ringer.stop()
        self._disconnect_desk()
        self.unsent.stop()
        await self.cases.close()
        await self.admin.close()
        await self._tasks.close()
        self._tray.hide()
        self._window.close_for_good()
        self._collector.stop()

    # The desk speaks

    def _slots(self) -> list[tuple[Any, Callable[..., None]]]:
        desk = self._desk
        return [
            (desk.link_changed, self._show_link),
            (desk.snapshot_loaded, self._show_all),
            (desk.offers_changed, self._show_offers),
            (desk.interaction_changed, self._show_interaction),
            (desk.case_changed, self._show_case),
            (desk.message_changed, self._show_message),
            (desk.pending_changed, self._show_pending),
            (desk.waiting_changed, self._show_waiting),
            (desk.presence_changed, self._show_presence),
            (desk.connections_changed, self._show_connections),
            (desk.replaced, self._show_replaced),
            (desk.notice, self._show_notice),
        ]

    def _connect_desk(self) -> None:
        for signal, slot in self._slots():
            signal.connect(slot)

    def _disconnect_desk(self) -> None:
        for signal, slot in self._slots():
            signal.disconnect(slot)

    def _show_all(self) -> None:
        self._show_link()
        self._show_presence()
        self._show_connections()
        self._show_waiting()
        self._show_offers()
        self._show_chats()
        self.cases.bring_back(self._desk.interactions)
        for gone in self.cases.ids() - self._desk.interactions.keys():
            self.cases.drop_hidden(gone)
        if self._was_live:
            self.loader.soon()

    def _show_link(self) -> None:
        link, live = self._desk.link, self._desk.link.status is LinkStatus.LIVE
        if live:
            self._replaced = ""
        if live and not self._was_live:
            self.loader.now()
        self._was_live = live
        self._window.header.show_link(link, self._desk.unsent, self._desk.now())
        self._window.header.set_live(live)
        connecting = link.status in {LinkStatus.CONNECTING, LinkStatus.SYNCING}
        self._window.telephony.set_live(live, connecting=connecting)
        self._window.open_chats.set_live(live, connecting=connecting)
        self._window.header.show_agent(self._desk.agent_name)
        self.admin.show_role()
        self._show_tray()
        if link.status in {LinkStatus.OFFLINE, LinkStatus.REFUSED}:
            self._window.cases.show_away()
            self._be_calm()
        if self._replaced:
            self._window.notice.say(self._replaced, "bad", action=self.tr("Use it here again"))
        elif link.status is LinkStatus.OFFLINE:
            words = self.tr("No link to the hub. What is here can be read; what you send waits and goes by itself.")
            self._window.notice.say(f"{words} {link.detail}".strip(), "caution", action=self.tr("Try now"))
        elif link.status is LinkStatus.REFUSED:
            words = link.detail or self.tr("The hub does not let this desktop in.")
            self._window.notice.say(
                words, "bad", action=self.tr("Sign in…") if link.needs_token else self.tr("Try now")
            )
        elif self._said:
            self._window.notice.say(self._said, "caution", dismissible=True)
        else:
            self._window.notice.clear()

    def _show_pending(self, _interaction_id: int) -> None:
        self._window.header.show_link(self._desk.link, self._desk.unsent, self._desk.now())
        self._show_rows()

    def _show_presence(self) -> None:
        self._window.header.show_presence(self._desk.presence)
        self._window.telephony.show_presence(self._desk.presence)
        self.admin.show_role()

    def _show_connections(self) -> None:
        self._window.header.show_connections(self._desk.connections)

    def _show_waiting(self) -> None:
        waiting = self._desk.waiting
        self._window.telephony.show_waiting(waiting, self._desk.now(), self._desk.agent_name)
        self._window.header.show_waiting(max(waiting.total, len(waiting.chats)))

    def _show_offers(self) -> None:
        offers = self._desk.offers.values()
        new = self._window.telephony.show_offers(offers, self._desk.now(), self._desk.agent_name)
        self._offer_zones.look_up()
        self._window.ring(len(offers), bool(new))
        self._ringer.show_offers(offers, self._in_front())
        if new:
            self.leaving.ring()
        self._show_tray()

    def _show_interaction(self, interaction_id: int) -> None:
        self._show_chats()
        if interaction_id in self._desk.interactions:
            self.cases.bring_back([interaction_id])
        else:
            self.cases.drop_hidden(interaction_id)

    def _show_case(self, _interaction_id: int) -> None:
        self.loader.soon()

    def _show_chats(self) -> None:
        chats = self._desk.interactions
        self._show_rows()
        for fresh in self._ringer.show_chats(chats.values()):
            self.cases.alert(fresh)
        if frozenset(chats) != self._held:
            self._held = frozenset(chats)
            self._window.cases_model.show_held(self._held)
        self.loader.show_chats(chats.values())
        self._show_tray()

    def _show_message(self, message: Message) -> None:
        if message.direction is Direction.OUT and message.interaction_id in self._desk.interactions:
            self._show_rows()

    def _show_rows(self) -> None:
        desk, chats = self._desk, self._desk.interactions
        words = {id_: last_words(chat, desk.messages_of(id_), desk.pending_of(id_)) for id_, chat in chats.items()}
        troubled = [id_ for id_ in chats if is_troubled(desk.messages_of(id_), desk.pending_of(id_))]
        self._window.chats_model.show(chats.values(), desk.now(), words, troubled)

    def _show_tray(self) -> None:
        unread = sum(chat.unread for chat in self._desk.interactions.values())
        self._tray.show_state(len(self._desk.offers), unread, self._was_live)

    def _show_replaced(self, _text: str) -> None:
        name, time = self._desk.agent_name, clock(self._desk.now())
        who = self.tr("{name} has been at work at another desktop since {time}. This one is switched off.")
        self._replaced = who.format(name=name, time=time)
        self._show_link()

    def _show_notice(self, text: str) -> None:
        self._said = text
        self._show_link()

    def _forget_notice(self) -> None:
        self._said = ""

    # The person speaks

    def _connect_window(self) -> None:
        window, panel = self._window, self._window.telephony
        self._ticker.tick.connect(window.tick)
        self._ticker.tick.connect(self.new_chat.tick)
        panel.accepted.connect(self.answering.accept)
        panel.declined.connect(self.answering.decline)
        panel.taken.connect(self.answering.take)
        for button in panel.phones:
            self._numbers.attach(button)
        panel.phone_made.connect(self._numbers.attach)
        panel.available_wanted.connect(lambda: self._choose_presence(Presence.AVAILABLE, ""))
        window.accept_first.connect(panel.accept_first)
        window.decline_first.connect(panel.decline_first)
        window.open_chats.chosen.connect(self._go_to)
        window.cases.chat_chosen.connect(self._go_to)
        self.unsent.chat_chosen.connect(self._go_to)
        self.loader.answered.connect(self._be_calm)
        self._numbers.consents.changed.connect(self.loader.soon)
        self._numbers.attach(window.cases.phone)
        self._numbers.chat_started.connect(self._show_started)
        self.cases.made.connect(window.bind_keys)
        self.cases.chat_started.connect(self._show_started)
        self.new_chat.started.connect(self._show_started)
        window.header.presence_chosen.connect(self._choose_presence)
        window.header.new_chat_wanted.connect(self.new_chat.ask)
        self.leaving.quit_wanted.connect(lambda: self.admin.leave(self.quit_wanted.emit))
        window.notice.acted.connect(self._mend)
        window.navigation.place_wanted.connect(lambda: self.admin.leave(self.place_wanted.emit))
        window.notice.dismissed.connect(self._forget_notice)
        self._ringer.accept_wanted.connect(panel.accept_offer)
        self._ringer.open_wanted.connect(window.bring_to_front)
        self._tray.open_wanted.connect(window.bring_to_front)
        self._tray.message_clicked.connect(window.bring_to_front)
        self._preferences.changed.connect(self._preference)

    def _show_started(self, started: Accepted) -> None:
        chat = self._desk.interactions.get(started.interaction_id)
        self.cases.go_to(started.interaction_id, accepting=customer_of(chat) if chat else "")

    def _go_to(self, interaction_id: int) -> None:
        self.cases.go_to(interaction_id)

    def _mend(self) -> None:
        """What the banner's button does."""
        if self._desk.link.needs_token and not self._replaced:
            self.admin.leave(self.place_wanted.emit)
        else:
            self._desk.retry()

    def _choose_presence(self, presence: Presence, reason: str) -> None:
        self._tasks.start(self._set_presence(presence, reason), "presence")

    async def _set_presence(self, presence: Presence, reason: str) -> None:
        try:
            await self._desk.set_presence(presence, reason)
        except DeskError as error:
            self._show_notice(str(error))

    def _be_calm(self) -> None:
        if not self._calm.is_set():
            QTimer.singleShot(0, self, self._settle)  # behind the paint of what has just come

    def _settle(self) -> None:
        self._calm.set()
        self._collector.settle()

    def _preference(self, name: str) -> None:
        if name == "appearance":
            self._theme.force({"light": False, "dark": True}.get(self._preferences.appearance))

    def _in_front(self) -> bool:
        return QApplication.activeWindow() is not None

    def _report(self, name: str, error: BaseException) -> None:
        log.error("%s failed", name, exc_info=error)
        self._show_notice(self.tr("Something went wrong. The log has the details."))
