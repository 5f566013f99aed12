"""A phone network in memory: phones that are on or off, numbers that answer oddly, texts that wait and arrive.

Pure: time comes from the clock it is given, nothing here waits or talks to anybody. What an action causes beyond its
answer is returned as delivery reports.

Bounds: at most `MAX_PHONES` phones are remembered (the longest unused is forgotten) and `MAX_TEXTS` texts for each.
A text that is pushed out before its phone was on to take it expires, as in a real network, and is reported so.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.telephony.sms.connection import AskedSms, DeliveryReport

MAX_PHONES = 2_000
MAX_TEXTS = 500


class Treatment(StrEnum):
    """What the network does with texts to one number."""

    TAKE = "take"
    REFUSE = "refuse"
    """The gateway refuses the submit."""
    LOSE = "lose"
    """The gateway takes the text and later reports that it could not be delivered."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """How one number is treated, and the reason given where it does not simply take texts."""

    treatment: Treatment = Treatment.TAKE
    reason: FailureReason = FailureReason.CARRIER_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedText:
    """One message on its way to a phone: its parts as they go over the air, joined again on the phone."""

    message_id: int
    gateway_id: str
    sender: str
    recipient: str
    parts: tuple[str, ...]
    encoding: str
    piece: int | None = None
    """Which of several separate messages this is, where one text was sent as many (counts from 0)."""
    pieces: int | None = None
    """How many those are."""
    attempt: int = 1

    @property
    def text(self) -> str:
        """What the person reads."""
        return "".join(self.parts)

    def report(self, state: DeliveryState, at: Millis, reason: FailureReason | None = None) -> DeliveryReport:
        """Say what became of it."""
        return DeliveryReport(
            message_id=self.message_id,
            state=state,
            raw=f"simulator {state}" + (f" {reason}" if reason else ""),
            gateway_id=self.gateway_id,
            part=self.piece,
            reason=reason,
            at=at,
            attempt=self.attempt,
            parts=self.pieces,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedText:
    """A text that a phone has. `number` grows with every arrival at that phone, also across restarts."""

    number: int
    at: Millis
    carried: CarriedText


@dataclass(slots=True)
class _Phone:
    on: bool = True
    rule: NumberRule = field(default_factory=NumberRule)
    waiting: deque[CarriedText] = field(default_factory=deque)
    inbox: deque[ArrivedText] = field(default_factory=deque)
    last_number: int = 0
    confirmed: int = 0
    """The phone has said, by asking for what comes after it, that it has everything up to this number."""


class SimulatedNetwork:
    """All phones of one simulated network."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._phones: OrderedDict[str, _Phone] = OrderedDict()

    def rule_of(self, phone: str) -> NumberRule:
        """How texts to that number are treated."""
        known = self._phones.get(phone)
        return known.rule if known else NumberRule()

    def set_rule(self, phone: str, rule: NumberRule) -> list[DeliveryReport]:
        """Treat texts to that number so from now on."""
        reports, record = self._phone(phone)
        record.rule = rule
        return reports

    def switch(self, phone: str, *, on: bool) -> list[DeliveryReport]:
        """Switch a phone on or off. Texts that waited arrive when it goes on."""
        reports, record = self._phone(phone)
        record.on = on
        if on:
            while record.waiting:
                reports += self._arrive(record, record.waiting.popleft())
        return reports

    def carry(self, texts: Iterable[CarriedText]) -> list[DeliveryReport]:
        """Take texts to their phones, or let them wait where the phone is off."""
        reports = []
        for text in texts:
            forgotten, record = self._phone(text.recipient)
            reports += forgotten
            if record.rule.treatment is Treatment.LOSE:
                reports.append(text.report(DeliveryState.UNDELIVERED, self._clock(), record.rule.reason))
            elif record.on:
                reports += self._arrive(record, text)
            else:
                record.waiting.append(text)
                if len(record.waiting) > MAX_TEXTS:
                    reports.append(self._expired(record.waiting.popleft()))
        return reports

    def fetch(self, phone: str, after: int) -> tuple[list[ArrivedText], list[DeliveryReport]]:
        """Give the phone what arrived after that number, with reports that it has been delivered.

        A report is repeated until the phone asks for what comes after its text: the answer with the text, or the
        report, may have been lost on the way. A phone that is off fetches nothing.
        """
        reports, record = self._phone(phone)
        if not record.on:
            return [], reports
        record.confirmed = max(record.confirmed, min(after, record.last_number))
        texts = [text for text in record.inbox if text.number > after]
        reports += [
            text.carried.report(DeliveryState.DELIVERED, text.at) for text in texts if text.number > record.confirmed
        ]
        return texts, reports

    def known(self, text: AskedSms) -> list[DeliveryReport]:
        """What is known of one attempt at a message, piece by piece; a phone that never had it knows nothing."""
        record = self._phones.get(text.recipient)
        if record is None:
            return []
        meant = text.message_id, text.attempt
        return [
            *(
                one.carried.report(
                    DeliveryState.DELIVERED if one.number <= record.confirmed else DeliveryState.SENT, one.at
                )
                for one in record.inbox
                if (one.carried.message_id, one.carried.attempt) == meant
            ),
            *(
                one.report(DeliveryState.SENT, self._clock())
                for one in record.waiting
                if (one.message_id, one.attempt) == meant
            ),
        ]

    def _arrive(self, record: _Phone, text: CarriedText) -> list[DeliveryReport]:
        now = self._clock()
        record.last_number = max(record.last_number + 1, now)
        record.inbox.append(ArrivedText(number=record.last_number, at=now, carried=text))
        if len(record.inbox) <= MAX_TEXTS:
            return []
        dropped = record.inbox.popleft()
        return [] if dropped.number <= record.confirmed else [self._expired(dropped.carried)]

    def _phone(self, phone: str) -> tuple[list[DeliveryReport], _Phone]:
        record = self._phones.setdefault(phone, _Phone())
        self._phones.move_to_end(phone)
        reports: list[DeliveryReport] = []
        if len(self._phones) > MAX_PHONES:
            _, oldest = self._phones.popitem(last=False)
            reports += [self._expired(text) for text in oldest.waiting]
            reports += [self._expired(text.carried) for text in oldest.inbox if text.number > oldest.confirmed]
        return reports, record

    def _expired(self, text: CarriedText) -> DeliveryReport:
        return text.report(DeliveryState.UNDELIVERED, self._clock(), FailureReason.EXPIRED)
