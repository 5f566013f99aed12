"""D3, D4, E6: answers, reports, lapsed leases, settlements and resends in any order: what a person reads holds.

The model knows nothing of tables or transitions: it notes what was said to the hub, and holds the message to it.
"""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cti_client.domain.delivery import DeliveryState as S
from cti_client.domain.delivery import FailureReason
from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.outbox import expire_leases, record_outcome
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.store import tables
from cti_client.hub.store.messages import one_message
from cti_client.hub.store.statements import AnyRow
from cti_client.telephony.sms.connection import DeliveryReport, NotTaken, Refused, SubmitOutcome, Taken, Unclear
from cti_client.wire import api
from tests.helpers.service_hub import MINUTE, ServiceHub

ANSWERS: dict[str, SubmitOutcome] = {
    "taken": Taken(parts=2, gateway_id="g"),
    "refused": Refused(reason=FailureReason.CARRIER_REFUSED, detail="no"),
    "not taken": NotTaken(detail="busy"),
    "unclear": Unclear(detail="no answer"),
}
REPORTED = (S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED)
RANK = {S.QUEUED: 0, S.SENDING: 1, S.UNKNOWN: 2, S.SENT: 3, S.UNDELIVERED: 4, S.FAILED: 4, S.DELIVERED: 5}
EVENTS = st.one_of(
    st.tuples(st.just("take")),
    st.tuples(st.sampled_from(["wait", "lapse"])),
    st.tuples(st.just("answer"), st.sampled_from(sorted(ANSWERS)), st.integers(0, 3)),
    st.tuples(
        *(st.just("report"), st.sampled_from(REPORTED)),
        *(st.sampled_from([None, 0, 1]), st.integers(0, 2), st.sampled_from([None, 2])),
    ),
    st.tuples(st.just("settle"), st.booleans()),
    st.tuples(st.just("resend"), st.integers(0, 1)),
)


