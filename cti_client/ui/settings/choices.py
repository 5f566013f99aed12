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

    def offer(self, choices: Iterable[tuple[str, object]], *, keep: bool = False) -> None:
        """Words and value of each. What is chosen stays, and nothing is said, where it is still offered.

        `keep`: it stays in any case; the person has chosen it, and the hub will say what is wrong with it.
        """
        choices = list(choices)
        if choices == [(self.itemText(at), self.itemData(at)) for at in range(self.count())]:
            return
        chosen, words = self.currentData(), self.currentText()
        was_blocked = self.blockSignals(True)
        self.clear()
        for name, value in choices:
            self.addItem(name, value)
        if keep and words and self.findData(chosen) < 0:
            self.addItem(words, chosen)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(was_blocked)
