"""The agent's desk: what the hub says, what the agent asks, what waits to be sent, as one QObject for the widgets."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from cti_client.desk import link as machine
from cti_client.desk.credentials import Credentials
from cti_client.desk.errors import DeskError, HubAwayError, HubRefusedError, TokenNeededError
from cti_client.desk.hub_client import HubAccess, HubClient, T, prepare
from cti_client.desk.link_driver import LinkDriver
from cti_client.desk.offer_numbers import OfferNumbers
from cti_client.desk.pending_file import NewerFileError
from cti_client.desk.pending_sends import PendingSends
from cti_client.desk.places import Person
from cti_client.desk.queries import Queries
from cti_client.desk.sharing import Sharing
from cti_client.desk.state import Body, Change, DeskState
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import LinkStatus, LinkView, PendingSend
from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.domain.interaction import CaseChoice, Disposition
from cti_client.domain.role import Role
from cti_client.system.wake import on_wake
from cti_client.wire import api, topics
from cti_client.wire.codec import decode_topic
from cti_client.wire.frames import Line, Looking, Topic, Typing, Welcome
from cti_client.wire.records import Case, Contact, Interaction, Message, Offer

if TYPE_CHECKING:
    from cti_client.desk.settings import SettingsDesk

log = logging.getLogger(__name__)

_INSECURE = (
    "This computer has no keyring that can be used: unsent texts and drafts are protected by your user account alone."
)
_UNREADABLE = "{n} unsent texts cannot be read while the keyring is locked. They are kept."
_BROKEN = "The link broke down by a mistake of this program. Trying again may help."
_NO_FILE = "Unsent texts cannot be kept on this computer, so nothing can be sent: {why}"


def system_clock() -> Millis:
    """This computer's time."""
    return time.time_ns() // 1_000_000


def _log_failure(name: str, error: BaseException) -> None:
    log.error("%s failed", name, exc_info=error)