@dataclass
class Told:
    """What the hub was told of one message."""

    hub: ServiceHub
    message_id: int
    attempt: int = 1
    unanswered: list[int] = field(default_factory=list)
    """The attempts of submits of which nothing was heard."""
    reports: int = 0
    arrived: dict[int, set[int]] = field(default_factory=dict)
    """By attempt, the parts that a phone has."""
    word: bool | None = None
    """What the agent said of this attempt last: whether it arrived."""
    takeable: bool = True
    """The text may go: nobody has it, and nobody may have it."""

    @property
    def row(self) -> AnyRow:
        return self.hub.message(self.message_id)

    @property
    def shown(self) -> S:
        return self.hub.read(one_message, self.message_id).state

    @property
    def is_on_the_phone(self) -> bool:
        return any(parts >= {0, 1} for parts in self.arrived.values())

    def take(self) -> None:
        taken = [sms for sms in self.hub.take() if sms.message_id == self.message_id]
        if taken:
            assert self.takeable, "it went although somebody has it, or may have it"
            assert taken[0].attempt == self.attempt
            self.takeable = False
            self.unanswered.append(self.attempt)

    def wait(self) -> None:
        self.hub.now += 31_000

    def lapse(self) -> None:
        self.hub.now += 2 * MINUTE
        self.hub.run(expire_leases)

    def answer(self, name: str, which: int) -> None:
        if not self.unanswered:
            return
        attempt = self.unanswered.pop(which % len(self.unanswered))
        before = self.row
        self.hub.run(record_outcome, self.message_id, ANSWERS[name], attempt)
        after = self.row
        if attempt != self.attempt:
            assert after == before, "an answer to an attempt that was given up is no news"
        elif after.state == S.QUEUED:
            assert (name, before.state) == ("not taken", S.SENDING)
            self.takeable = True

    def report(self, state: S, part: int | None, which: int, parts: int | None) -> None:
        attempt = 1 + which % self.attempt
        before = self.row
        self.reports += 1
        heard = DeliveryReport(
            message_id=self.message_id, state=state, raw=f"{self.reports}", part=part, attempt=attempt, parts=parts
        )
        self.hub.run(record_delivery, "sim", heard)
        if state is S.DELIVERED:
            self.arrived.setdefault(attempt, set()).update({0, 1} if part is None else {part})
        elif attempt != self.attempt:
            assert self.row.state == before.state, "an attempt that was given up has failed already"
        elif part is None:
            assert RANK[S(self.row.state)] >= RANK[state] or before.state == S.DELIVERED
        if self.row.state not in (S.QUEUED, S.SENDING):
            self.takeable = False

    def settle(self, arrived: bool) -> None:
        before, shown = self.row, self.shown
        self.hub.run(settle_message, self.hub.anna, self.message_id, api.Settle(arrived=arrived))
        assert self.row.state == before.state, "what was reported is not touched by a word"
        if before.state == S.UNKNOWN:
            assert self.shown is (S.DELIVERED if arrived else S.FAILED)
            assert (self.row == before) == (self.shown is shown)
            self.word = arrived
        elif (before.state, shown) == (S.SENT, S.DELIVERED) and not arrived:
            assert self.shown is S.SENT, "the word is taken back"
            self.word = arrived
        else:
            assert self.row == before

    def resend(self, older: int) -> None:
        before, shown = self.row, self.shown
        resend = api.Resend(attempt=max(1, self.attempt - older))
        try:
            self.hub.run(resend_message, self.hub.anna, self.message_id, resend)
        except BadRequestError:
            assert shown not in (S.FAILED, S.UNDELIVERED)
        else:
            if resend.attempt == self.attempt:
                assert shown in (S.FAILED, S.UNDELIVERED)
                (ended,) = self.hub.rows(tables.message_attempt, message_id=self.message_id, attempt=self.attempt)
                assert ended.state == shown
                assert (ended.settlement_id is not None) == (before.state == S.UNKNOWN), "whose word it was is kept"
                self.attempt += 1
                self.takeable = True
                self.word = None
            else:
                assert self.row == before, "the same click again"

    def holds(self, event: str, before: AnyRow) -> None:
        """What is true after any event."""
        after = self.row
        old, new = S(before.state), S(after.state)
        falls_back = (event, old, new) == ("answer", S.SENDING, S.QUEUED) or event == "resend"
        assert falls_back or new is old or RANK[new] > RANK[old], (event, old, new)
        assert not self.is_on_the_phone or new is S.DELIVERED
        assert (after.reason is not None) == (new in (S.UNKNOWN,)) or new in (S.FAILED, S.UNDELIVERED)
        assert after.attempt == self.attempt
        assert len(self.hub.rows(tables.delivery_report, message_id=self.message_id)) == self.reports
        assert len(self.hub.rows(tables.message_attempt, message_id=self.message_id)) == self.attempt - 1
        waits = self.hub.rows(tables.outbox, message_id=self.message_id)
        assert not waits or new in (S.QUEUED, S.SENDING) or waits[0].taken_until is not None
        assert new is not S.QUEUED or waits, "what is said to wait for its turn does"
        assert (after == before) == (after.version == before.version)
        self.is_shown_truly(new)

    def is_shown_truly(self, reported: S) -> None:
        """A word is shown as one, and only where nothing that was reported says as much."""
        told = self.hub.read(one_message, self.message_id)
        if self.word is not None and reported is S.UNKNOWN:
            assert told.state is (S.DELIVERED if self.word else S.FAILED)
            assert told.settled_by == "Anna"
        elif self.word and reported is S.SENT:
            assert (told.state, told.settled_by) == (S.DELIVERED, "Anna")
        else:
            assert (told.state, told.settled_by) == (reported, "")
        assert (told.reason is not None) == (told.state in (S.UNKNOWN, S.FAILED, S.UNDELIVERED)) or not told.settled_by


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.builds(lambda first, then: [*first, *then], st.sampled_from([[], [("lapse",)]]), st.lists(EVENTS, max_size=14))
)
@example([("lapse",), ("settle", True), ("report", S.SENT, None, 0, None), ("settle", False), ("settle", True)])
@example([("lapse",), ("settle", True), ("answer", "taken", 0), ("report", S.UNDELIVERED, None, 0, None)])
@example([("lapse",), ("settle", False), ("resend", 0), ("take",), ("lapse",), ("settle", True), ("settle", False)])
def test_in_any_order(hub: ServiceHub, events: list[tuple[object, ...]]) -> None:
    chats = hub.rows(tables.interaction)
    if not chats:
        hub.open_chat()
        chats = hub.rows(tables.interaction)
    hub.transact(lambda conn: conn.execute(tables.outbox.delete()))
    chat = api.Accepted(interaction_id=chats[0].id, case_id=chats[0].case_id, thread_id=chats[0].thread_id)
    told = Told(hub, hub.send(chat, "x" * 200))
    for name, *rest in [("take",), *events]:
        before = told.row
        getattr(told, str(name))(*rest)
        told.holds(str(name), before)
