import asyncio

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.desk.views import LinkStatus
from cti_client.domain.interaction import CaseChoice, Disposition
from cti_client.wire.api import Accepted, EditCase, EditContact, NumberAbilities, Problem
from cti_client.wire.records import Interaction
from tests.helpers.case_stage import Stage, long_stage, stage
from tests.helpers.fake_desk import CASE_BRIEF, case, contact, interaction, message
from tests.helpers.phone_menu import choose
from tests.helpers.qt_loop import until

__all__ = ["long_stage", "stage"]  # fixtures


# Opening


async def test_the_chat_appears_when_the_hub_gives_it(stage: Stage) -> None:
    stage.window.show_accepting("Maria")
    stage.window.show()
    before = stage.window.shows_chat
    assert not before
    await stage.open(message(1), message(2, text="Hallo?"))
    assert stage.window.shows_chat
    assert stage.texts() == ["Czy mogę zmienić adres dostawy?", "Hallo?"]
    assert stage.window.focusWidget() is stage.window.reply.editor
    assert stage.window.side.customer.name.text() == "Maria Kowalska"
    assert [field.edit.text() for field in stage.window.side.customer.fields] == ["+48 601 234 567", "+48 22 555 01 88"]
    assert stage.window.side.fields.subject.text() == "Delivery address"
    assert stage.window.side.timeline.count() == 3
    assert stage.window.header.call_id.text() == "SMS+48601234567"


async def test_what_the_desk_holds_is_readable_while_the_history_is_away(stage: Stage) -> None:
    stage.desk.failures["message_page"] = HubAwayError()
    stage.desk.put_interaction(interaction())
    stage.desk.put_message(message(1))
    await stage.open()
    assert stage.texts() == ["Czy mogę zmienić adres dostawy?"]
    assert stage.window.chat.trouble.text == "The hub does not answer."
    del stage.desk.failures["message_page"]
    stage.window.chat.trouble.acted.emit()
    await stage.rest()
    assert stage.window.chat.trouble.text == ""


async def test_what_could_not_be_read_comes_by_itself_once_the_link_is_back(stage: Stage) -> None:
    stage.desk.failures |= {"message_page": HubAwayError(), "timeline": HubAwayError()}
    stage.desk.put_interaction(interaction())
    stage.desk.put_message(message(1))
    await stage.open()
    assert stage.window.chat.trouble.text == "The hub does not answer."
    assert stage.window.side.timeline.count() == 0
    stage.desk.put_link(LinkStatus.OFFLINE)
    stage.desk.failures.clear()
    stage.desk.put_link(LinkStatus.LIVE)
    await stage.rest()
    assert stage.window.chat.trouble.text == ""
    assert stage.window.side.timeline.count() == 3


async def test_who_reads_older_texts_stays_there_when_the_link_is_back(long_stage: Stage) -> None:
    await long_stage.open()
    messages = long_stage.window.chat.messages
    long_stage.desk.failures["message_page"] = HubAwayError()
    messages.verticalScrollBar().setValue(0)
    await long_stage.rest()
    assert long_stage.window.chat.trouble.text == "The hub does not answer."
    long_stage.desk.put_link(LinkStatus.OFFLINE)
    long_stage.desk.failures.clear()
    long_stage.desk.put_link(LinkStatus.LIVE)
    await long_stage.rest()
    assert long_stage.window.chat.trouble.text == ""
    assert not messages.stuck
    assert (long_stage.rows()[0].message_id, long_stage.rows()[-1].message_id) == (851, 1_000)


async def test_a_long_history_is_paged_as_it_is_scrolled(long_stage: Stage) -> None:
    await long_stage.open()
    assert long_stage.rows()[-1].message_id == 1_000
    assert long_stage.thread.rowCount() == 50
    bar = long_stage.window.chat.messages.verticalScrollBar()
    bar.setValue(0)
    await long_stage.rest()
    assert long_stage.thread.rowCount() == 150
    assert long_stage.rows()[0].message_id == 851


