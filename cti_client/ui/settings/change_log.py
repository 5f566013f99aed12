"""Who changed which setting, and when."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from cti_client.ui.settings.change_card import ChangeCard
from cti_client.ui.settings.section import Section
from cti_client.ui.settings.tab_order import in_reading_order
from cti_client.ui.settings.words import tr
from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.settings_api import Audit


class ChangeLog(Section):
    """Newest first, page by page. States: loading, changes, none yet, could not load."""

    page_wanted = Signal(object)
    """The id of the last one shown, or None for the newest; answered by `show_page` or `fail_page`."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(tr("Change log"), parent)
        self._theme = theme
        self._last: int | None = None
        self._cards: list[ChangeCard] = []
        self.notice = Notice(theme)
        self.notice.acted.connect(self._again)
        self.empty = EmptyState(theme, "clock-counter-clockwise")
        self.empty.acted.connect(self.open_first)
        self.more = QPushButton(tr("Older changes"))
        self.more.clicked.connect(lambda: self._ask(self._last))
        self._asked: int | None = None
        held = QWidget()
        held.setAutoFillBackground(False)
        self._column = QVBoxLayout(held)
        self._column.setContentsMargins(0, 0, SPACE_S, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addWidget(self.more)
        self._column.addStretch(1)
        self.view = QScrollArea()
        self.view.setAccessibleName(self.name)
        self.view.setWidgetResizable(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that keys scroll it
        self.view.setWidget(held)
        self.view.viewport().setAutoFillBackground(False)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(tr("Every change of these settings, the newest first."), "muted", wrap=True))
        layout.addWidget(self.notice)
        layout.addWidget(self._stack, 1)

    def open_first(self) -> None:
        """The section comes on the screen: the newest ones."""
        if not self._cards:
            self.empty.show_state("hourglass-medium", tr("Loading the changes…"))
            self._stack.setCurrentWidget(self.empty)
        self._ask(None)

    def show_page(self, before: int | None, page: Audit) -> None:
        """What was asked for by `page_wanted`."""
        self.notice.clear()
        self.more.setEnabled(True)
        if before is None:
            for card in self._cards:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
            self._cards = []
            self.view.verticalScrollBar().setValue(0)
        for entry in page.entries:
            card = ChangeCard(self._theme, entry)
            self._column.insertWidget(len(self._cards), card)
            self._cards.append(card)
            self._last = entry.id
        self.more.setVisible(page.more)
        if not self._cards:
            words = tr("What is changed from now on stands here, with who and when.")
            self.empty.show_state("clock-counter-clockwise", tr("No changes yet"), words)
        self._stack.setCurrentWidget(self.view if self._cards else self.empty)
        in_reading_order(self)

    def fail_page(self, before: int | None, why: str) -> None:
        """It could not be loaded; what is shown already stays."""
        self.more.setEnabled(True)
        self._asked = before
        if self._cards:
            self.notice.say(why, "caution", action=tr("Try again"))
        else:
            self.empty.show_state("cloud-slash", tr("The changes could not be loaded"), why, tr("Try again"))
            self._stack.setCurrentWidget(self.empty)

    def _again(self) -> None:
        self._ask(self._asked)

    def _ask(self, before: int | None) -> None:
        self.more.setEnabled(False)
        self.page_wanted.emit(before)
