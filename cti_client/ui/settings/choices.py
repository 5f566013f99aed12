"""A choice whose width does not follow its longest entry."""

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.select import Select

LEAST_CHARACTERS = 10


class Choices(Select):
    """Names may be long and are whatever people called things."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LEAST_CHARACTERS)

    def offer(self, choices: Iterable[tuple[str, object]]) -> None:
        """Words and value of each. What is chosen stays, and nothing is said, where it is still offered."""
        choices = list(choices)
        if choices == [(self.itemText(at), self.itemData(at)) for at in range(self.count())]:
            return
        chosen = self.currentData()
        was_blocked = self.blockSignals(True)
        self.clear()
        for words, value in choices:
            self.addItem(words, value)
        at = self.findData(chosen)
        self.setCurrentIndex(max(0, at))
        self.blockSignals(was_blocked)
