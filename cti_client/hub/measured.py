"""A store and a connection that tell `Metrics` what passes through them, and are otherwise those they stand before."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from cti_client.domain.errors import RuleError
from cti_client.hub.metrics import Metrics
from cti_client.hub.store.store import OwnedStore, StoreAwayError, Tx
from cti_client.telephony.sms.connection import (
    AskedSms,
    CanBeAsked,
    DeliveryReport,
    Intake,
    NotTaken,
    OutboundSms,
    PollOutcome,
    Refused,
    SmsConnection,
    SubmitOutcome,
    Taken,
    WebhookOutcome,
    WebhookRequest,
)

P = ParamSpec("P")
R = TypeVar("R")


class MeasuredStore:
    """Times transactions, under the names of their functions."""

    def __init__(self, store: OwnedStore, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    async def open(self) -> None:
        """See `OwnedStore`."""
        await self._store.open()

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """See `Store`."""
        name = getattr(fn, "__name__", "other")
        begun = perf_counter()
        runs = 0

        def counted(tx: Tx) -> R:
            nonlocal runs
            runs += 1
            return fn(tx, *args, **kwargs)

        try:
            result = await self._store.write(counted)
        except Exception as error:
            self._metrics.failed(name, _kind(error))
            raise
        finally:
            if runs > 1:
                self._metrics.retried(name, runs - 1)
        self._metrics.committed(name, perf_counter() - begun)
        return result

    async def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """See `Store`."""
        return await self._store.read(fn, *args, **kwargs)

    async def close(self) -> None:
        """See `Store`."""
        await self._store.close()


class MeasuredConnection:
    """Counts what a gateway brings and takes."""

    def __init__(self, connection: SmsConnection, metrics: Metrics) -> None:
        self._connection = connection
        self._metrics = metrics
        self.settings = connection.settings
        self.inbound = connection.inbound

    async def start(self, intake: Intake) -> None:
        """See `SmsConnection`."""

        async def counted(outcome: WebhookOutcome) -> None:
            await intake(outcome)
            self._brought(len(outcome.texts), outcome.reports)

        await self._connection.start(counted)

    async def stop(self) -> None:
        """See `SmsConnection`."""
        await self._connection.stop()

    async def submit(self, sms: OutboundSms) -> SubmitOutcome:
        """See `SmsConnection`."""
        begun = perf_counter()
        outcome = await self._connection.submit(sms)
        self._metrics.submit(self.settings.id, _outcome(outcome), perf_counter() - begun)
        return outcome

    async def on_webhook(self, request: WebhookRequest) -> WebhookOutcome:
        """See `SmsConnection`."""
        outcome = await self._connection.on_webhook(request)
        self._brought(len(outcome.texts), outcome.reports)
        return outcome

    async def poll(self, cursor: str) -> PollOutcome:
        """See `SmsConnection`."""
        outcome = await self._connection.poll(cursor)
        self._brought(len(outcome.texts), outcome.reports)
        return outcome

    async def test(self) -> str:
        """See `SmsConnection`."""
        return await self._connection.test()

    def _brought(self, texts: int, reports: tuple[DeliveryReport, ...]) -> None:
        if texts:
            self._metrics.texts_in(self.settings.id, texts)
        for report in reports:
            self._metrics.report(self.settings.id, report.state)


class _MeasuredAskable(MeasuredConnection):
    """One of a gateway that can be asked. What was asked for counts as brought."""

    def __init__(self, connection: SmsConnection, gateway: CanBeAsked, metrics: Metrics) -> None:
        super().__init__(connection, metrics)
        self._gateway = gateway

    async def ask(self, texts: Sequence[AskedSms]) -> tuple[DeliveryReport, ...]:
        """See `CanBeAsked`."""
        reports = await self._gateway.ask(texts)
        self._brought(0, reports)
        return reports


def measured(connection: SmsConnection, metrics: Metrics) -> MeasuredConnection:
    """The same connection, counted. It can be asked where the one inside can."""
    if isinstance(connection, CanBeAsked):
        return _MeasuredAskable(connection, connection, metrics)
    return MeasuredConnection(connection, metrics)


def _kind(error: Exception) -> str:
    if isinstance(error, RuleError):
        return "refused"
    return "away" if isinstance(error, StoreAwayError) else "mistake"


def _outcome(outcome: SubmitOutcome) -> str:
    match outcome:
        case Taken():
            return "taken"
        case Refused():
            return "refused"
        case NotTaken():
            return "not_taken"
        case _:
            return "unclear"
