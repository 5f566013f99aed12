"""A8, A12: Continue or New, the Close action, and chats that an agent starts."""

import pytest

from cti_client.domain.errors import (
    BadRequestError,
    ChatEndedError,
    NoConnectionError,
    NotANumberError,
    NotFoundError,
    OfferGoneError,
    OptedOutError,
    UnseenTextError,
)
from cti_client.domain.interaction import CaseChoice, Disposition
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.store import tables
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, HOUR, MINUTE, SECOND_LINE, START, ServiceHub


def reopened(hub: ServiceHub, after: int, choice: CaseChoice | None = None) -> api.Accepted:
    """A second chat of a customer whose first was closed `after` milliseconds ago."""
    hub.close(hub.open_chat())
    hub.now += after
    hub.text("Me again")
    return hub.accept(choice)


def test_close_ends_the_chat_and_its_case(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.now += MINUTE
    hub.run(close_chat, hub.anna, chat.interaction_id, api.Close(disposition=Disposition.RESOLVED, notes="done"))
    row = hub.row(tables.interaction)
    assert (row.state, row.ended_at, row.disposition) == ("ended", hub.now, "resolved")
    case = hub.row(tables.case)
    assert (case.status, case.closed_at, case.disposition, case.notes) == ("closed", hub.now, "resolved", "done")
    assert hub.last is not None
    assert hub.last.news.former == {chat.interaction_id: {hub.anna}}
    assert list(hub.last.news.cases) == [chat.case_id]
    assert hub.events()[-1] == "closed"
    assert hub.row(tables.agent, id=hub.anna).idle_since == hub.now


def test_a_second_close_changes_nothing(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.close(chat)
    hub.close(chat, Disposition.SPAM)
    assert hub.row(tables.case).disposition == "resolved"
    assert hub.events().count("closed") == 1


def test_a_text_the_agent_has_not_seen_keeps_the_chat_open(hub: ServiceHub) -> None:
    """Close was pressed, and its request took longer than the customer's next text."""
    chat = hub.open_chat()
    (first,) = hub.rows(tables.message)
    hub.text("One more thing")
    close = api.Close(disposition=Disposition.RESOLVED, seen=first.id)
    with pytest.raises(UnseenTextError):
        hub.run(close_chat, hub.anna, chat.interaction_id, close)
    assert hub.value(tables.interaction, "state") == "open"
    assert hub.events().count("closed") == 0
    hub.send(chat)
    last = hub.rows(tables.message)[-2].id  # a reply of one's own has been seen
    hub.run(close_chat, hub.anna, chat.interaction_id, api.Close(disposition=Disposition.RESOLVED, seen=last))
    assert hub.value(tables.interaction, "state") == "ended"
    hub.run(close_chat, hub.anna, chat.interaction_id, close)  # said again: it is closed


def test_only_the_holder_closes(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    with pytest.raises(ChatEndedError):
        hub.run(close_chat, hub.ben, chat.interaction_id, api.Close(disposition=Disposition.SPAM))
    hub.close(chat)
    with pytest.raises(ChatEndedError):
        hub.run(close_chat, hub.ben, chat.interaction_id, api.Close(disposition=Disposition.SPAM))
    with pytest.raises(NotFoundError):
        hub.run(close_chat, hub.anna, 99, api.Close(disposition=Disposition.SPAM))


def test_follow_up_leaves_the_case_pending(hub: ServiceHub) -> None:
    hub.close(hub.open_chat(), Disposition.FOLLOW_UP)
    case = hub.row(tables.case)
    assert (case.status, case.closed_at, case.disposition) == ("pending", None, "follow_up")


@pytest.mark.parametrize(
    ("after", "choice", "cases"),
    [
        (HOUR, None, 1),
        (24 * HOUR, None, 1),
        (24 * HOUR + 1, None, 2),
        (HOUR, CaseChoice.NEW, 2),
        (1000 * HOUR, CaseChoice.CONTINUE, 1),
    ],
)
def test_continue_or_new(hub: ServiceHub, after: int, choice: CaseChoice | None, cases: int) -> None:
    chat = reopened(hub, after, choice)
    rows = hub.rows(tables.case)
    assert len(rows) == cases
    assert chat.case_id == rows[-1].id
    assert (rows[-1].status, rows[-1].closed_at, rows[-1].disposition) == ("open", None, None)
    assert rows[0].status == ("open" if cases == 1 else "closed")


def test_the_choice_that_was_shown_is_the_choice_taken(hub: ServiceHub) -> None:
    """The offer was made within the 24 hours, and is accepted a moment after them."""
    hub.close(hub.open_chat())
    hub.now += 24 * HOUR - 1_000
    hub.text("Me again")
    hub.now += 5_000
    assert hub.accept().case_id == hub.row(tables.case).id


def test_continue_without_a_case_makes_one(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    assert hub.accept(CaseChoice.CONTINUE).case_id == hub.row(tables.case).id


def test_new_changed_to_continue_leaves_no_empty_case(hub: ServiceHub) -> None:
    chat = reopened(hub, HOUR, CaseChoice.NEW)
    first, empty = hub.rows(tables.case)
    moved = hub.run(choose_case, hub.anna, chat.interaction_id, api.ChooseCase(choice=CaseChoice.CONTINUE))
    assert moved.case_id == first.id
    assert hub.row(tables.case).status == "open"
    assert hub.last is not None
    assert set(hub.last.news.cases) == {first.id, empty.id}
    assert set(hub.last.news.messages) == {row.id for row in hub.rows(tables.message)[1:]}
    assert {row.case_id for row in hub.rows(tables.case_event)} == {first.id}
    again = hub.run(choose_case, hub.anna, chat.interaction_id, api.ChooseCase(choice=CaseChoice.CONTINUE))
    assert again == moved
    assert hub.events().count("moved") == 1


def test_a_case_in_which_something_was_written_is_kept(hub: ServiceHub) -> None:
    chat = reopened(hub, HOUR, CaseChoice.NEW)
    hub.set(tables.case, {"id": chat.case_id}, notes="Wants a refund")
    hub.run(choose_case, hub.anna, chat.interaction_id, api.ChooseCase(choice=CaseChoice.CONTINUE))
    assert [row.status for row in hub.rows(tables.case)] == ["open", "closed"]


def test_continue_changed_to_new_closes_the_old_case_as_it_was(hub: ServiceHub) -> None:
    chat = reopened(hub, HOUR)
    moved = hub.run(choose_case, hub.anna, chat.interaction_id, api.ChooseCase(choice=CaseChoice.NEW))
    old, new = hub.rows(tables.case)
    assert moved.case_id == new.id
    assert (old.status, old.closed_at, old.disposition, old.last_at) == ("closed", START, "resolved", START)
    assert hub.row(tables.interaction, state="open").case_id == new.id
    again = hub.run(choose_case, hub.anna, chat.interaction_id, api.ChooseCase(choice=CaseChoice.NEW))
    assert again == moved
    assert len(hub.rows(tables.case)) == 2


def test_a_case_of_another_customer_is_refused(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    other = hub.open_chat(sender="+12125550002")
    wanted = api.ChooseCase(choice=CaseChoice.CONTINUE, case_id=other.case_id)
    with pytest.raises(BadRequestError):
        hub.run(choose_case, hub.anna, chat.interaction_id, wanted)
    with pytest.raises(BadRequestError, match="no earlier case"):
        hub.run(choose_case, hub.anna, chat.interaction_id, api.ChooseCase(choice=CaseChoice.CONTINUE))


def test_reading_never_goes_back(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    first = hub.text("1").message_id or 0
    second = hub.text("2").message_id or 0
    hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=first))
    assert hub.row(tables.interaction).unread == 1
    hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=second))
    assert hub.row(tables.interaction).unread == 0
    hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=first))
    assert hub.row(tables.interaction).unread == 0
    assert hub.last is not None
    assert not hub.last.news.interactions
    with pytest.raises(ChatEndedError):
        hub.run(mark_read, hub.ben, chat.interaction_id, api.MarkRead(message_id=second))


