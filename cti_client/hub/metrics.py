"""What a hub counts, in Prometheus' text format. One registry a hub; no label names an agent, a customer or a text.

Made only where the settings let somebody read it: the library takes a tenth of a second to import.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from cti_client.hub.store.counts import Counts

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 40.0)

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """The hub's counters. May be told from any thread."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._texts_in = Counter(
            "cti_texts_received", "Texts that gateways brought, repeated ones too.", ["connection"], registry=registry
        )
        self._reports = Counter(
            "cti_delivery_reports", "Delivery reports, by what they say.", ["connection", "state"], registry=registry
        )
        self._submits = Histogram(
            "cti_submit_seconds",
            "Submits of a text to a gateway, by what came of them.",
            ["connection", "outcome"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._transactions = Histogram(
            "cti_transaction_seconds",
            "Writing transactions, from the call to the commit.",
            ["transaction"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._failures = Counter(
            "cti_transactions_failed",
            "Transactions that were not committed: refused by a rule, the database away, or a mistake.",
            ["transaction", "kind"],
            registry=registry,
        )
        self._requests = Histogram(
            "cti_request_seconds",
            "Requests that were answered; a desktop's link counts when it ends.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._hints = Counter("cti_hints", "Hints of news, of this hub and of others.", registry=registry)
        self._retries = Counter(
            "cti_store_retries",
            "Times a transaction was run again after a conflict.",
            ["transaction"],
            registry=registry,
        )
        self._ready = Gauge("cti_ready", "1 while this hub is ready.", registry=registry)
        self._desktops = Gauge("cti_desktops", "Desktops that are connected to this hub.", registry=registry)
        self._chats = Gauge("cti_chats", "Live chats of all hubs, by state.", ["state"], registry=registry)
        self._offers = Gauge("cti_offers_open", "Requests that stand before an agent.", registry=registry)
        self._outbox = Gauge("cti_outbox_texts", "Texts on their way to a gateway.", ["connection"], registry=registry)
        self._due = Gauge("cti_outbox_due_texts", "Those of them that wait to go.", ["connection"], registry=registry)

    def texts_in(self, connection_id: str, many: int) -> None:
        """A gateway brought texts."""
        self._texts_in.labels(connection_id).inc(many)

    def report(self, connection_id: str, state: str) -> None:
        """A gateway reported on a text."""
        self._reports.labels(connection_id, state).inc()

    def submit(self, connection_id: str, outcome: str, seconds: float) -> None:
        """A gateway answered a submit, or did not."""
        self._submits.labels(connection_id, outcome).observe(seconds)

    def retried(self, transaction: str, times: int) -> None:
        """A transaction was run again."""
        self._retries.labels(transaction).inc(times)

    def committed(self, transaction: str, seconds: float) -> None:
        """A transaction was committed."""
        self._transactions.labels(transaction).observe(seconds)

    def failed(self, transaction: str, kind: str) -> None:
        """A transaction was not."""
        self._failures.labels(transaction, kind).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).observe(seconds)

    def hint(self) -> None:
        """Some hub hinted at news."""
        self._hints.inc()

    def show(self, *, ready: bool, desktops: int, counts: Counts | None) -> None:
        """What is as it is now. `counts`: None while the database is away; what it knows is then not shown."""
        self._ready.set(int(ready))
        self._desktops.set(desktops)
        for by_label in (self._chats, self._outbox, self._due):
            by_label.clear()
        self._offers.set(float("nan") if counts is None else counts.offers)
        if counts is None:
            return
        for state, many in counts.chats.items():
            self._chats.labels(state).set(many)
        for connection_id, (many, due) in counts.outbox.items():
            self._outbox.labels(connection_id).set(many)
            self._due.labels(connection_id).set(due)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
