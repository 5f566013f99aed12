"""An agent fills in the case."""

import pytest

from cti_client.domain.errors import (
    BadRequestError,
    ChatEndedError,
    NotFoundError,
    RuleError,
    StaleVersionError,
)
from cti_client.domain.interaction import CaseChoice, CaseStatus
from cti_client.hub.services.edit_case import LONGEST, edit_case
from cti_client.hub.store import tables
from cti_client.hub.store.statements import AnyRow
from cti_client.wire import api
from tests.helpers.service_hub import HOUR, MINUTE, ServiceHub


def case_row(hub: ServiceHub, case_id: int) -> AnyRow:
    return hub.row(tables.case, id=case_id)


def touched(hub: ServiceHub) -> tuple[list[int], list[int]]:
    assert hub.last is not None
    return list(hub.last.news.cases), list(hub.last.news.interactions)


def test_fields_that_are_given_are_set(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    before = case_row(hub, chat.case_id)
    hub.now += MINUTE
    edit = api.EditCase(version=before.version, subject="Invoice", category="Billing", notes="a\r\nb\x00")
    hub.run(edit_case, hub.anna, chat.case_id, edit)
    after = case_row(hub, chat.case_id)
    assert (after.subject, after.category, after.notes) == ("Invoice", "Billing", "a\nb\N{REPLACEMENT CHARACTER}")
    assert (after.version, after.status, after.last_at) == (before.version + 1, "open", before.last_at)
    assert touched(hub) == ([chat.case_id], [chat.interaction_id])
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=after.version, notes=""))
    assert case_row(hub, chat.case_id).notes == ""
    assert case_row(hub, chat.case_id).subject == "Invoice"


def test_notes_alone_leave_the_chat_as_it_is(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=1, notes="x"))
    assert touched(hub) == ([chat.case_id], [])


def test_status(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.now += MINUTE
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=1, status=CaseStatus.CLOSED))
    row = case_row(hub, chat.case_id)
    assert (row.status, row.closed_at, row.last_at) == ("closed", hub.now, hub.now)
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=2, status=CaseStatus.PENDING))
    row = case_row(hub, chat.case_id)
    assert (row.status, row.closed_at) == ("pending", None)


def test_the_same_edit_twice_answers_alike_but_another_ones_is_stale(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    edit = api.EditCase(version=1, subject="Invoice", status=CaseStatus.OPEN)
    hub.run(edit_case, hub.anna, chat.case_id, edit)
    hub.run(edit_case, hub.anna, chat.case_id, edit)
    assert touched(hub) == ([], [])
    assert case_row(hub, chat.case_id).version == 2
    with pytest.raises(StaleVersionError):
        hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=1, subject="Other"))
    assert case_row(hub, chat.case_id).subject == "Invoice"


def test_a_request_that_shows_the_case_is_renewed(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.close(chat)
    hub.now += HOUR
    hub.text("again")
    offer = hub.open_offer()
    version = case_row(hub, chat.case_id).version
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=version, subject="Invoice"))
    assert hub.last is not None
    assert list(hub.last.news.offers) == [offer.id]
    assert "waiting" in hub.last.news.topics
    assert hub.open_offer().version == offer.version + 1


def test_a_chat_that_could_continue_the_case_is_renewed(hub: ServiceHub) -> None:
    first = hub.open_chat()
    hub.close(first)
    hub.text("again")
    second = hub.accept(CaseChoice.NEW)
    version = case_row(hub, first.case_id).version
    hub.run(edit_case, hub.anna, first.case_id, api.EditCase(version=version, subject="Invoice"))
    assert touched(hub) == ([first.case_id], [second.interaction_id])


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (api.EditCase(version=1, subject="x" * (LONGEST["subject"] + 1)), BadRequestError),
        (api.EditCase(version=1, notes="x" * (LONGEST["notes"] + 1)), BadRequestError),
        (api.EditCase(version=7, notes="x"), StaleVersionError),
    ],
)
def test_a_refusal_changes_nothing(hub: ServiceHub, edit: api.EditCase, error: type[RuleError]) -> None:
    chat = hub.open_chat()
    before = case_row(hub, chat.case_id)
    with pytest.raises(error):
        hub.run(edit_case, hub.anna, chat.case_id, edit)
    assert case_row(hub, chat.case_id) == before


def test_only_ones_own_case(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    with pytest.raises(ChatEndedError, match="This case is with Anna"):
        hub.run(edit_case, hub.ben, chat.case_id, api.EditCase(version=1, notes="x"))
    with pytest.raises(NotFoundError):
        hub.run(edit_case, hub.anna, chat.case_id + 1, api.EditCase(version=1, notes="x"))
