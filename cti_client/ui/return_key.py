"""Return presses the focused button, also outside dialogs."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget


def press_focused(window: QWidget, event: QKeyEvent) -> bool:
    """Press the button of this window that has the focus, if the key is Return and nothing else took it.

    Of itself Qt does so in dialogs alone, and on some desktops. A key that is held presses once.
    """
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
    button = window.focusWidget()
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not plain or event.isAutoRepeat():
        return False
    if not isinstance(button, QPushButton | QToolButton) or not button.isEnabled() or not button.isVisible():
        return False
    button.click()
    return True
