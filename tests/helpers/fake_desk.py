"""A desk without a hub: the same signals and calls, canned records, and a list of what was asked of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

from cti_client.desk.sharing import Sharing
from cti_client.desk.views import LinkStatus, LinkView, PendingSend, PendingState
from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import CaseChoice, Direction, Disposition, InteractionState
from cti_client.domain.role import Role
from cti_client.wire import api, topics
from cti_client.wire.consent_api import AllowSms, AskConsent, NumberConsent, OptOut
from cti_client.wire.frames import Line
from cti_client.wire.records import Case, CaseBrief, Contact, Interaction, Message, Offer, PhoneEntry
from tests.helpers import fake_settings
from tests.helpers.fake_settings import FakeSettings

START: Millis = 1_741_100_400_000
"""2025-03-04 15:00:00 UTC: the fake's first `now()`."""

LINE, LINE_PL = fake_settings.LINE, fake_settings.LINE_PL

SECOND = 1_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

CASE_BRIEF = CaseBrief(id=10460, label="C-10460", subject="Card declined", last_at=START - 20 * HOUR, agent_name="Anna")

T = TypeVar("T")


def offer(id: int = 1, **changes: Any) -> Offer:  # noqa: A002 - the record's own name
    """An offer that has been ringing for 8 s and has 12 s left."""
    values: dict[str, Any] = {
        "id": id,
        "version": 1,
        "interaction_id": 100 + id,
        "number": 1,
        "made_at": START - 8 * SECOND,
        "deadline": START + 12 * SECOND,
        "call_id": "SMS+15551234567",
        "address": "+15551234567",
        "address_display": "+1 555-123-4567",
        "line_id": LINE.id,
        "line_name": LINE.name,
        "waiting_since": START - 8 * SECOND,
        "customer_name": "Aiko Tanaka",
        "region": "United States",
        "first_words": "Hi, my card was declined again, can you please have a look?",
        "last_case": CASE_BRIEF,
        "default_choice": CaseChoice.CONTINUE,
        "thread_id": 1,
    }
    return Offer(**(values | changes))


def contact(id: int = 1, **changes: Any) -> Contact:  # noqa: A002 - the record's own name
    """A customer with a mobile and a home number."""
    values: dict[str, Any] = {
        "id": id,
        "version": 1,
        "name": "Maria Kowalska",
        "company": "Kwiaty Sp. z o.o.",
        "street": "ul. Długa 14/3",
        "postcode": "00-238",
        "town": "Warszawa",
        "country": "PL",
        "source": "Own contacts",
        "phones": (
            PhoneEntry(
                address="+48601234567",
                display="+48 601 234 567",
                type="Mobile",
                sms=True,
                consent=ConsentState.OPTED_IN,
            ),
            PhoneEntry(
                address="+48225550188",
                display="+48 22 555 01 88",
                type="Home",
                sms=False,
                consent=ConsentState.UNKNOWN,
            ),
        ),
    }
    return Contact(**(values | changes))


def interaction(id: int = 12, **changes: Any) -> Interaction:  # noqa: A002 - the record's own name
    """An open chat whose customer has waited for 3:12, with two unread texts."""
    values: dict[str, Any] = {
        "id": id,
        "version": 1,
        "state": InteractionState.OPEN,
        "direction": Direction.IN,
        "thread_id": id,
        "case_id": 10470 + id,
        "call_id": "SMS+48601234567",
        "address": "+48601234567",
        "address_display": "+48 601 234 567",
        "repliable": True,
        "line_id": LINE_PL.id,
        "line_name": LINE_PL.name,
        "line_address": LINE_PL.address,
        "line_display": LINE_PL.display,
        "started_at": START - 10 * MINUTE,
        "accepted_at": START - 9 * MINUTE,
        "waiting_since": START - 192 * SECOND,
        "unread": 2,
        "last_text": "Czy mogę zmienić adres dostawy?",
        "last_direction": Direction.IN,
        "last_at": START - 192 * SECOND,
        "consent": ConsentState.OPTED_IN,
        "contact": contact(),
        "last_case": CASE_BRIEF,
    }
    return Interaction(**(values | changes))


