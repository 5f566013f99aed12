"""Which country."""

from PySide6.QtWidgets import QWidget

from cti_client.domain.country_names import countries
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.select import Select

FIRST = ("US", "CA", "GB")
"""Those that are ready with all their rules (F4)."""
LEAST_CHARACTERS = 12


class CountrySelect(Select):
    """All countries by name; the data of each is its two letters. Typing finds one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LEAST_CHARACTERS)
        names = countries()
        for code in FIRST:
            self.addItem(names[code], code)
        self.insertSeparator(len(FIRST))
        for code, name in sorted(names.items(), key=lambda one: one[1]):
            if code not in FIRST:
                self.addItem(name, code)
