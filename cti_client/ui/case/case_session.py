"""Joins one case window to the desk."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from cti_client.desk.errors import DeskError, HubRefusedError
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import LinkStatus
from cti_client.domain.canned_reply import Placeholder, first_name
from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import CaseChoice, Disposition
from cti_client.domain.phone_number import region
from cti_client.ui.case.address_session import AddressSession
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.case.close_case_dialog import CloseCaseDialog
from cti_client.ui.case.company_session import CompanySession
from cti_client.ui.chat.thread_session import ThreadSession
from cti_client.ui.numbers.consent_actions import ConsentActions
from cti_client.ui.numbers.number_actions import NumberActions
from cti_client.ui.numbers.phone_field import PhoneField
from cti_client.ui.numbers.there import Zones, find_zones
from cti_client.ui.theme import Theme
from cti_client.ui.ticker import Ticker
from cti_client.wire.api import EditCase, EditContact
from cti_client.wire.records import Interaction

if TYPE_CHECKING:
    from cti_client.desk.desk import Desk

log = logging.getLogger(__name__)

LAST_WORDS_SECONDS = 2.0
"""How long closing may wait for what was typed last to be stored."""


class CaseSession(QObject):
    """Owns what happens behind one window, from opening it to `close`. `tasks` holds all that is under way."""

    chat_started = Signal(object)
    """`Accepted`: a phone button of this window opened a chat."""

    def __init__(
        self,
        desk: "Desk",
        window: CaseWindow,
        theme: Theme,
        ticker: Ticker,
        *,
        hand_over: Callable[[str], bool],
        may_call: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._window, self._theme = desk, window, theme
        self._id = window.interaction_id
        self._thread_id: int | None = None
        self._region = ""
        self._where: tuple[object, ...] = ()
        """What the time zones were looked up for."""
        self._zones: dict[str, Zones] = {}
        self._told: tuple[int, ConsentState] | None = None
        """What the timeline was loaded for: it is loaded again when one of these changes."""
        self._timeline_missing = False
        self._closing = False
        self._closed = False
        self._dialog: CloseCaseDialog | None = None
        self.tasks = TaskOwner(f"case window {self._id}", self._report)
        consents = ConsentActions(desk, theme, self.tasks, self)
        self._numbers = NumberActions(desk, self.tasks, hand_over, may_call, consents, self)
        self._numbers.chat_started.connect(self.chat_started)
        self._ticker = ticker
        self._thread: ThreadSession | None = None
        self._company: CompanySession | None = None
        self._address: AddressSession | None = None
        desk.interaction_changed.connect(self._interaction_changed)
        desk.case_changed.connect(self._case_changed)
        desk.snapshot_loaded.connect(self._refresh)
        desk.link_changed.connect(self._link_changed)
        desk.setup_changed.connect(self._show_setup)
        ticker.tick.connect(window.tick)
        window.close_wanted.connect(self.ask_to_close)
        window.no_reply_wanted.connect(lambda: self._start_closing(Disposition.NO_REPLY_NEEDED))
        # While the hub is asked for the chat, its parts are made behind the window that stands already.
        window.painted.connect(self._prepare_behind, Qt.ConnectionType.QueuedConnection)
        self._refresh()

    def _prepare_behind(self) -> None:
        if not self._closed and not self._window.ended:
            self._prepare()

    def _prepare(self) -> tuple[ThreadSession, AddressSession]:
        """Make and join the parts of the window, once."""
        if self._thread is not None and self._address is not None:
            return self._thread, self._address
        window, side = self._window, self._window.side
        self._thread = ThreadSession(self._desk, window.chat, self.tasks, self._in_sight, self)
        self._address = AddressSession(self._desk, side.address, self.tasks, self)
        window.activated.connect(self._thread.see)
        self._ticker.tick.connect(side.customer.tick)
        window.reply.send_requested.connect(lambda text: self._start(self._send(text), "send"))
        window.reply.canned.set_values(self._placeholders)
        window.reply.draft_changed.connect(self._keep_draft)
        side.customer.phone_added.connect(self._attach_phone)
        side.customer.contact_edited.connect(
            lambda id_, edit: self._start(self._edit_contact(id_, edit), "edit contact")
        )
        side.fields.edited.connect(lambda id_, edit: self._start(self._edit_case(id_, edit), "edit case"))
        side.choice.chosen.connect(lambda choice, id_: self._start(self._choose_case(choice, id_), "choose case"))
        self._thread.text_returned.connect(window.reply.put_back)
        self._thread.troubled.connect(self.say)
        self._thread.call_wanted.connect(lambda: self._start(self._call(), "call"))
        self._thread.number_wanted.connect(self._go_to_number)
        self._address.troubled.connect(self.say)
        self._link_changed()
        return self._thread, self._address

    async def close(self) -> None:
        """End all work; what was typed last is stored first, as far as that is possible now."""
        if self._closed:
            return
        self._closed = True
        try:
            await asyncio.wait_for(self._last_words(), LAST_WORDS_SECONDS)
        except (DeskError, TimeoutError) as error:
            log.warning("case window %d: the last changes were not stored: %s", self._id, type(error).__name__)
        await self.tasks.close()
        for signal, slot in (
            (self._desk.interaction_changed, self._interaction_changed),
            (self._desk.case_changed, self._case_changed),
            (self._desk.snapshot_loaded, self._refresh),
            (self._desk.link_changed, self._link_changed),
            (self._desk.setup_changed, self._show_setup),
        ):
            signal.disconnect(slot)
        self._window.painted.disconnect(self._prepare_behind)
        if self._company is not None:
            self._company.close()
        if self._thread is not None and self._address is not None:
            self._thread.close()
            self._address.close()

    def say(self, why: str) -> None:
        """Tell the person that something did not work."""
        self._window.problem.say(why, "bad", dismissible=True)

    # What the desk says

    def _interaction_changed(self, interaction_id: int) -> None:
        if interaction_id == self._id:
            self._refresh()

    def _refresh(self) -> None:
        record = self._desk.interactions.get(self._id)
        if record is not None:
            self._show(record)
        elif self._window.shows_chat and self._desk.link.status is LinkStatus.LIVE:
            self._end()

    def _show(self, record: Interaction) -> None:
        thread, address = self._prepare()
        window, now = self._window, self._desk.now()
        name = record.contact.name if record.contact else ""
        first = self._thread_id is None
        self._thread_id = record.thread_id
        window.header.show_interaction(record, now)
        window.reply.show_customer(record.thread_id, name, record.address_display)
        window.chat.messages.setAccessibleName(
            self.tr("Messages with {name}").format(name=name or record.address_display)
        )
        window.reply.consent.show_consent(record.consent)
        self._show_setup()
        if not record.repliable:
            window.reply.block(self.tr("This sender takes no replies."))
        elif record.consent is ConsentState.OPTED_OUT:
            window.reply.block_opted_out(record.line_name)
        else:
            window.reply.block("")
        window.side.customer.show_customer(record, self._region)
        window.side.customer.show_zones(self._zones, now)
        where = _where(record)
        if where != self._where:
            self._where = where
            self._start(self._find_zones(record, where), "time zones")
        address.show_interaction(record)
        self._show_case(record)
        window.show_chat(name or record.address_display)
        thread.show_interaction(record)
        told = (record.case_id, record.consent)
        if told != self._told:
            self._told = told
            self._load_timeline()
        if self._company is None:
            self._company = CompanySession(self._desk, window.body.company, self._ticker, record.thread_id, self)
            window.reply.typed.connect(self._company.typed)
        if first:
            self._start(self._load_draft(record.thread_id), "draft")
            self._start(self._find_region(record), "region")

    def _show_setup(self) -> None:
        """What the line's connection lets through, and the canned replies."""
        record = self._desk.interactions.get(self._id)
        reply = self._window.reply
        line = next((one for one in self._desk.lines if record is not None and one.id == record.line_id), None)
        if line is not None:
            reply.set_way(line.text_policy, separate=line.separate)
        reply.set_replies(self._desk.replies)

    def _placeholders(self) -> dict[Placeholder, str]:
        record, case = self._desk.interactions.get(self._id), self._desk.cases.get(self._id)
        name = record.contact.name if record is not None and record.contact is not None else ""
        return {
            Placeholder.NAME: name,
            Placeholder.FIRST_NAME: first_name(name),
            Placeholder.AGENT: self._desk.agent_name,
            Placeholder.LINE: record.line_name if record is not None else "",
            Placeholder.CASE: case.label if case is not None else "",
        }

    def _case_changed(self, interaction_id: int) -> None:
        record = self._desk.interactions.get(self._id)
        if interaction_id == self._id and record is not None:
            self._show_case(record)

    def _show_case(self, record: Interaction) -> None:
        case = self._desk.cases.get(self._id)
        side = self._window.side
        if side.fields.category.count() == 0:
            side.fields.show_categories(self._desk.categories)
        if case is not None:
            side.fields.show_case(case)
            side.choice.show_case(record, case, self._desk.now(), self._desk.agent_name)

    def _end(self) -> None:
        if self._thread is not None:
            self._thread.end()
        if self._closing:
            if self._dialog is not None:
                self._dialog.accept()
            self._window.close_for_good()
        else:
            self._window.show_ended(
                self._desk.parting_of(self._id) or self.tr("This chat has ended. What stands here can still be read.")
            )
            if self._company is not None:
                self._company.look_on()

    def _link_changed(self) -> None:
        if self._thread is None or self._window.ended:
            return
        banner, link = self._window.banner, self._desk.link
        if link.status in {LinkStatus.OFFLINE, LinkStatus.REFUSED, LinkStatus.LIVE}:
            self._window.body.set_live(link.status is LinkStatus.LIVE)
        if link.status is LinkStatus.OFFLINE:
            words = self.tr("No link to the hub. What you write is kept; what you send waits here and goes by itself.")
            banner.say(f"{words} {link.detail}".strip(), "caution")
        elif link.status is LinkStatus.REFUSED:
            words = self.tr("This desktop is not connected. What you write is kept; what you send waits until it is.")
            banner.say(f"{words} {link.detail}".strip(), "caution")
        elif link.status is LinkStatus.LIVE:
            banner.clear()
            self._window.side.fields.flush()
            if self._timeline_missing:
                self._load_timeline()

    # Sending

    async def _send(self, text: str) -> None:
        self._window.problem.clear()
        try:
            await self._desk.send(self._id, text)
        except DeskError as error:
            self._window.reply.put_back(text)
            self.say(str(error))
            return
        if self._thread is not None:
            self._thread.sent()
        self._window.reply.sent()

    def _keep_draft(self, text: str) -> None:
        if self._thread_id is not None:
            self._start(self._desk.save_draft(self._thread_id, text), "draft")

    async def _load_draft(self, thread_id: int) -> None:
        self._window.reply.set_draft(await self._desk.load_draft(thread_id))

    async def _last_words(self) -> None:
        if self._thread_id is None:
            return
        reply, fields = self._window.reply, self._window.side.fields
        if reply.draft_is_new():
            await self._desk.save_draft(self._thread_id, reply.text())
        edit = fields.take_changes()
        if edit is not None:
            await self._desk.edit_case(*edit)

    # Case and customer

    async def _edit_case(self, case_id: int, edit: EditCase) -> None:
        fields = self._window.side.fields
        try:
            case = await self._desk.edit_case(case_id, edit)
        except HubRefusedError as error:
            if error.problem.code == "stale_version":
                fields.conflict()
            else:
                fields.fail(str(error))
        except DeskError as error:
            fields.fail(str(error))
        else:
            fields.stored(case)

    async def _edit_contact(self, contact_id: int, edit: EditContact) -> None:
        form = self._window.side.customer.form
        try:
            await self._desk.edit_contact(contact_id, edit)
        except DeskError as error:
            form.fail(str(error))
        else:
            form.finish()

    async def _choose_case(self, choice: CaseChoice, case_id: int | None) -> None:
        try:
            await self._desk.choose_case(self._id, choice, case_id)
        except DeskError as error:
            self.say(str(error))

    def _load_timeline(self) -> None:
        self._start(self._timeline(), "timeline")

    async def _timeline(self) -> None:
        try:
            timeline = await self._desk.timeline(self._id)
        except DeskError as error:
            log.info("case window %d: no timeline: %s", self._id, type(error).__name__)
            self._timeline_missing = True
            return
        self._timeline_missing = False
        self._window.side.timeline.show_entries(timeline.entries, self._desk.now(), self._desk.agent_name)

    async def _find_region(self, record: Interaction) -> None:
        # The tables behind this take a moment to load the first time.
        self._region = await asyncio.to_thread(region, record.address)
        held = self._desk.interactions.get(self._id)
        if held is not None:
            self._window.side.customer.show_customer(held, self._region)

    async def _find_zones(self, record: Interaction, where: tuple[object, ...]) -> None:
        contact = record.contact
        line = next((one for one in self._desk.lines if one.id == record.line_id), None)
        postal = (contact.postcode, contact.country) if contact else ("", "")
        found = {address: await find_zones(address, line, *postal) for address in _numbers(record)}
        if self._where == where:
            self._zones = found
            self._window.side.customer.show_zones(found, self._desk.now())

    def _attach_phone(self, field: PhoneField) -> None:
        self._numbers.attach(field.button, self._line_id, self._whose)

    def _whose(self) -> tuple[str, int | None]:
        record = self._desk.interactions.get(self._id)
        contact = record.contact if record is not None else None
        return (contact.name, contact.id) if contact is not None else ("", None)

    def _line_id(self) -> int | None:
        record = self._desk.interactions.get(self._id)
        return record.line_id if record is not None else None

    async def _call(self) -> None:
        record = self._desk.interactions.get(self._id)
        if record is None:
            return
        try:
            able = await self._numbers.check(record.address, record.line_id)
        except DeskError as error:
            self.say(str(error))
            return
        if able.why_no_call or not able.tel:
            self.say(able.why_no_call or self.tr("This number cannot be called."))
        else:
            self._numbers.call(able.tel, self.say)

    def _go_to_number(self) -> None:
        record = self._desk.interactions.get(self._id)
        if record is not None:
            self._window.body.go_to_number(record.address)

    # Closing the chat

    def ask_to_close(self) -> None:
        """Ask how the chat ended; Esc leaves everything as it is."""
        record = self._desk.interactions.get(self._id)
        if record is None or self._dialog is not None:
            return
        name = (record.contact.name if record.contact else "") or record.address_display
        dialog = CloseCaseDialog(self._theme, name, unsent=self._unsent_words(), parent=self._window)
        dialog.close_chosen.connect(self._start_closing)
        dialog.finished.connect(self._forget_dialog)
        self._dialog = dialog
        dialog.open()

    def _unsent_words(self) -> str:
        if self._desk.pending_of(self._id):
            return self.tr("A text of this chat has not been sent yet.")
        if self._window.reply.text().strip():
            return self.tr("The text in the reply box has not been sent. It is kept as a draft.")
        return ""

    def _forget_dialog(self) -> None:
        self._dialog = None
        self._window.reply.setFocus()

    def _start_closing(self, disposition: Disposition) -> None:
        if not self._closing:
            self._closing = True
            self._start(self._close_chat(disposition), "close chat")

    async def _close_chat(self, disposition: Disposition) -> None:
        window = self._window
        window.reply.flush_draft()
        try:
            await self._desk.close_chat(self._id, disposition, window.side.fields.notes_if_changed())
        except DeskError as error:
            self._closing = False
            if self._dialog is not None:
                self._dialog.fail(str(error))
            else:
                self.say(str(error))
            return
        if self._id not in self._desk.interactions:
            self._end()

    # Inside

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        if self._closed:
            work.close()  # a window that goes down still says what was typed last; that has been stored
        else:
            self.tasks.start(work, name)

    def _in_sight(self) -> bool:
        window = self._window
        return window.isVisible() and window.isActiveWindow() and not window.isMinimized()

    def _report(self, name: str, error: BaseException) -> None:
        log.error("%s failed", name, exc_info=error)
        self.say(self.tr("Something went wrong here. The log has the details."))


def _numbers(record: Interaction) -> tuple[str, ...]:
    phones = record.contact.phones if record.contact else ()
    return tuple(dict.fromkeys((record.address, *(phone.address for phone in phones))))


def _where(record: Interaction) -> tuple[object, ...]:
    """All that says where the customer is."""
    contact = record.contact
    return (record.line_id, _numbers(record), *((contact.postcode, contact.country) if contact else ()))