class Desk(QObject, Queries):
    """Lives in the Qt loop. Owns the link, the state, the unsent texts and their tasks until `close`.

    The mappings are live views; each signal comes after what it tells of can be seen in them. After a snapshot only
    `snapshot_loaded` comes, since anything may have changed.

    Commands raise `HubRefusedError` where the hub says no, and `HubAwayError` where it does not answer: then what was
    asked may or may not have been done, and may be asked again.
    """

    link_changed = Signal()
    """Also: the lines, categories, name and role of the agent may be others."""
    snapshot_loaded = Signal()
    offers_changed = Signal()
    interaction_changed = Signal(int)
    """The id of one that is new, changed or gone."""
    case_changed = Signal(int)
    """The id of its interaction."""
    message_changed = Signal(object)
    """A `records.Message`, new or changed, also of older chats of a held thread."""
    pending_changed = Signal(int)
    """The id of an interaction whose unsent texts have changed."""
    waiting_changed = Signal()
    presence_changed = Signal()
    """Also: `role` may be another."""
    connections_changed = Signal()
    setup_changed = Signal()
    """`lines`, `offer_seconds` or `replies` are others."""
    shared_changed = Signal()
    """`sharing` may answer differently."""
    replaced = Signal(str)
    """Another desktop of this agent has taken over; the sentence says so. This one stays off until `retry`."""
    notice = Signal(str)
    """A sentence to show once."""

    def __init__(
        self,
        find_hub: Callable[[], Awaitable[HubAccess]],
        database: Path,
        credentials: Credentials,
        *,
        person: Person | None = None,
        clock: Callable[[], Millis] = system_clock,
        on_failure: Callable[[str, BaseException], None] = _log_failure,
        parent: QObject | None = None,
    ) -> None:
        """`find_hub` gives the hub's address and token, and may take its time to start one; where it raises, the link
        shows the error's sentence until `retry`. `person`: who was here last; their unsent texts show before the hub
        has answered, and give way where it is somebody else. `on_failure` hears of tasks that broke."""
        super().__init__(parent)
        self.waiting = topics.Waiting()
        self.presence = topics.OwnPresence()
        self.connections = topics.Connections()
        self.lines: tuple[Line, ...] = ()
        self.replies: tuple[topics.CannedReply, ...] = ()
        self.categories: tuple[str, ...] = ()
        self.agent_name = ""
        self.role = Role.AGENT
        self.offer_seconds = 20
        self.person: Person | None = None
        """Who is at this desk, once the hub has said so."""
        self.insecure_storage = False
        """Unsent texts are sealed with a key that lies in a file."""
        self._find_hub = find_hub
        self._expected = person
        self._database = database
        self._credentials = credentials
        self._clock = clock
        self._ahead: Millis = 0  # what the hub's clock is ahead of this computer's
        self._tasks = TaskOwner("desk", on_failure)
        self._state = DeskState()
        self._offer_numbers = OfferNumbers()
        self._partings: dict[int, str] = {}
        self._client: HubClient | None = None
        self._driver: LinkDriver | None = None
        self._link_seen: tuple[object, ...] = ()
        self._pushed_out = ""  # said once the link shows it
        self._pending = PendingSends(
            self._tasks,
            self._post,
            self.now,
            on_change=self.pending_changed.emit,
            on_sent=self._sent,
            on_unreadable=lambda n: self.notice.emit(_UNREADABLE.format(n=n)),
        )
        self.sharing = Sharing(self._say, self.now, self.shared_changed.emit)
        """Threads that somebody else has before them too (G2a)."""
        self._stop_listening: Callable[[], None] = _nothing
        self.link = LinkView(LinkStatus.CONNECTING, since=clock())

    # --- life ----------------------------------------------------------------------------------------------------

    def start(self, calm: Callable[[], Awaitable[None]] | None = None) -> None:
        """Find the hub and keep the link to it, in the background.

        `calm` returns once the window shows what it is to show. What that needs nothing of then follows: the keyring,
        with the unsent texts behind it, and what tells of the network.
        """
        if self._expected is not None:
            self._pending.use(self._expected.hub_id, self._expected.agent_id)
        self._tasks.start(self._keep_link(), name="link")
        self._tasks.start(self._settle_in(calm), name="unsent texts")

    def retry(self) -> None:
        """Try to reach the hub now, also after a refusal."""
        if self._driver is not None:
            self._driver.retry()
        elif self.link.status is LinkStatus.REFUSED:
            self._show_link(LinkView(LinkStatus.CONNECTING, since=self.now()))
            self._tasks.start(self._keep_link(), name="link")

    async def close(self) -> None:
        """End everything and wait for it. What is unsent stays on disk. May be called again."""
        self._stop_listening()
        self._stop_listening = _nothing
        await self._tasks.close()
        await self._pending.close()
        if self._client is not None:
            await self._client.close()

    # --- what is held --------------------------------------------------------------------------------------------

    @property
    def offers(self) -> Mapping[int, Offer]:
        """By offer id."""
        return self._state.offers

    @property
    def interactions(self) -> Mapping[int, Interaction]:
        """The chats this agent holds, by id."""
        return self._state.interactions

    @property
    def cases(self) -> Mapping[int, Case]:
        """By interaction id."""
        return self._state.cases

    @cached_property
    def settings(self) -> "SettingsDesk":
        """What owners and admins see and change (F4)."""
        from cti_client.desk.settings import SettingsDesk  # most people never need it

        return SettingsDesk(self._call)

    @property
    def unsent(self) -> int:
        """How many texts have not gone and are not refused."""
        return self._pending.unsent

    def parting_of(self, interaction_id: int) -> str:
        """Why a chat went that this agent did not end, where the hub said so: one sentence."""
        return self._partings.get(interaction_id, "")

    def now(self) -> Millis:
        """The hub's time, as well as it is known."""
        return self._clock() + self._ahead

    def messages_of(self, interaction_id: int) -> list[Message]:
        """The messages of a held chat, oldest first."""
        return self._state.messages_of(interaction_id)

    def all_pending(self) -> list[PendingSend]:
        """The unsent texts of every chat, also of those that are not held, in the order of sending."""
        return self._pending.all

    def pending_of(self, interaction_id: int) -> list[PendingSend]:
        """The unsent texts of a chat, in the order of sending."""
        return self._pending.pending_of(interaction_id)

    # --- offers and chats ----------------------------------------------------------------------------------------

    async def accept(self, offer_id: int, choice: CaseChoice | None = None) -> api.Accepted:
        """Take an offer; `choice` None: its default. Its record may come before or after this returns."""
        body = api.Accept(number=self._offer_numbers.of(offer_id), choice=choice)
        return await self._call("POST", f"/offers/{offer_id}/accept", api.Accepted, body)

    async def decline(self, offer_id: int) -> None:
        """Leave an offer to others."""
        body = api.Decline(number=self._offer_numbers.of(offer_id))
        await self._call("POST", f"/offers/{offer_id}/decline", api.Done, body)

    async def take(self, interaction_id: int, choice: CaseChoice | None = None) -> api.Accepted:
        """Take a chat from the Waiting list."""
        return await self._call("POST", f"/waiting/{interaction_id}/take", api.Accepted, api.Take(choice=choice))

    async def start_chat(
        self,
        address: str,
        line_id: int | None = None,
        contact_id: int | None = None,
        *,
        in_quiet_hours: bool = False,
    ) -> api.Accepted:
        """Start, or come back to, a chat with a number. `in_quiet_hours`: the person said yes to the hour (B9)."""
        body = api.StartChat(address=address, line_id=line_id, contact_id=contact_id, in_quiet_hours=in_quiet_hours)
        return await self._call("POST", "/chats", api.Accepted, body)

    async def mark_read(self, interaction_id: int, message_id: int) -> None:
        """The agent has seen everything up to this message."""
        body = api.MarkRead(message_id=message_id)
        await self._call("POST", f"/interactions/{interaction_id}/read", api.Done, body)

    async def close_chat(self, interaction_id: int, disposition: Disposition, notes: str | None = None) -> None:
        """End the chat, unless the customer has texted since: then `HubRefusedError`, and that text is on its way."""
        seen = max((message.id for message in self.messages_of(interaction_id)), default=0)
        body = api.Close(disposition=disposition, notes=notes, seen=seen)
        await self._call("POST", f"/interactions/{interaction_id}/close", api.Done, body)

    async def choose_case(self, interaction_id: int, choice: CaseChoice, case_id: int | None = None) -> api.Accepted:
        """Move the running chat to a new case, or to that one."""
        body = api.ChooseCase(choice=choice, case_id=case_id)
        return await self._call("POST", f"/interactions/{interaction_id}/case", api.Accepted, body)

    async def choose_contact(
        self, interaction_id: int, contact_id: int | None = None, candidate: api.Candidate | None = None
    ) -> None:
        """This is the customer."""
        body = api.ChooseContact(contact_id=contact_id, candidate=candidate)
        await self._call("POST", f"/interactions/{interaction_id}/contact", api.Done, body)

    async def edit_case(self, case_id: int, edit: api.EditCase) -> Case:
        """Change fields of a case; the case as it is then."""
        case = await self._call("PATCH", f"/cases/{case_id}", Case, edit)
        self._tell(self._state.merge(case, f"interaction:{case.interaction_id}"))
        return case

    async def edit_contact(self, contact_id: int, edit: api.EditContact) -> Contact:
        """Change fields of a contact; the contact as it is then."""
        return await self._call("PUT", f"/contacts/{contact_id}", Contact, edit)

    async def set_presence(self, presence: Presence, reason: str = "") -> None:
        """Change the agent's own presence."""
        await self._call("POST", "/presence", api.Done, api.SetPresence(presence=presence, reason=reason))

    # --- texts ---------------------------------------------------------------------------------------------------

    async def send(self, interaction_id: int, text: str) -> str:
        """Send one text; returns its id as soon as it is kept on disk, from where it goes by itself (H1).

        The thread's draft goes in the same moment. Raises `KeepingError`, and `HubRefusedError` where the chat is not
        held; then nothing is kept and nothing sent.
        """
        held = self._state.interactions.get(interaction_id)
        if held is None:
            raise HubRefusedError(api.Problem(code="chat_ended", text="This chat has ended or is someone else's now."))
        customer = (held.contact.name if held.contact else "") or held.address_display
        return await self._pending.send(interaction_id, held.thread_id, text, customer)

    async def resend_pending(self, client_id: str) -> None:
        """The person says yes to a text that asks, or wants a refused one tried again."""
        await self._pending.resend(client_id)

    async def discard_pending(self, client_id: str) -> str:
        """Take an unsent text back; returns it. Raises `UndecidedSendError` where the hub may already hold it."""
        return await self._pending.discard(client_id)

    async def settle(self, message_id: int, arrived: bool) -> Message:
        """Decide on a message of unknown fate; the message as it is then."""
        message = await self._call("POST", f"/messages/{message_id}/settle", Message, api.Settle(arrived=arrived))
        self._sent(message)
        return message

    async def resend(self, message_id: int, attempt: int, *, in_quiet_hours: bool = False) -> Message:
        """Send a failed message again (E6); the message as it is then. `attempt`: the one that was seen to fail."""
        body = api.Resend(attempt=attempt, in_quiet_hours=in_quiet_hours)
        message = await self._call("POST", f"/messages/{message_id}/resend", Message, body)
        self._sent(message)
        return message

    async def cancel_message(self, message_id: int) -> Message:
        """Do not send a scheduled message after all (D3); the message as it is then."""
        message = await self._call("POST", f"/messages/{message_id}/cancel", Message, api.Cancel())
        self._sent(message)
        return message

    async def save_draft(self, thread_id: int, text: str) -> None:
        """Keep what stands in the reply box; an empty text removes it."""
        await self._pending.save_draft(thread_id, text)

    async def load_draft(self, thread_id: int) -> str:
        """What stood in the reply box."""
        return await self._pending.load_draft(thread_id)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _call(
        self, method: str, path: str, as_type: type[T], body: object = None, seconds: float | None = None
    ) -> T:
        if self._client is None:
            raise HubAwayError(self.link.detail or "The hub is still starting.")
        return await self._client.call(method, path, as_type, body, seconds)

    async def _post(self, send: api.Send) -> Message:
        return await self._call("POST", "/messages", Message, send)

    def _sent(self, message: Message) -> None:
        parent = "" if message.interaction_id is None else f"interaction:{message.interaction_id}"
        if parent:
            self._tell(self._state.merge(message, parent))

    async def _settle_in(self, calm: Callable[[], Awaitable[None]] | None) -> None:
        if calm is not None:
            await calm()
        self._stop_listening = on_wake(self._nudge)
        try:
            keys = await self._credentials.storage_keys()
            await self._pending.open(self._database, keys)
        except Exception as error:
            self._pending.give_up()
            why = str(error) if isinstance(error, NewerFileError) else type(error).__name__
            self.notice.emit(_NO_FILE.format(why=why))
            raise
        self.insecure_storage = self._credentials.insecure
        if self.insecure_storage and await self._credentials.is_first_time_insecure():
            self.notice.emit(_INSECURE)

    async def _keep_link(self) -> None:
        """Whatever breaks here, the link never looks alive while it is not."""
        preparing = self._tasks.start(prepare(), name="requests")
        try:
            access = await self._find_hub()
        except Exception as error:
            words = str(error) if isinstance(error, DeskError) else f"The hub cannot be started: {error}"
            needs_token = isinstance(error, TokenNeededError)
            self._show_link(LinkView(LinkStatus.REFUSED, words, since=self.now(), needs_token=needs_token))
            if needs_token:
                return
            if isinstance(error, DeskError):  # theirs to mend, and the sentence says how
                log.error("%s", words)
                return
            raise
        client = self._client = HubClient(access)
        try:
            await preparing
            self._driver = LinkDriver(
                client, self._hear, self._follow_link, client="desktop", desktop=secrets.token_hex(8)
            )
            await self._driver.run()
        except Exception:
            self._driver = None
            await client.close()
            self._show_link(LinkView(LinkStatus.REFUSED, _BROKEN, since=self.now()))
            raise

    def _say(self, frame: Looking | Typing) -> None:
        if self._driver is not None and not self._tasks.closed:
            self._tasks.start(self._driver.say(frame), name="word to the hub")

    def _nudge(self) -> None:
        if self._driver is not None:
            self._driver.nudge()

    def _follow_link(self) -> None:
        assert self._driver is not None
        link = self._driver.link
        seen = (link.phase, link.status, link.detail, link.deadline)
        if seen == self._link_seen:
            return
        self._link_seen = seen
        self._show_link(self._driver.view(self.now()))
        text, self._pushed_out = self._pushed_out, ""
        if text:
            self.replaced.emit(text)

    def _show_link(self, view: LinkView) -> None:
        self.link = view
        self._pending.set_live(view.status is LinkStatus.LIVE)
        self.sharing.set_live(view.status is LinkStatus.LIVE)
        self.link_changed.emit()

    def _hear(self, output: machine.Output) -> None:
        match output:
            case machine.Welcomed(welcome):
                self._welcome(welcome)
            case machine.Replace(snapshot):
                self._state.replace(snapshot)
                self._offer_numbers.remember(self._state.offers.values())
                for interaction_id in self._state.interactions:
                    for message in self._state.messages_of(interaction_id):
                        self._pending.hub_has(message)
                self.snapshot_loaded.emit()
            case machine.Apply(records):
                self._tell([change for record in records.records for change in self._state.apply(record)])
            case machine.Show(topic):
                self._show_topic(topic)
            case machine.PushedOut(text):
                self._pushed_out = text
            case machine.Say():
                pass

    def _welcome(self, welcome: Welcome) -> None:
        self._ahead = welcome.now - self._clock()
        self.lines, self.categories = welcome.lines, welcome.categories
        self.agent_name, self.role, self.offer_seconds = welcome.agent_name, welcome.role, welcome.offer_seconds
        self.person = Person(hub_id=welcome.hub_id, agent_id=welcome.agent_id, name=welcome.agent_name)
        self._pending.use(welcome.hub_id, welcome.agent_id)

    def _tell(self, changes: Iterable[Change]) -> None:
        """One signal for each thing, after all of them are in."""
        bodies: dict[tuple[str, int], Body] = {}
        for change in changes:
            if change.kind == Interaction.kind:
                self._partings[change.id] = change.parting
            if change.kind != Message.kind or not change.removed:
                bodies[change.kind, change.id] = change.body
        offers = [body for body in bodies.values() if isinstance(body, Offer)]
        self._offer_numbers.remember(offers)
        if offers:
            self.offers_changed.emit()
        for body in bodies.values():
            match body:
                case Interaction():
                    self.interaction_changed.emit(body.id)
                case Case() if body.interaction_id in self._state.interactions:
                    self.case_changed.emit(body.interaction_id)
                case Message():
                    self._pending.hub_has(body)
                    self.message_changed.emit(body)
                case _:
                    pass

    def _show_topic(self, frame: Topic) -> None:
        try:
            topic = decode_topic(frame)
        except msgspec.DecodeError:
            log.warning("the topic %s of the hub cannot be read by this version", frame.name)
            return
        match topic:
            case topics.Waiting():
                self.waiting = topic
                self.waiting_changed.emit()
            case topics.OwnPresence():
                self.presence = topic
                self.role = topic.role or self.role
                self.presence_changed.emit()
            case topics.Connections():
                self.connections = topic
                self.connections_changed.emit()
            case topics.Shared():
                self.sharing.hear(topic)
            case topics.Setup():
                self.lines, self.offer_seconds, self.replies = topic.lines, topic.offer_seconds, topic.replies
                self.setup_changed.emit()
            case None:
                pass


def _nothing() -> None:
    return
