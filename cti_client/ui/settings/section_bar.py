"""Which part of the settings is shown."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QWidget

from cti_client.ui.widgets.flow import Flow


class SectionBar(Flow):
    """One button a section, in two rows where there is little room. Arrow keys go along it."""

    wanted = Signal(int)
    """The section of this number; `show_current` says whether it came to that."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Sections"))
        self.buttons = [self._button(place, name) for place, name in enumerate(names)]
        self._current = 0
        self.show_widgets(self.buttons)
        self.show_current(0)

    def show_current(self, place: int) -> None:
        """The section that is shown."""
        self._current = place
        for at, button in enumerate(self.buttons):
            button.setChecked(at == place)
            # One stop for the Tab key, as with tabs everywhere; arrow keys go on from there.
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if at == place else Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        place = (self._current + step) % len(self.buttons)
        self.wanted.emit(place)
        if self._current == place:
            self.buttons[place].setFocus()

    def _button(self, place: int, name: str) -> QToolButton:
        button = _Tab()
        button.setProperty("kind", "tab")
        button.setText(name)
        button.setCheckable(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self._ask(place))
        return button

    def _ask(self, place: int) -> None:
        self.show_current(self._current)  # until it is said that it came to that
        self.wanted.emit(place)


class _Tab(QToolButton):
    """Leaves the arrow keys to the bar; buttons look for a neighbour in sight by themselves."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)
