import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.elision import elided, ends_with_number


@pytest.fixture
def metrics(theme: Theme, qapp: QApplication) -> QFontMetrics:
    return QFontMetrics(theme.font(14))


@pytest.mark.parametrize(
    "text", ["+1 555-123-0042", "SMS · +48 601 234 567", "Nobody answered · +1 (555) 123-0042", "Support · 5551230042"]
)
def test_the_last_digits_of_a_number_always_show(metrics: QFontMetrics, text: str) -> None:
    whole = metrics.horizontalAdvance(text)
    assert elided(metrics, text, whole + 2) == text
    for width in range(metrics.horizontalAdvance("…00000"), whole, 3):
        shown = elided(metrics, text, width)
        assert shown.endswith(f"…{text[-4:]}")
        assert shown.count("…") == 1
        assert text.startswith(shown.partition("…")[0])
        assert metrics.horizontalAdvance(shown) <= width


def test_words_are_cut_at_their_end(metrics: QFontMetrics) -> None:
    text = "Maria Kowalska-Brzęczyszczykiewicz"
    shown = elided(metrics, text, metrics.horizontalAdvance(text) // 2)
    assert shown.endswith("…")
    assert text.startswith(shown[:-1])


@pytest.mark.parametrize("text", ["", "Maria", "Order 42", "12345", "+1 555-123-0042 called", "C-10482"])
def test_what_is_no_number(text: str) -> None:
    assert not ends_with_number(text)


def test_a_label_keeps_the_last_digits_and_the_whole_in_its_tip(theme: Theme, qtbot: QtBot) -> None:
    label, same, other = (ElidedLabel(f"+1 555-123-00{end}") for end in ("42", "42", "77"))
    images = []
    for each in (label, same, other):
        qtbot.addWidget(each)
        each.resize(each.fontMetrics().horizontalAdvance("+1 555-123"), 24)
        each.show()
        images.append(each.grab().toImage())
    assert images[0] == images[1]
    assert images[0] != images[2], "two numbers that differ at their end look different"
    assert "+1 555-123-0042" in label.toolTip()
