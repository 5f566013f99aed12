import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cti_client.domain.consent import ConsentState
from cti_client.ui.models.cases import CasesModel, Column
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.consent_badge import CONSENT_ICONS, ConsentBadge
from tests.helpers.fake_desk import START, case_row


@pytest.fixture
def badge(qtbot: QtBot, theme: Theme) -> ConsentBadge:
    made = ConsentBadge(theme)
    qtbot.addWidget(made)
    return made


def painted(badge: ConsentBadge) -> QImage:
    badge.adjustSize()
    return badge.grab().toImage()


def test_words_and_an_icon_of_its_own_for_each_state(badge: ConsentBadge) -> None:
    words = {}
    for state in ConsentState:
        badge.show_consent(state)
        words[state] = badge.text()
        assert not badge.isHidden()
    assert words == {
        ConsentState.OPTED_IN: "SMS opted in",
        ConsentState.OPTED_OUT: "SMS opted out",
        ConsentState.UNKNOWN: "No SMS consent yet",
    }
    assert len(set(CONSENT_ICONS.values())) == len(ConsentState)


def test_the_icon_is_painted_beside_the_words(badge: ConsentBadge) -> None:
    badge.show_consent(ConsentState.OPTED_IN)
    image = painted(badge)
    ground = image.pixel(image.width() // 2, 1)
    room = badge.contentsRect()
    scale = image.devicePixelRatio()
    inked = [
        x
        for x in range(int(room.left() * scale), int((room.left() + badge.indent()) * scale))
        for y in range(image.height())
        if image.pixel(x, y) != ground
    ]
    assert inked, "nothing stands where the icon should"


def test_nothing_known_is_nothing_shown(badge: ConsentBadge) -> None:
    badge.show_consent(ConsentState.OPTED_OUT)
    badge.show_consent(None)
    assert badge.isHidden()
    assert badge.consent is None


def test_my_cases_show_it_with_words_for_screen_readers(theme: Theme) -> None:
    model = CasesModel(theme)
    model.show([case_row(consent="opted_out"), case_row(10483)], False, START)
    known, unknown = (model.index(row, Column.CUSTOMER) for row in range(2))
    assert known.data(Qt.ItemDataRole.DecorationRole) is not None
    assert known.data(Qt.ItemDataRole.AccessibleTextRole) == "Maria Kowalska, SMS opted out"
    assert "SMS opted out" in known.data(Qt.ItemDataRole.ToolTipRole)
    assert unknown.data(Qt.ItemDataRole.DecorationRole) is None