def test_an_agent_starts_a_chat(hub: ServiceHub) -> None:
    contact_id = hub.contact(sms=True)
    chat = hub.run(start_chat, hub.anna, api.StartChat(address="+1 212 555 1234"))
    row = hub.row(tables.interaction)
    assert (row.state, row.direction, row.agent_id, row.started_at) == ("open", "out", hub.anna, START)
    assert (row.line_id, row.waiting_since) == (hub.line, None)
    assert hub.row(tables.thread).contact_id == contact_id
    assert hub.events() == ["started"]
    assert hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER)) == chat
    hub.send(chat)
    assert [sms.recipient for sms in hub.take()] == [CUSTOMER]
    with pytest.raises(OfferGoneError) as gone:
        hub.run(start_chat, hub.ben, api.StartChat(address=CUSTOMER))
    assert gone.value.by == "Anna"


def test_starting_a_chat_with_a_customer_who_waits_takes_it(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    chat = hub.run(start_chat, hub.ben, api.StartChat(address=CUSTOMER))
    row = hub.row(tables.interaction)
    assert (row.id, row.agent_id, row.direction, row.state) == (chat.interaction_id, hub.ben, "in", "open")
    assert hub.row(tables.offer).state == "withdrawn"


def test_the_line_of_a_started_chat(hub: ServiceHub) -> None:
    hub.contact(sms=True)
    hub.close(hub.open_chat(to=SECOND_LINE))
    hub.close(hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER)))
    assert hub.rows(tables.interaction)[-1].line_id == hub.second_line
    hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER, line_id=hub.line))
    assert hub.rows(tables.interaction)[-1].line_id == hub.line
    assert hub.row(tables.thread).last_line_id == hub.line


def test_what_keeps_a_chat_from_being_started(hub: ServiceHub) -> None:
    with pytest.raises(NotANumberError):
        hub.run(start_chat, hub.anna, api.StartChat(address="not a number"))
    with pytest.raises(BadRequestError, match="it has to text us first"):
        hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER))
    hub.contact("+12125550009", type="Home", sms=False)
    with pytest.raises(BadRequestError, match="only mobile numbers"):
        hub.run(start_chat, hub.anna, api.StartChat(address="+12125550009"))
    hub.contact(sms=True)
    with pytest.raises(NotFoundError):
        hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER, line_id=99))
    with pytest.raises(NotFoundError):
        hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER, contact_id=99))
    hub.text("STOP")
    with pytest.raises(OptedOutError):
        hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER))
    hub.set(tables.line, {"id": hub.second_line}, connection_id=None)
    with pytest.raises(NoConnectionError):
        hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER, line_id=hub.second_line))
    assert not hub.rows(tables.interaction)
