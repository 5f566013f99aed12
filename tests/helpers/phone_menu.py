"""Chooses from the menu of a phone button, as a person would."""

from cti_client.ui.numbers.phone_button import PhoneButton


def choose(button: PhoneButton, words: str) -> None:
    """Trigger the entry that begins so; the menu must be open and the entry be possible."""
    menu = button.menu_shown
    assert menu is not None, "no menu is open"
    entry = next(action for action in menu.actions() if action.text().startswith(words))
    assert entry.isEnabled()
    entry.trigger()
    menu.close()