async def test_the_draft_of_the_thread_comes_back(stage: Stage) -> None:
    stage.desk.drafts[12] = "half a thought"
    await stage.open()
    assert stage.window.reply.text() == "half a thought"


# Reading


async def test_what_is_before_the_eyes_is_marked_as_read(stage: Stage) -> None:
    await stage.open(message(1), unread=1)
    assert stage.window.isActiveWindow()
    assert stage.desk.called("mark_read") == [{"interaction_id": 12, "message_id": 1}]


async def test_what_comes_while_the_window_is_hidden_is_marked_and_read_only_later(
    stage: Stage, qapp: QApplication
) -> None:
    await stage.open(message(1), unread=0)
    stage.window.close()
    other = QWidget()
    other.show()
    other.activateWindow()
    await until(other.isActiveWindow, qapp.focusWindowChanged)
    assert not stage.window.isVisible()
    stage.desk.put_interaction(interaction(version=2, unread=1))
    stage.desk.put_message(message(2, text="Hallo?"))
    await stage.rest()
    assert stage.desk.called("mark_read") == []
    assert [row.first_unread for row in stage.rows()] == [False, True]
    stage.window.bring_to_front()
    await until(stage.window.isActiveWindow, stage.window.activated)
    await stage.rest()
    assert stage.desk.called("mark_read") == [{"interaction_id": 12, "message_id": 2}]
    other.deleteLater()


async def test_texts_that_came_before_opening_stand_under_the_mark(stage: Stage) -> None:
    await stage.open(message(1), message(2), message(3), unread=1)
    assert [row.first_unread for row in stage.rows()] == [False, False, True]


async def test_nothing_is_marked_as_read_while_older_messages_are_read(long_stage: Stage) -> None:
    await long_stage.open(unread=0)
    bar = long_stage.window.chat.messages.verticalScrollBar()
    bar.setValue(bar.maximum() - 800)
    long_stage.desk.put_interaction(interaction(version=2, unread=1))
    long_stage.desk.put_message(message(1_001, text="Hallo?"))
    await long_stage.rest()
    assert long_stage.desk.called("mark_read") == []
    assert long_stage.window.chat.jump.text() == "1 new message"
    QTest.mouseClick(long_stage.window.chat.jump, Qt.MouseButton.LeftButton)
    await long_stage.rest()
    long_stage.window.grab()
    await long_stage.rest()
    assert long_stage.desk.called("mark_read") == [{"interaction_id": 12, "message_id": 1_001}]


# The link


