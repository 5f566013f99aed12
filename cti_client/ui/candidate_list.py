"""Customers and addresses to pick one from."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QWidget

from cti_client.ui.theme import Theme
from cti_client.wire.api import Candidate

MOST_SHOWN = 5


class CandidateList(QListWidget):
    """Two lines each: who, and where. One click, Enter or Space picks."""

    chosen = Signal(object)
    """A `Candidate`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._candidates: tuple[Candidate, ...] = ()
        self.setAccessibleName(self.tr("Addresses found"))
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.itemClicked.connect(self._pick)
        self.itemActivated.connect(self._pick)

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show these; nothing is picked yet."""
        if tuple(candidates) == self._candidates:
            return
        self._candidates = tuple(candidates)
        self.clear()
        for candidate in candidates:
            who, where = candidate_lines(candidate)
            item = QListWidgetItem("\n".join(line for line in (who, where) if line))
            item.setData(Qt.ItemDataRole.UserRole, candidate)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(line for line in (who, where) if line))
            self.addItem(item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Qt's hook: as high as its rows, up to some; then it scrolls."""
        rows = min(self.count(), MOST_SHOWN)
        high = sum(max(self.sizeHintForRow(row), 1) for row in range(rows))
        return QSize(200, high + 2 * self.frameWidth() + 4)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(120, self.sizeHint().height())

    def _pick(self, item: QListWidgetItem) -> None:
        candidate = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(candidate, Candidate):
            self.chosen.emit(candidate)


def candidate_lines(candidate: Candidate) -> tuple[str, str]:
    """Who, and where, as one line each."""
    who = " · ".join(part for part in (candidate.name, candidate.company) if part)
    return who, address_line(candidate.street, candidate.postcode, candidate.town, candidate.country)


def address_line(street: str, postcode: str, town: str, country: str) -> str:
    """An address as one line."""
    place = " ".join(part for part in (postcode, town) if part)
    return ", ".join(part for part in (street, place, country) if part)