def case(interaction_id: int = 12, **changes: Any) -> Case:
    """The case of that chat."""
    values: dict[str, Any] = {
        "id": 10470 + interaction_id,
        "version": 1,
        "label": f"C-{10470 + interaction_id}",
        "interaction_id": interaction_id,
        "subject": "Delivery address",
        "category": "Delivery",
        "notes": "",
        "agent_name": "Anna",
        "opened_at": START - 9 * MINUTE,
    }
    return Case(**(values | changes))


def message(id: int = 1, **changes: Any) -> Message:  # noqa: A002 - the record's own name
    """A text of the customer in that chat."""
    values: dict[str, Any] = {
        "id": id,
        "version": 1,
        "thread_id": 12,
        "interaction_id": 12,
        "line_id": LINE_PL.id,
        "direction": Direction.IN,
        "at": START - 192 * SECOND,
        "text": "Czy mogę zmienić adres dostawy?",
        "state": DeliveryState.RECEIVED,
        "author": "Maria Kowalska",
        "case_label": "C-10482",
        "case_agent": "Anna",
    }
    return Message(**(values | changes))


def waiting_chat(interaction_id: int = 301, **changes: Any) -> topics.WaitingChat:
    """A row of the Waiting list, waiting for 1:47."""
    values: dict[str, Any] = {
        "interaction_id": interaction_id,
        "thread_id": interaction_id,
        "call_id": "SMS+15550102299",
        "address": "+15550102299",
        "address_display": "+1 555-010-2299",
        "line_name": LINE.name,
        "waiting_since": START - 107 * SECOND,
        "first_words": "Is anybody there?",
        "why": "nobody answered",
    }
    return topics.WaitingChat(**(values | changes))


