import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.select import Select


@pytest.fixture
def select(theme: Theme, qtbot: QtBot) -> Select:
    made = Select(theme)
    made.addItems(["Letters of any language", "Basic SMS alphabet", "Everything"])
    qtbot.addWidget(made)
    made.resize(300, made.sizeHint().height())
    made.show()
    return made


def test_the_choices_are_all_in_sight(select: Select) -> None:
    """A list that must be scrolled for its third entry, with the second one cut off, hides what can be chosen."""
    for row in range(select.count()):
        select.setCurrentIndex(row)
        select.showPopup()
        view = select.view()
        assert view.verticalScrollBar().maximum() == 0
        for each in range(select.count()):
            shown = view.visualRect(select.model().index(each, 0))
            assert view.viewport().rect().contains(shown)
        select.hidePopup()


def test_a_choice_is_as_easy_to_hit_as_a_menu_s(select: Select) -> None:
    select.showPopup()
    row = select.view().visualRect(select.model().index(0, 0))
    assert row.height() >= select.fontMetrics().height() + 10


def test_the_keyboard_chooses(select: Select) -> None:
    select.showPopup()
    QTest.keyClick(select.view(), Qt.Key.Key_Down)
    QTest.keyClick(select.view(), Qt.Key.Key_Return)
    assert select.currentText() == "Basic SMS alphabet"
    assert not select.view().isVisible()
