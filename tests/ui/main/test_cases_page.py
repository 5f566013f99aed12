import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cti_client.domain.interaction import CaseStatus
from cti_client.ui.main.cases_page import CasesPage
from cti_client.ui.models.cases import CasesModel, Column
from cti_client.ui.theme import Theme
from tests.helpers.fake_desk import HOUR, MINUTE, START, case_row


@pytest.fixture
def model(theme: Theme) -> CasesModel:
    return CasesModel(theme)


@pytest.fixture
def page(theme: Theme, model: CasesModel, qtbot: QtBot) -> CasesPage:
    made = CasesPage(theme, model)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def row(model: CasesModel, place: int) -> list[str]:
    return [str(model.index(place, column).data() or "") for column in Column]


def test_what_a_row_says(model: CasesModel) -> None:
    rows = [
        case_row(2, interaction_id=12),
        case_row(1, subject="", customer="", status=CaseStatus.CLOSED, last_at=START - 3 * HOUR),
    ]
    model.show_held(frozenset({12}))
    model.show(rows, False, START)
    assert row(model, 0) == ["C-2", "Delivery address", "Maria Kowalska", "In chat", "2 min", ""]
    assert row(model, 1) == ["C-1", "—", "+48 601 234 567", "Closed", "3 h", ""]
    phone = model.index(0, Column.PHONE)
    assert phone.data(Qt.ItemDataRole.AccessibleTextRole) == "Text or call +48 601 234 567"
    assert not phone.data(Qt.ItemDataRole.DecorationRole).isNull()


def test_the_next_page_is_asked_for_once(model: CasesModel, qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    root = model.index(-1, -1)
    model.show([case_row(5), case_row(4)], True, START)
    with qtbot.waitSignal(model.more_wanted) as heard:
        model.fetchMore(root)
    assert heard.args == [4]
    with qtbot.assertNotEmitted(model.more_wanted):
        model.fetchMore(root)
    model.could_not_append()
    with qtbot.waitSignal(model.more_wanted):
        model.fetchMore(root)
    model.append([case_row(4), case_row(3)], False)
    assert [row(model, place)[0] for place in range(model.rowCount())] == ["C-5", "C-4", "C-3"]
    assert not model.canFetchMore(root)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt gives it no types


def test_the_same_rows_again_keep_the_older_pages(model: CasesModel, qtbot: QtBot) -> None:
    model.show([case_row(5), case_row(4)], True, START)
    model.append([case_row(3)], False)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show([case_row(5, subject="Changed"), case_row(4)], True, START)
    assert model.rowCount() == 3
    assert row(model, 0)[1] == "Changed"
    with qtbot.waitSignal(model.modelReset):
        model.show([case_row(6), case_row(5)], True, START)
    assert model.rowCount() == 2


def test_ages_move_narrowly(model: CasesModel, qtbot: QtBot) -> None:
    model.show([case_row(5, last_at=START), case_row(4, last_at=START - 5 * HOUR)], False, START)
    with qtbot.assertNotEmitted(model.dataChanged):
        model.tick(START + 59_000)
    with qtbot.waitSignal(model.dataChanged) as heard:
        model.tick(START + MINUTE)
    first, last, _ = heard.args
    assert (first.row(), first.column(), last.row(), last.column()) == (0, Column.LAST, 0, Column.LAST)
    assert row(model, 0)[Column.LAST] == "1 min"


def test_tooltips_take_no_markup_from_outside(model: CasesModel) -> None:
    model.show([case_row(1, subject="<b>bold</b>")], False, START)
    assert "<b>" not in model.index(0, Column.SUBJECT).data(Qt.ItemDataRole.ToolTipRole)


def test_only_chats_of_this_desk_are_live(model: CasesModel, qtbot: QtBot) -> None:
    model.show([case_row(2, interaction_id=12), case_row(1, interaction_id=13)], False, START)
    assert [row(model, place)[Column.STATE] for place in (0, 1)] == ["Open", "Open"]
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    model.show_held(frozenset({13}))
    assert [row(model, place)[Column.STATE] for place in (0, 1)] == ["Open", "In chat"]
    assert (model.chat_of(0), model.chat_of(1), model.chat_of(2)) == (None, 13, None)
    model.show_held(frozenset())
    assert changed == [1, 1]


def test_a_live_case_goes_to_its_chat(page: CasesPage, model: CasesModel, qtbot: QtBot) -> None:
    model.show_held(frozenset({12}))
    model.show([case_row(2, interaction_id=12), case_row(1)], False, START)
    page.table.setCurrentIndex(model.index(0, Column.SUBJECT))
    with qtbot.waitSignal(page.chat_chosen) as heard:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert heard.args == [12]
    page.table.setCurrentIndex(model.index(1, Column.SUBJECT))
    with qtbot.assertNotEmitted(page.chat_chosen), qtbot.waitSignal(page.phone.asked) as asked:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert asked.args == ["+48601234567"]


def test_a_click_on_the_phone_asks_for_that_number(page: CasesPage, model: CasesModel, qtbot: QtBot) -> None:
    model.show([case_row(2, interaction_id=12), case_row(1, address="+15551234567")], False, START)
    QApplication.processEvents()
    where = page.table.visualRect(model.index(1, Column.PHONE)).center()
    with qtbot.waitSignal(page.phone.asked) as asked:
        QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert asked.args == ["+15551234567"]
    page.phone.fail("The hub does not answer.")
    assert page.notice.text == "The hub does not answer."


def test_states(page: CasesPage, model: CasesModel, qtbot: QtBot) -> None:
    assert page.empty.isVisible()
    page.show_rows()
    assert page.empty.isVisible(), "no cases yet"
    model.show([case_row(1)], False, START)
    assert page.table.isVisible()
    page.show_error("The hub does not answer.")
    assert page.table.isVisible(), "rows that stand stay"
    assert page.notice.text == "The hub does not answer."
    with qtbot.waitSignal(page.reload_wanted):
        page.notice.acted.emit()
    page.show_loading()
    page.show_away()
    assert page.table.isVisible()


def test_a_narrow_page_leaves_columns_out(page: CasesPage, model: CasesModel) -> None:
    model.show([case_row(1)], False, START)
    hidden = []
    for width in (700, 560, 460):
        page.resize(width, 400)
        hidden.append([column.name for column in Column if page.table.isColumnHidden(column)])
    assert hidden == [[], ["LAST"], ["STATE", "LAST"]]


def test_the_last_digits_of_a_number_show_in_a_narrow_column(page: CasesPage, model: CasesModel) -> None:
    model.show([case_row(2), case_row(1, customer="")], False, START)
    delegate = page.table.itemDelegateForColumn(Column.CUSTOMER)
    assert isinstance(delegate, QStyledItemDelegate)
    modes = []
    for place in (0, 1):
        option = QStyleOptionViewItem()
        option.textElideMode = page.table.textElideMode()
        delegate.initStyleOption(option, model.index(place, Column.CUSTOMER))
        modes.append(option.textElideMode)
    assert modes == [Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle]
