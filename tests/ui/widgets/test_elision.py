import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from cti_client.ui.theme import Theme
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
