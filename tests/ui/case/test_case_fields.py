import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.domain.interaction import CaseStatus
from cti_client.ui.case.case_fields import SAVE_PAUSE_MS, CaseFields
from cti_client.ui.theme import Theme
from cti_client.wire.api import EditCase
from tests.helpers.fake_desk import case


@pytest.fixture
def fields(qtbot: QtBot, theme: Theme) -> CaseFields:
    made = CaseFields(theme)
    qtbot.addWidget(made)
    made.show_categories(("Delivery", "Billing"))
    made.show_case(case(version=3, subject="Address", category="Delivery", notes="Old"))
    made.show()
    return made


def test_it_shows_the_case(fields: CaseFields) -> None:
    assert fields.subject.text() == "Address"
    assert fields.category.currentText() == "Delivery"
    assert fields.status.currentText() == "Open"
    assert fields.notes.toPlainText() == "Old"
    assert fields.changes() == {}


def test_a_change_is_saved_after_a_pause_with_the_version_seen(fields: CaseFields, qtbot: QtBot) -> None:
    with qtbot.waitSignal(fields.edited, timeout=20 * SAVE_PAUSE_MS) as heard:
        fields.subject.clear()
        QTest.keyClicks(fields.subject, "New address")
    assert heard.args == [10482, EditCase(version=3, subject="New address")]


def test_several_fields_go_in_one_edit(fields: CaseFields, qtbot: QtBot) -> None:
    QTest.keyClicks(fields.notes, "!")
    fields.status.setCurrentIndex(fields.status.findData(CaseStatus.PENDING))
    fields.status.activated.emit(1)
    with qtbot.waitSignal(fields.edited) as heard:
        fields.flush()
    assert heard.args == [10482, EditCase(version=3, status=CaseStatus.PENDING, notes="!Old")]


def test_what_comes_in_does_not_overwrite_what_is_typed(fields: CaseFields) -> None:
    QTest.keyClicks(fields.notes, "Mine ")
    fields.show_case(case(version=4, subject="Theirs", category="Billing", notes="Theirs"))
    assert fields.subject.text() == "Theirs"
    assert fields.category.currentText() == "Billing"
    assert fields.notes.toPlainText() == "Mine Old"
    assert fields.changes() == {"notes": "Mine Old"}


def test_while_one_edit_is_on_its_way_no_other_starts_and_nothing_is_lost(fields: CaseFields, qtbot: QtBot) -> None:
    fields.subject.end(False)
    QTest.keyClicks(fields.subject, " A")
    fields.flush()
    QTest.keyClicks(fields.subject, "B")
    with qtbot.assertNotEmitted(fields.edited):
        fields.flush()
    fields.stored(case(version=4, subject="Address A", category="Delivery", notes="Old"))
    assert fields.subject.text() == "Address AB"
    with qtbot.waitSignal(fields.edited, timeout=20 * SAVE_PAUSE_MS) as heard:
        pass
    assert heard.args == [10482, EditCase(version=4, subject="Address AB")]


def test_a_conflict_keeps_both_and_asks(fields: CaseFields, qtbot: QtBot) -> None:
    QTest.keyClicks(fields.notes, "Mine ")
    fields.flush()
    fields.show_case(case(version=4, category="Delivery", subject="Theirs", notes="Theirs"))
    fields.conflict()
    assert "Someone else" in fields.problem.text
    assert fields.notes.toPlainText() == "Mine Old"
    with qtbot.waitSignal(fields.edited) as heard:
        fields.problem.acted.emit()
    assert heard.args == [10482, EditCase(version=4, notes="Mine Old")]


def test_a_failure_keeps_what_was_typed_and_can_be_tried_again(fields: CaseFields, qtbot: QtBot) -> None:
    QTest.keyClicks(fields.notes, "Mine ")
    fields.flush()
    fields.fail("The hub does not answer.")
    assert fields.notes.toPlainText() == "Mine Old"
    assert fields.saved.text() == "Not saved"
    with qtbot.waitSignal(fields.edited):
        fields.problem.acted.emit()
    fields.stored(case(version=4, subject="Address", category="Delivery", notes="Mine Old"))
    assert fields.problem.text == ""
    assert fields.saved.text() == "Saved"


def test_another_case_replaces_everything(fields: CaseFields) -> None:
    QTest.keyClicks(fields.notes, "Mine ")
    fields.show_case(case(id=11_000, version=1, subject="Other", notes="Other"))
    assert fields.notes.toPlainText() == "Other"
    assert fields.changes() == {}


def test_an_unknown_category_is_kept(fields: CaseFields) -> None:
    fields.show_case(case(version=4, category="Retired", subject="Address", notes="Old"))
    assert fields.category.currentText() == "Retired"
    assert fields.changes() == {}


def test_notes_typed_last_go_with_the_close(fields: CaseFields) -> None:
    assert fields.notes_if_changed() is None
    QTest.keyClicks(fields.notes, "Last ")
    assert fields.notes_if_changed() == "Last Old"
    assert fields.take_changes() == (10482, EditCase(version=3, notes="Last Old"))