def number_consent(**changes: Any) -> NumberConsent:
    """A number of which nothing is on record yet."""
    values: dict[str, Any] = {
        "address": "+48601234567",
        "display": "+48 601 234 567",
        "line_id": LINE_PL.id,
        "line_name": LINE_PL.name,
        "state": ConsentState.UNKNOWN,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    return NumberConsent(**(values | given))


def case_row(id: int = 10482, **changes: Any) -> api.CaseRow:  # noqa: A002 - the record's own name
    """A row of My cases."""
    values: dict[str, Any] = {
        "id": id,
        "label": f"C-{id}",
        "subject": "Delivery address",
        "customer": "Maria Kowalska",
        "address": "+48601234567",
        "address_display": "+48 601 234 567",
        "status": "open",
        "last_at": START - 2 * MINUTE,
        "thread_id": 12,
    }
    return msgspec.convert(values | changes, api.CaseRow)


class FakeDesk(QObject):
    """Same signals and members as `desk.desk.Desk`.

    Tests set the plain attributes and emit, or use `put_*`/`drop_*`, which do both. Every command is appended to
    `calls` as `(name, arguments)`. `failures[name] = error` makes that command raise; `answers[name] = value` is
    what it returns instead of its canned answer.
    """

    link_changed = Signal()
    snapshot_loaded = Signal()
    offers_changed = Signal()
    interaction_changed = Signal(int)
    case_changed = Signal(int)
    message_changed = Signal(object)
    pending_changed = Signal(int)
    waiting_changed = Signal()
    presence_changed = Signal()
    connections_changed = Signal()
    setup_changed = Signal()
    shared_changed = Signal()
    replaced = Signal(str)
    notice = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = LinkView(LinkStatus.LIVE, since=START)
        self.waiting = topics.Waiting()
        self.presence = topics.OwnPresence(presence=Presence.AVAILABLE)
        self.connections = topics.Connections(
            connections=(
                topics.ConnectionHealth(
                    id="simulator", name="Simulator", kind="simulator", ok=True, since=START, simulated=True
                ),
            )
        )
        self.lines: tuple[Line, ...] = (LINE, LINE_PL)
        self.replies: tuple[topics.CannedReply, ...] = ()
        self.categories: tuple[str, ...] = ("Delivery", "Billing", "Returns", "Other")
        self.agent_name = "Anna"
        self.role = Role.OWNER
        self.settings = FakeSettings()
        self.offer_seconds = 20
        self.insecure_storage = False
        self.time: Millis = START
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: dict[str, Exception] = {}
        self.answers: dict[str, Any] = {}
        self.drafts: dict[int, str] = {}
        self.said: list[object] = []
        """What the hub was told of shared threads."""
        self.sharing = Sharing(self.said.append, self.now, self.shared_changed.emit)
        self.sharing.set_live(True)
        self.partings: dict[int, str] = {}
        self._offers: dict[int, Offer] = {}
        self._interactions: dict[int, Interaction] = {}
        self._cases: dict[int, Case] = {}
        self._messages: dict[int, dict[int, Message]] = {}
        self._pending: dict[int, list[PendingSend]] = {}
        self._sends = 0

    # --- what the desk holds ---------------------------------------------------------------------------------

    @property
    def offers(self) -> Mapping[int, Offer]:
        return self._offers

    @property
    def interactions(self) -> Mapping[int, Interaction]:
        return self._interactions

    @property
    def cases(self) -> Mapping[int, Case]:
        return self._cases

    @property
    def unsent(self) -> int:
        return sum(len(sends) for sends in self._pending.values())

    def parting_of(self, interaction_id: int) -> str:
        return self.partings.get(interaction_id, "")

    def now(self) -> Millis:
        return self.time

    def messages_of(self, interaction_id: int) -> list[Message]:
        held = self._messages.get(interaction_id, {})
        return [held[id_] for id_ in sorted(held)]

    def all_pending(self) -> list[PendingSend]:
        return [one for sends in self._pending.values() for one in sends]

    def pending_of(self, interaction_id: int) -> list[PendingSend]:
        return list(self._pending.get(interaction_id, ()))

    # --- what a test makes happen ------------------------------------------------------------------------------

    def put_offer(self, record: Offer) -> None:
        self._offers[record.id] = record
        self.offers_changed.emit()

    def drop_offer(self, offer_id: int) -> None:
        del self._offers[offer_id]
        self.offers_changed.emit()

    def put_interaction(self, record: Interaction, its_case: Case | None = None) -> None:
        self._interactions[record.id] = record
        self._cases[record.id] = its_case or self._cases.get(record.id) or case(record.id)
        self.interaction_changed.emit(record.id)
        self.case_changed.emit(record.id)

    def drop_interaction(self, interaction_id: int) -> None:
        for held in (self._interactions, self._cases, self._messages):
            held.pop(interaction_id, None)
        self.interaction_changed.emit(interaction_id)

    def put_case(self, record: Case) -> None:
        self._cases[record.interaction_id] = record
        self.case_changed.emit(record.interaction_id)

    def put_message(self, record: Message) -> None:
        if record.interaction_id in self._interactions:
            self._messages.setdefault(record.interaction_id, {})[record.id] = record
        self.message_changed.emit(record)

    def put_pending(self, send: PendingSend) -> None:
        sends = self._pending.setdefault(send.interaction_id, [])
        sends[:] = [one for one in sends if one.client_id != send.client_id] + [send]
        self.pending_changed.emit(send.interaction_id)

    def drop_pending(self, client_id: str) -> None:
        for interaction_id, sends in self._pending.items():
            if any(one.client_id == client_id for one in sends):
                sends[:] = [one for one in sends if one.client_id != client_id]
                self.pending_changed.emit(interaction_id)

    def put_waiting(self, *chats: topics.WaitingChat, total: int | None = None) -> None:
        self.waiting = topics.Waiting(chats=chats, total=len(chats) if total is None else total)
        self.waiting_changed.emit()

    def put_link(
        self, status: LinkStatus, detail: str = "", retry_at: Millis | None = None, *, needs_token: bool = False
    ) -> None:
        self.link = LinkView(status, detail, retry_at, self.time, needs_token)
        self.link_changed.emit()

    def called(self, name: str) -> list[dict[str, Any]]:
        """The arguments of every call of that command, oldest first."""
        return [arguments for called, arguments in self.calls if called == name]

    # --- what widgets ask ----------------------------------------------------------------------------------------

    def _answer(self, name: str, canned: T, **arguments: Any) -> T:
        self.calls.append((name, arguments))
        if name in self.failures:
            raise self.failures[name]
        answer: T = self.answers.get(name, canned)
        return answer

    def start(self, calm: Callable[[], Awaitable[None]] | None = None) -> None:
        self._answer("start", None)

    def retry(self) -> None:
        self._answer("retry", None)

    async def close(self) -> None:
        self._answer("close", None)

    async def accept(self, offer_id: int, choice: CaseChoice | None = None) -> api.Accepted:
        held = self._offers.get(offer_id)
        interaction_id = held.interaction_id if held else 0
        canned = api.Accepted(
            interaction_id=interaction_id, case_id=10470 + interaction_id, thread_id=held.thread_id if held else 0
        )
        return self._answer("accept", canned, offer_id=offer_id, choice=choice)

    async def decline(self, offer_id: int) -> None:
        self._answer("decline", None, offer_id=offer_id)

    async def take(self, interaction_id: int, choice: CaseChoice | None = None) -> api.Accepted:
        canned = api.Accepted(interaction_id=interaction_id, case_id=10470 + interaction_id, thread_id=interaction_id)
        return self._answer("take", canned, interaction_id=interaction_id, choice=choice)

    async def start_chat(
        self,
        address: str,
        line_id: int | None = None,
        contact_id: int | None = None,
        *,
        in_quiet_hours: bool = False,
    ) -> api.Accepted:
        canned = api.Accepted(interaction_id=900, case_id=11370, thread_id=900)
        said = {"in_quiet_hours": True} if in_quiet_hours else {}
        return self._answer("start_chat", canned, address=address, line_id=line_id, contact_id=contact_id, **said)

    async def send(self, interaction_id: int, text: str) -> str:
        self._sends += 1
        client_id = self._answer("send", f"send-{self._sends}", interaction_id=interaction_id, text=text)
        held = self._interactions.get(interaction_id)
        self.put_pending(
            PendingSend(client_id, interaction_id, held.thread_id if held else 0, text, self.time, PendingState.SENDING)
        )
        return client_id

    async def resend_pending(self, client_id: str) -> None:
        self._answer("resend_pending", None, client_id=client_id)

    async def discard_pending(self, client_id: str) -> str:
        held = [one for sends in self._pending.values() for one in sends if one.client_id == client_id]
        text = self._answer("discard_pending", held[0].text if held else "", client_id=client_id)
        self.drop_pending(client_id)
        return text

    async def mark_read(self, interaction_id: int, message_id: int) -> None:
        self._answer("mark_read", None, interaction_id=interaction_id, message_id=message_id)

    async def close_chat(self, interaction_id: int, disposition: Disposition, notes: str | None = None) -> None:
        self._answer("close_chat", None, interaction_id=interaction_id, disposition=disposition, notes=notes)

    async def choose_case(self, interaction_id: int, choice: CaseChoice, case_id: int | None = None) -> api.Accepted:
        canned = api.Accepted(interaction_id=interaction_id, case_id=case_id or 10999, thread_id=interaction_id)
        return self._answer("choose_case", canned, interaction_id=interaction_id, choice=choice, case_id=case_id)

    async def choose_contact(
        self, interaction_id: int, contact_id: int | None = None, candidate: api.Candidate | None = None
    ) -> None:
        self._answer("choose_contact", None, interaction_id=interaction_id, contact_id=contact_id, candidate=candidate)

    async def edit_case(self, case_id: int, edit: api.EditCase) -> Case:
        held = next((one for one in self._cases.values() if one.id == case_id), None) or case(id=case_id)
        fields = ("subject", "status", "category", "notes")
        given = {name: getattr(edit, name) for name in fields if getattr(edit, name) is not None}
        return self._answer(
            "edit_case", msgspec.structs.replace(held, version=held.version + 1, **given), case_id=case_id, edit=edit
        )

    async def edit_contact(self, contact_id: int, edit: api.EditContact) -> Contact:
        fields = ("name", "company", "street", "postcode", "town", "country")
        given = {name: getattr(edit, name) for name in fields if getattr(edit, name) is not None}
        canned = contact(contact_id, version=edit.version + 1, **given)
        return self._answer("edit_contact", canned, contact_id=contact_id, edit=edit)

    async def message_page(
        self, thread_id: int, before: int | None = None, after: int | None = None, limit: int = 50
    ) -> api.MessagePage:
        held = sorted(
            (one for held in self._messages.values() for one in held.values() if one.thread_id == thread_id),
            key=lambda one: one.id,
        )
        return self._answer(
            "message_page",
            _page(held, before, after, limit),
            thread_id=thread_id,
            before=before,
            after=after,
            limit=limit,
        )

    async def timeline(self, interaction_id: int) -> api.Timeline:
        entries = (
            api.TimelineEntry(at=START - 9 * MINUTE, kind="accepted", text="Accepted by Anna", by="Anna"),
            api.TimelineEntry(at=START - 10 * MINUTE, kind="offered", text="Offered to Anna"),
            api.TimelineEntry(at=CASE_BRIEF.last_at, kind="case", text="Card declined", by="Anna", case=CASE_BRIEF),
        )
        return self._answer("timeline", api.Timeline(entries=entries), interaction_id=interaction_id)

    async def list_cases(self, limit: int = 50, before: int | None = None) -> api.CaseList:
        return self._answer("list_cases", api.CaseList(cases=(case_row(),)), limit=limit, before=before)

    async def sources(self) -> api.SourceList:
        own = api.Source(id="contacts", name="Own contacts")
        return self._answer("sources", api.SourceList(sources=(own,)))

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> api.LookupResult:
        canned = api.LookupResult(source=source_id)
        return self._answer("lookup", canned, source_id=source_id, address=address, query=query)

    async def check_number(self, address: str, line_id: int | None = None) -> api.NumberAbilities:
        canned = api.NumberAbilities(address=address, display=address, tel=f"tel:{address}")
        return self._answer("check_number", canned, address=address, line_id=line_id)

    async def number_consent(self, ask: AskConsent) -> NumberConsent:
        return self._answer("number_consent", number_consent(address=ask.address, line_id=ask.line_id), ask=ask)

    async def allow_sms(self, allow: AllowSms) -> NumberConsent:
        canned = number_consent(address=allow.address, state=ConsentState.OPTED_IN, can_allow=False)
        return self._answer("allow_sms", canned, allow=allow)

    async def opt_out(self, wish: OptOut) -> NumberConsent:
        canned = number_consent(address=wish.address, state=ConsentState.OPTED_OUT)
        return self._answer("opt_out", canned, wish=wish)

    async def set_presence(self, presence: Presence, reason: str = "") -> None:
        self._answer("set_presence", None, presence=presence, reason=reason)

    async def settle(self, message_id: int, arrived: bool) -> Message:
        state = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED
        return self._answer("settle", message(message_id, state=state), message_id=message_id, arrived=arrived)

    async def resend(self, message_id: int, attempt: int, *, in_quiet_hours: bool = False) -> Message:
        canned = message(message_id, state=DeliveryState.QUEUED)
        said = {"in_quiet_hours": True} if in_quiet_hours else {}
        return self._answer("resend", canned, message_id=message_id, attempt=attempt, **said)

    async def cancel_message(self, message_id: int) -> Message:
        canned = message(message_id, state=DeliveryState.CANCELLED)
        return self._answer("cancel_message", canned, message_id=message_id)

    async def message_history(self, message_id: int) -> api.MessageHistory:
        first = api.Attempt(attempt=1, at=START, state=DeliveryState.SENT, state_at=START + SECOND, connection="Kannel")
        return self._answer("message_history", api.MessageHistory(attempts=(first,)), message_id=message_id)

    async def save_draft(self, thread_id: int, text: str) -> None:
        self._answer("save_draft", None, thread_id=thread_id, text=text)
        self.drafts[thread_id] = text

    async def load_draft(self, thread_id: int) -> str:
        return self._answer("load_draft", self.drafts.get(thread_id, ""), thread_id=thread_id)


def _page(held: list[Message], before: int | None, after: int | None, limit: int) -> api.MessagePage:
    if after is not None:
        newer = [one for one in held if one.id > after]
        return api.MessagePage(
            messages=tuple(newer[:limit]), more_before=len(newer) < len(held), more_after=len(newer) > limit
        )
    older = held if before is None else [one for one in held if one.id < before]
    return api.MessagePage(
        messages=tuple(older[-limit:]), more_before=len(older) > limit, more_after=len(older) < len(held)
    )
