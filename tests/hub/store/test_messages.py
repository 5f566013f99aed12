"""Messages as records and as pages of a thread of any length (A5)."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, event, insert

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.interaction import Direction
from cti_client.hub.services.gate import Way, clear
from cti_client.hub.services.outgoing import queue_text
from cti_client.hub.store import tables
from cti_client.hub.store.messages import MOST_MESSAGES, message_page, one_message
from cti_client.telephony.sms.connection import NotTaken, Refused, Taken, Unclear
from cti_client.wire.api import MessagePage
from tests.helpers.service_hub import HOUR, MINUTE, ServiceHub


def ids(page: MessagePage) -> list[int]:
    return [message.id for message in page.messages]


def test_an_inbound_text(hub: ServiceHub) -> None:
    chat = hub.open_chat("Hello 👍", omitted=1)
    (message,) = hub.read(message_page, chat.thread_id, None, None, 50).messages
    assert message == hub.read(one_message, message.id)
    assert (message.direction, message.state) == (Direction.IN, DeliveryState.RECEIVED)
    assert (message.text, message.encoding, message.parts) == ("Hello 👍", "UCS-2", 1)
    assert (message.at, message.state_at) == (hub.now, hub.now)
    assert message.note == "One attachment was left out."
    assert (message.author, message.client_id, message.policy) == ("", "", "")
    assert (message.thread_id, message.interaction_id, message.line_id) == (
        chat.thread_id,
        chat.interaction_id,
        hub.line,
    )
    assert (message.case_label, message.case_agent) == (f"C-{10_000 + chat.case_id}", "Anna")


def test_a_text_that_no_agent_holds_belongs_to_no_case(hub: ServiceHub) -> None:
    received = hub.text("Hello")
    assert received.message_id is not None
    message = hub.read(one_message, received.message_id)
    assert (message.case_label, message.case_agent) == ("", "")


def test_an_outbound_text_and_what_became_of_it(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    sent = hub.send(chat, "Hi", client_id="abc")
    message = hub.read(one_message, sent)
    assert (message.author, message.client_id, message.direction) == ("Anna", "abc", Direction.OUT)
    assert (message.state, message.retry_at, message.reason) == (DeliveryState.QUEUED, None, None)

    hub.submit(NotTaken(detail="busy"))
    message = hub.read(one_message, sent)
    assert (message.state, message.reason_text) == (DeliveryState.QUEUED, "busy")
    assert message.retry_at == hub.row(tables.outbox).due_at > hub.now

    hub.now += 24 * HOUR - MINUTE
    hub.submit(Unclear(detail="no answer"))
    message = hub.read(one_message, sent)
    assert (message.state, message.retry_at) == (DeliveryState.UNKNOWN, None)
    assert (message.reason, message.reason_text) == (FailureReason.UNANSWERED, "no answer")


def test_a_refused_text_keeps_the_gateways_words(hub: ServiceHub) -> None:
    sent = hub.send(hub.open_chat())
    hub.submit(Refused(reason=FailureReason.LANDLINE, detail="30006: landline"))
    message = hub.read(one_message, sent)
    assert (message.state, message.reason) == (DeliveryState.FAILED, FailureReason.LANDLINE)
    assert message.reason_text == "30006: landline"


def test_an_automatic_text_names_its_policy(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.text("STOP")
    last = hub.read(message_page, chat.thread_id, None, None, 1).messages[-1]
    assert (last.policy, last.author, last.direction) == ("opt_out_confirmation", "", Direction.OUT)


def test_what_is_not_there(hub: ServiceHub) -> None:
    with pytest.raises(NotFoundError):
        hub.read(one_message, 1)
    with pytest.raises(NotFoundError):
        hub.read(message_page, 1, None, None, 50)
    chat = hub.open_chat()
    with pytest.raises(BadRequestError):
        hub.read(message_page, chat.thread_id, None, None, 0)


def test_paging_through_a_thread_both_ways(hub: ServiceHub) -> None:
    chat = hub.open_chat("0")
    for number in range(1, 10):
        hub.text(str(number))
        hub.text("other", sender="+12125550000")
    every = [m.id for m in hub.rows(tables.message, thread_id=chat.thread_id)]
    newest = hub.read(message_page, chat.thread_id, None, None, 4)
    assert (ids(newest), newest.more_before, newest.more_after) == (every[6:], True, False)
    middle = hub.read(message_page, chat.thread_id, every[6], None, 4)
    assert (ids(middle), middle.more_before, middle.more_after) == (every[2:6], True, True)
    oldest = hub.read(message_page, chat.thread_id, every[2], None, 4)
    assert (ids(oldest), oldest.more_before, oldest.more_after) == (every[:2], False, True)
    onward = hub.read(message_page, chat.thread_id, None, every[1], 4)
    assert (ids(onward), onward.more_before, onward.more_after) == (every[2:6], True, True)
    to_the_end = hub.read(message_page, chat.thread_id, None, every[7], 4)
    assert (ids(to_the_end), to_the_end.more_before, to_the_end.more_after) == (every[8:], True, False)
    nothing = hub.read(message_page, chat.thread_id, None, every[-1], 4)
    assert (ids(nothing), nothing.more_before, nothing.more_after) == ([], True, False)
    assert ids(hub.read(message_page, chat.thread_id, None, None, 10**9)) == every


@pytest.fixture(scope="module")
def pages() -> Callable[[int | None, int | None, int], MessagePage]:
    """Messages 2, 4 ... 40 of thread 1, between those of thread 2."""
    engine = create_engine("sqlite://")
    conn = engine.connect()
    _seed(conn, [(number, 1 if number % 2 == 0 else 2) for number in range(1, 41)])

    def page(before: int | None, after: int | None, limit: int) -> MessagePage:
        return message_page(conn, 1, before, after, limit)

    return page


BOUND = st.none() | st.integers(-2, 45)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=BOUND, after=BOUND, limit=st.integers(1, 30))
def test_a_page_is_what_a_list_would_give(
    pages: Callable[[int | None, int | None, int], MessagePage], before: int | None, after: int | None, limit: int
) -> None:
    every = list(range(2, 41, 2))
    inside = [one for one in every if (before is None or one < before) and (after is None or one > after)]
    expected = inside[-limit:] if after is None else inside[:limit]
    page = pages(before, after, limit)
    assert ids(page) == expected
    if expected:
        assert page.more_before == (every[0] < expected[0])
        assert page.more_after == (every[-1] > expected[-1])
    elif after is not None:
        assert page.more_before == (every[0] <= after)
        assert page.more_after == (before is not None and every[-1] >= before)
    else:
        assert before is not None
        assert (page.more_before, page.more_after) == (False, every[-1] >= before)


def test_a_page_of_a_long_thread_reads_the_index_and_nothing_else() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as conn:
        _seed(conn, [(number, 1) for number in range(1, 20_001)])
        counted: list[int] = []
        for before, after in ((None, None), (10_000, None), (None, 10_000)):
            statements = _statements(engine, conn, partial(message_page, conn, 1, before, after, 50))
            counted.append(len(statements))
            for sql, values in statements:
                plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
                assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step]
        assert max(counted) <= 2


def test_the_longest_page_is_bounded() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as conn:
        _seed(conn, [(number, 1) for number in range(1, MOST_MESSAGES + 10)])
        page = message_page(conn, 1, None, None, 10**6)
        assert len(page.messages) == MOST_MESSAGES
        assert page.more_before


def test_a_text_of_a_line_without_connection_is_failed(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    line = hub.row(tables.line, id=hub.line)
    customer = hub.row(tables.thread, id=chat.thread_id)
    sent = hub.run(
        lambda tx: queue_text(tx, clear(tx, Way.AGENT_SEND, customer, line, "Hi"), interaction_id=chat.interaction_id)
    )
    assert sent is not None
    assert hub.read(one_message, sent).reason is FailureReason.NO_ROUTING_RULE


def test_a_taken_text_is_sent(hub: ServiceHub) -> None:
    sent = hub.send(hub.open_chat())
    hub.submit(Taken(gateway_id="g", parts=2))
    assert (hub.read(one_message, sent).state, hub.read(one_message, sent).parts) == (DeliveryState.SENT, 2)


def _seed(conn: Connection, messages: list[tuple[int, int]]) -> None:
    tables.metadata.create_all(conn)
    conn.execute(insert(tables.line).values(id=1, address="+15550100", name="Support"))
    for thread_id in {thread_id for _, thread_id in messages}:
        conn.execute(insert(tables.thread).values(id=thread_id, address=f"+1212555{thread_id:04}", repliable=True))
    fixed = {"line_id": 1, "direction": "in", "at": 1, "text": "x", "state": "received", "state_at": 1}
    conn.execute(insert(tables.message), [{"id": one, "thread_id": thread, **fixed} for one, thread in messages])


def _statements(engine: Engine, conn: Connection, act: Callable[[], object]) -> list[tuple[str, tuple[object, ...]]]:
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _cur: object, sql: str, values: tuple[object, ...], *_: object) -> None:
        seen.append((sql, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