async def test_without_a_link_the_window_says_what_happens_to_what_is_written(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.put_link(LinkStatus.OFFLINE, "Trying again in 5 s.")
    assert "waits here and goes by itself" in stage.window.banner.text
    assert stage.window.banner.text.endswith("Trying again in 5 s.")
    stage.desk.put_link(LinkStatus.LIVE)
    assert stage.window.banner.text == ""


async def test_a_desktop_that_is_switched_off_promises_nothing(stage: Stage) -> None:
    await stage.open()
    stage.desk.put_link(LinkStatus.REFUSED, "You have signed in at another desktop.")
    words = "This desktop is not connected. What you write is kept; what you send waits until it is. You have signed in"
    assert stage.window.banner.text.startswith(words)
    stage.desk.put_link(LinkStatus.LIVE)
    assert stage.window.banner.text == ""


async def test_a_lost_link_never_looks_like_an_ended_chat(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.put_link(LinkStatus.OFFLINE)
    stage.desk.drop_interaction(12)
    assert not stage.window.ended


# Closing


async def test_close_case_asks_and_closes(stage: Stage, qtbot: QtBot) -> None:
    await stage.open(message(1))
    finished: list[int] = []
    stage.window.finished.connect(finished.append)
    stage.window.body.close_case.click()
    stage.dialog().buttons[Disposition.FOLLOW_UP].click()
    stage.dialog().close_button.click()
    await stage.rest()
    assert stage.desk.called("close_chat") == [
        {"interaction_id": 12, "disposition": Disposition.FOLLOW_UP, "notes": None}
    ]
    assert finished == []
    stage.desk.drop_interaction(12)
    assert finished == [12]
    assert not stage.window.isVisible()


async def test_notes_typed_last_go_with_the_close(stage: Stage) -> None:
    await stage.open(message(1))
    QTest.keyClicks(stage.window.side.fields.notes, "Last ")
    stage.window.body.no_reply.click()
    await stage.rest()
    assert stage.desk.called("close_chat") == [
        {"interaction_id": 12, "disposition": Disposition.NO_REPLY_NEEDED, "notes": "Last Old"}
    ]


async def test_a_close_that_fails_leaves_everything_open(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.failures["close_chat"] = HubAwayError()
    stage.window.body.close_case.click()
    stage.dialog().close_button.click()
    await stage.rest()
    assert stage.dialog().problem.text == "The hub does not answer."
    assert stage.window.isVisible()
    del stage.desk.failures["close_chat"]
    stage.dialog().close_button.click()
    await stage.rest()
    stage.desk.drop_interaction(12)
    assert not stage.window.isVisible()


async def test_unsent_text_is_mentioned_before_closing(stage: Stage) -> None:
    await stage.open(message(1))
    QTest.keyClicks(stage.window.reply.editor, "not sent")
    stage.window.body.close_case.click()
    assert "kept as a draft" in stage.dialog().warning.text
    stage.dialog().reject()


async def test_a_chat_that_ends_elsewhere_can_still_be_read(stage: Stage) -> None:
    await stage.open(message(1))
    QTest.keyClicks(stage.window.reply.editor, "not sent")
    stage.desk.drop_interaction(12)
    assert stage.window.ended
    assert stage.window.isVisible()
    assert "ended" in stage.window.banner.text
    assert stage.window.reply.text() == "not sent"


async def test_closing_the_session_keeps_what_was_typed_last(stage: Stage) -> None:
    await stage.open(message(1))
    QTest.keyClicks(stage.window.reply.editor, "half a thought")
    QTest.keyClicks(stage.window.side.fields.notes, "Last ")
    await stage.session.close()
    assert stage.desk.drafts[12] == "half a thought"
    assert [call["edit"] for call in stage.desk.called("edit_case")] == [EditCase(version=1, notes="Last Old")]
    assert stage.desk.called("close_chat") == []


# Case and customer


async def test_the_case_can_be_changed_afterwards(stage: Stage) -> None:
    await stage.open(message(1))
    choice = stage.window.side.choice
    assert choice.words.text() == "New case C-10482"
    menu = choice.menu()
    (action,) = menu.actions()
    assert "C-10460" in action.text()
    action.trigger()
    await stage.rest()
    assert stage.desk.called("choose_case") == [
        {"interaction_id": 12, "choice": CaseChoice.CONTINUE, "case_id": CASE_BRIEF.id}
    ]
    stage.desk.put_case(case(id=CASE_BRIEF.id, label="C-10460"))
    assert choice.words.text() == "Continued C-10460"


async def test_a_conflicting_edit_is_told(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.failures["edit_case"] = HubRefusedError(Problem(code="stale_version", text="Changed by Ben."))
    QTest.keyClicks(stage.window.side.fields.notes, "Mine ")
    stage.window.side.fields.flush()
    await stage.rest()
    assert "Someone else" in stage.window.side.fields.problem.text
    assert stage.window.side.fields.notes.toPlainText() == "Mine Old"


async def test_an_edit_without_a_link_is_saved_when_it_is_back(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.put_link(LinkStatus.OFFLINE)
    stage.desk.failures["edit_case"] = HubAwayError()
    QTest.keyClicks(stage.window.side.fields.notes, "Mine ")
    stage.window.side.fields.flush()
    await stage.rest()
    del stage.desk.failures["edit_case"]
    stage.desk.put_link(LinkStatus.LIVE)
    await stage.rest()
    assert [call["edit"].notes for call in stage.desk.called("edit_case")] == ["Mine Old", "Mine Old"]
    assert stage.window.side.fields.saved.text() == "Saved"


async def test_the_customer_can_be_edited(stage: Stage) -> None:
    await stage.open(message(1))
    stage.window.side.customer.edit.click()
    form = stage.window.side.customer.form
    form.edits["name"].setText("Maria Nowak")
    QTest.keyClick(form.edits["name"], Qt.Key.Key_Return)
    await stage.rest()
    assert stage.desk.called("edit_contact") == [{"contact_id": 1, "edit": EditContact(version=1, name="Maria Nowak")}]
    assert form.isHidden()
    changed = contact(version=2, name="Maria Nowak")
    stage.desk.put_interaction(interaction(version=2, contact=changed))
    assert stage.window.side.customer.name.text() == "Maria Nowak"
    assert stage.window.reply.send.accessibleName() == "Send to Maria Nowak"


async def test_a_contact_that_cannot_be_saved_keeps_what_was_typed(stage: Stage) -> None:
    await stage.open(message(1))
    stage.desk.failures["edit_contact"] = HubAwayError()
    stage.window.side.customer.edit.click()
    form = stage.window.side.customer.form
    form.edits["town"].setText("Kraków")
    form.save.click()
    await stage.rest()
    assert form.problem.text == "The hub does not answer."
    assert form.edits["town"].text() == "Kraków"
    assert form.save.isEnabled()


# Phone buttons (A12)


async def test_every_number_has_a_button_that_starts_a_chat_from_this_line(stage: Stage) -> None:
    await stage.open(message(1))
    started: list[Accepted] = []
    stage.session.chat_started.connect(started.append)
    address = "+48225550188"
    able = NumberAbilities(address=address, display="+48 22 555 01 88", why_no_call="No phone program.")
    stage.desk.answers["check_number"] = able
    button = stage.window.side.customer.fields[1].button
    button.click()
    await stage.rest()
    choose(button, "SMS chat")
    await stage.rest()
    assert stage.desk.called("start_chat") == [{"address": address, "line_id": 2, "contact_id": None}]
    assert [each.interaction_id for each in started] == [900]


async def test_a_call_no_program_takes_is_told(stage: Stage) -> None:
    await stage.open(message(1))
    stage.takes_calls = False
    able = NumberAbilities(address="+48225550188", display="x", why_no_sms="A landline.", tel="tel:+48225550188")
    stage.desk.answers["check_number"] = able
    field = stage.window.side.customer.fields[1]
    field.button.click()
    await stage.rest()
    assert stage.calls == []
    choose(field.button, "Call")
    assert stage.calls == ["tel:+48225550188"]
    assert field.why == "This computer has no program for phone calls."


async def test_a_session_that_is_closed_twice(stage: Stage) -> None:
    await stage.open(message(1))
    await asyncio.gather(stage.session.close(), stage.session.close())
    stage.desk.put_message(message(2))
    assert stage.texts() == ["Czy mogę zmienić adres dostawy?"]


async def test_records_are_shown_as_plain_text(stage: Stage) -> None:
    evil = "<b>bold</b><img src='file:///etc/passwd'>"
    record: Interaction = msgspec.structs.replace(interaction(), contact=contact(name=evil, company=evil))
    stage.desk.put_interaction(record)
    await stage.open(message(1, text=evil), contact=contact(name=evil, company=evil, street=evil))
    assert stage.window.side.customer.name.text() == evil
    assert stage.window.side.customer.name.textFormat() is Qt.TextFormat.PlainText
    assert stage.window.side.address.address.textFormat() is Qt.TextFormat.PlainText
    assert stage.texts() == [evil]
