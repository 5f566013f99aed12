"""Which case the chat belongs to, and how to change that afterwards (A8)."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from cti_client.domain import Millis
from cti_client.domain.interaction import CaseChoice
from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.words import case_choice_line
from cti_client.wire.records import Case, Interaction


class CaseChoiceLine(QWidget):
    """`Continued C-10460 · change`."""

    chosen = Signal(object, object)
    """`CaseChoice`, and the id of the case to continue (None for a new one)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._options: list[tuple[str, CaseChoice, int | None]] = []
        self.words = ElidedLabel(tone="strong")
        self.change = QPushButton(self.tr("Change…"))
        self.change.setProperty("kind", "ghost")
        self.change.setAccessibleName(self.tr("Change the case of this chat"))
        self.change.clicked.connect(self.open_menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.change)

    def show_case(self, record: Interaction, case: Case, now: Millis, me: str) -> None:
        """Show the case this chat is in, and what else it could be in."""
        last = record.last_case
        continued = last is not None and last.id == case.id
        words = self.tr("Continued {label}") if continued else self.tr("New case {label}")
        self.words.setText(words.format(label=case.label))
        self._options = []
        if last is not None and not continued:
            line = self.tr("Continue {case}").format(case=case_choice_line(last, now, me))
            self._options.append((line, CaseChoice.CONTINUE, last.id))
        elif continued:
            self._options.append((self.tr("Make it a new case"), CaseChoice.NEW, None))
        self.change.setVisible(bool(self._options))

    def menu(self) -> QMenu:
        """The other choices."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for words, choice, case_id in self._options:
            action = menu.addAction(words.replace("&", "&&"))
            action.triggered.connect(lambda _=False, choice=choice, id_=case_id: self.chosen.emit(choice, id_))
        return menu

    def open_menu(self) -> None:
        """Show the other choices under the button."""
        self.menu().popup(self.change.mapToGlobal(QPoint(0, self.change.height())))
