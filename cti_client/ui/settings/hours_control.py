"""From when until when of a day."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cti_client.ui.settings.choices import Choices
from cti_client.ui.settings.words import DAY, HALF_HOUR, clock
from cti_client.ui.theme import SPACE_S, Theme, restyle
from cti_client.ui.widgets.label import Label


class HoursControl(QWidget):
    """Two times of a day in steps of half an hour; others that were set elsewhere are offered, too.

    Its value is a pair of minutes of the day.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.begin, self.end = Choices(theme), Choices(theme)
        self.begin.setAccessibleName(self.tr("{name}, from").format(name=name))
        self.end.setAccessibleName(self.tr("{name}, until").format(name=name))
        for box in (self.begin, self.end):
            box.setMinimumContentsLength(5)
            box.currentIndexChanged.connect(lambda _: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.begin)
        row.addWidget(Label(self.tr("until"), "muted"))
        row.addWidget(self.end)
        row.addStretch(1)
        self.put((0, DAY))

    def value(self) -> tuple[int, int]:
        """Minutes of the day."""
        return int(self.begin.currentData() or 0), int(self.end.currentData() or 0)

    def put(self, value: object) -> None:
        """Show these."""
        begin, end = cast(tuple[int, int], value)
        self._offer(self.begin, begin, lambda one: one < DAY)
        self._offer(self.end, end, lambda one: one > 0)

    def mark(self, wrong: bool) -> None:
        """Whether it is wrong."""
        restyle(self.end, "invalid", wrong)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook."""
        super().focusInEvent(event)
        self.begin.setFocus(event.reason())

    def _offer(self, box: Choices, minutes: int, fits: Callable[[int], bool]) -> None:
        times = sorted({*(one for one in range(0, DAY + 1, HALF_HOUR) if fits(one)), minutes})
        box.offer([(clock(one), one) for one in times])
        box.setCurrentIndex(box.findData(minutes))
