"""What every section of the settings is to the page and to who saves."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cti_client.ui.settings.wishes import Wish
from cti_client.wire.api import Problem
from cti_client.wire.settings_api import AllSettings


class Section(QWidget):
    """Shows a part of the settings and says what the person wants changed; knows no hub.

    `wished` is answered by `stored`, `refuse`, `fail`, or by new settings and then `conflict`.
    """

    wished = Signal(object)
    """A tuple of `Wish`, to be done one after the other up to the first that is refused."""
    changed = Signal()
    """`dirty` or `saving` may be others."""
    outcome = Signal(bool)
    """What was wished for is done, or not."""
    leave_wanted = Signal(object)
    """The person wants to leave what may be changed: a function to call once nothing is lost by it."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.setAccessibleName(name)

    @property
    def dirty(self) -> bool:
        """Is anything typed that the hub does not have?"""
        return False

    @property
    def saving(self) -> bool:
        """Is something on its way to the hub?"""
        return False

    def show_settings(self, settings: AllSettings) -> None:
        """The hub's settings as they are now; what is typed stays."""

    def show_live(self, live: bool) -> None:
        """Whether anything can be saved."""

    def open_first(self) -> None:
        """The section comes on the screen."""

    def save(self) -> None:
        """As if Save was pressed. Answered by `outcome`, also where it is refused at once."""

    def discard(self) -> None:
        """Undo what is typed."""

    def stored(self) -> None:
        """The hub has what was wished for, and the newest settings are shown."""

    def refuse(self, problem: Problem) -> None:
        """The hub says no."""

    def fail(self, why: str) -> None:
        """The hub does not answer: it may or may not be done, and may be tried again."""

    def conflict(self) -> None:
        """Somebody else was faster; the newest settings are shown."""

    def leave(self, then: Callable[[], object]) -> None:
        """Do this once nothing is lost by it."""
        self.leave_wanted.emit(then)

    def wish(self, *wishes: Wish) -> None:
        """Have these done."""
        self.wished.emit(wishes)
