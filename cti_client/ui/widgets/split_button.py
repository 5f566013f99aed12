"""One thing to do, and beside it the other ways to do it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from cti_client.ui.theme import Theme, restyle


class SplitButton(QWidget):
    """A button whose right end opens a menu of choices; with no choices it is a plain button."""

    pressed_default = Signal()
    """The button itself."""
    chosen = Signal(object)
    """A choice of the menu: the value given with it."""

    def __init__(self, theme: Theme, text: str, *, primary: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.main = QPushButton(text)
        self.main.clicked.connect(self.pressed_default)
        self.more = QPushButton()
        self.more.setIcon(theme.icon("caret-down-bold", "on_accent" if primary else "text"))
        self.more.setIconSize(QSize(theme.pixels(12), theme.pixels(12)))
        self.more.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._menu = QMenu(self)
        self.more.clicked.connect(self.open_menu)
        for button in (self.main, self.more):
            button.setProperty("kind", "primary" if primary else "plain")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.more.setProperty("side", "right")
        self.main.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.main, 1)
        layout.addWidget(self.more)
        self.set_choices([])

    def set_text(self, text: str) -> None:
        """What the button itself does."""
        self.main.setText(text)

    def set_choices(self, choices: list[tuple[str, object]], name: str = "") -> None:
        """Words and value of each choice; `name` says what the menu is for (tooltip, screen readers)."""
        self._menu.clear()
        for words, value in choices:
            # An ampersand in a case's subject is an ampersand, not a mnemonic.
            action = self._menu.addAction(words.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, value=value: self.chosen.emit(value))
        self.more.setVisible(bool(choices))
        self.more.setAccessibleName(name)
        self.more.setToolTip(name)
        restyle(self.main, "side", "left" if choices else "")

    def open_menu(self) -> None:
        """Show the choices under the button; the call does not wait."""
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
