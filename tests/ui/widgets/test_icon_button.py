from pytestqt.qtbot import QtBot

from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.icon_button import IconButton


def test_a_number_that_looks_like_markup_is_shown_as_it_is(qtbot: QtBot, theme: Theme) -> None:
    """Senders are whatever a network says; Qt takes a tooltip that looks like markup for markup."""
    button = PhoneButton(theme)
    qtbot.addWidget(button)
    button.show_number("+15550102299", "<img src='http://evil.example/x'>")
    assert "<img" not in button.toolTip()
    assert "&lt;img" in button.toolTip()
    assert "<img src=" in button.accessibleName()


def test_a_shortcut_stands_in_the_tooltip(qtbot: QtBot, theme: Theme) -> None:
    button = IconButton(theme, "x", "Close", shortcut="Ctrl+W")
    qtbot.addWidget(button)
    assert "Close (Ctrl+W)" in button.toolTip()
