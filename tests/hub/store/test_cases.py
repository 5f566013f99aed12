"""My cases: newest first, page by page."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Select, text

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.interaction import CaseStatus
from cti_client.hub.store import cases, tables
from cti_client.hub.store.cases import list_cases
from cti_client.wire import api
from tests.helpers.memory_database import MemoryDatabase
from tests.helpers.service_hub import CUSTOMER, MINUTE, SECOND_LINE, ServiceHub


def open_many(hub: ServiceHub, count: int) -> list[api.Accepted]:
    chats = []
    for number in range(count):
        hub.now += MINUTE
        chats.append(hub.open_chat(sender=f"+1212555{number:04}"))
    return chats


def test_a_case_of_a_running_chat(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.set(tables.case, {"id": chat.case_id}, subject="Invoice")
    hub.set(tables.contact, {}, name="Eva")
    page = hub.read(list_cases, hub.anna, 50, None)
    assert page == api.CaseList(
        cases=(
            api.CaseRow(
                id=chat.case_id,
                label=f"C-{10_000 + chat.case_id}",
                subject="Invoice",
                customer="Eva",
                address=CUSTOMER,
                address_display="+1 212-555-1234",
                status=CaseStatus.OPEN,
                last_at=hub.now,
                thread_id=chat.thread_id,
                interaction_id=chat.interaction_id,
                agent_name="Anna",
                consent=ConsentState.OPTED_IN,
            ),
        )
    )


def test_a_case_shows_the_consent_of_the_line_used_last(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    hub.text("STOP")
    (row,) = hub.read(list_cases, hub.anna, 50, None).cases
    assert row.consent is ConsentState.OPTED_OUT
    hub.text("Hello", to=SECOND_LINE)
    (row,) = hub.read(list_cases, hub.anna, 50, None).cases
    assert row.consent is ConsentState.OPTED_IN


def test_a_closed_case_has_no_chat(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    (row,) = hub.read(list_cases, hub.anna, 50, None).cases
    assert (row.status, row.interaction_id) == (CaseStatus.CLOSED, None)


def test_only_ones_own(hub: ServiceHub) -> None:
    hub.open_chat()
    assert hub.read(list_cases, hub.ben, 50, None) == api.CaseList(cases=())


def test_pages_follow_each_other_also_among_cases_of_the_same_moment(hub: ServiceHub) -> None:
    chats = open_many(hub, 7)
    hub.set(tables.case, {}, last_at=hub.now)
    hub.set(tables.case, {"id": chats[2].case_id}, last_at=hub.now + 1)
    last, seen = None, []
    for _ in range(4):
        page = hub.read(list_cases, hub.anna, 2, last)
        seen += [row.id for row in page.cases]
        last = seen[-1]
        assert page.more == (len(seen) < 7)
    assert seen == [chats[number].case_id for number in (2, 6, 5, 4, 3, 1, 0)]


def test_what_cannot_be_asked(hub: ServiceHub) -> None:
    with pytest.raises(BadRequestError):
        hub.read(list_cases, hub.anna, 0, None)
    with pytest.raises(NotFoundError):
        hub.read(list_cases, hub.anna, 10, 99)


def test_a_page_is_read_from_sqlites_index() -> None:
    values = {"agent_id": 1, "rows": 50, "last_at": 1, "id": 1, "param_1": 1}
    database = MemoryDatabase()

    def plan(conn: Connection, query: Select[Any]) -> list[str]:
        return [row[3] for row in conn.execute(text(f"EXPLAIN QUERY PLAN {query.compile()}"), values)]

    for query in (cases._CASES, cases._FURTHER):
        steps = database.transact(partial(plan, query=query))
        assert steps
        assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step]
    database.close()
