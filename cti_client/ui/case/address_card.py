"""The customer's address: looked up by itself, or searched for by hand (A4)."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.desk.lookup import LookupView, SourceStatus, SourceView
from cti_client.ui.case.candidate_list import CandidateList
from cti_client.ui.theme import SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.label import Label
from cti_client.wire.api import Candidate
from cti_client.wire.records import Contact


class AddressCard(Card):
    """What is known, what the sources say, and *Search…*. It never waits: every state is shown as it stands."""

    search_wanted = Signal(str)
    """Look these words up in all sources."""
    candidate_chosen = Signal(object)
    """This `Candidate` is the customer."""
    left = Signal()
    """The search was closed by Esc; the keyboard has nothing more to do here."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._icon = ("map-pin", "muted")
        self._known = False
        """Does the heading stand over an address on record? Then it stays the heading of that address."""
        self._picture = QLabel()
        self.title = Label(self.tr("Address"), wrap=True)
        self.search = QPushButton(self.tr("Search…"))
        self.search.setCheckable(True)
        self.search.setAccessibleName(self.tr("Search for an address"))
        self.search.toggled.connect(self._show_search)
        self.address = Label(tone="small", wrap=True)
        self.states = Label(tone="small", wrap=True)
        self.query = QLineEdit()
        self.query.setPlaceholderText(self.tr("Name, address or number"))
        self.query.setAccessibleName(self.tr("Name, address or number"))
        self.query.setClearButtonEnabled(True)
        self.query.returnPressed.connect(self._ask)
        self.go = QPushButton(self.tr("Find"))
        self.go.clicked.connect(self._ask)
        self.candidates = CandidateList(theme)
        self.candidates.chosen.connect(self.candidate_chosen)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._leave)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.setEnabled(False)
        self._arrange()
        theme.changed.connect(self._repaint_icon)
        self.show_contact(None)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self._picture)
        top.addWidget(self.title, 1)
        top.addWidget(self.search)
        self._by_hand = QWidget()
        by_hand = QHBoxLayout(self._by_hand)
        by_hand.setContentsMargins(0, 0, 0, 0)
        by_hand.setSpacing(SPACE_S)
        by_hand.addWidget(self.query, 1)
        by_hand.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self.address)
        layout.addWidget(self._by_hand)
        layout.addWidget(self.states)
        layout.addWidget(self.candidates)
        for hidden in (self._by_hand, self.states, self.candidates):
            hidden.hide()

    def show_contact(self, contact: Contact | None) -> None:
        """The address on record."""
        lines = _address_lines(contact) if contact else ""
        self.address.setText(lines)
        self.address.setVisible(bool(lines))
        self._known = bool(lines)
        if lines and contact:
            words = (
                self.tr("Address · {source}").format(source=contact.source) if contact.source else self.tr("Address")
            )
            self._show(words, "map-pin", "good")
        else:
            self._show(self.tr("No address yet"), "map-pin", "muted")

    def show_lookup(self, view: LookupView, contact: Contact | None, query: str = "") -> None:
        """How far the look-up has come, by number or by the words of `query`.

        What was found stands below to be picked; the address on record stays, and so does its heading.
        """
        self.show_contact(contact)
        found = view.candidates
        self.candidates.show_candidates(found)
        self.candidates.setVisible(bool(found))
        lines = [self._state_words(source) for source in view.sources]
        broken = any(source.status is SourceStatus.BROKEN for source in view.sources)
        if found:
            question = self.tr("Is this the customer?") if len(found) == 1 else self.tr("{n} found: who is it?")
            question = question.format(n=len(found))
            self._head(question, "magnifying-glass", "accent")
            if view.done:
                lines = [question] if self._known else []
        elif not view.done:
            self._head(self.tr("Looking up the address…"), "hourglass", "muted")
        elif broken:
            self._head(self.tr("Address look-up failed"), "warning", "caution")
        elif view.sources:
            self._head(self.tr("No address found"), "map-pin", "muted")
            if query:
                lines = [self.tr("Nothing found for “{words}”.").format(words=query)]
        self.states.setText("\n".join(lines))
        # Beside an open search field the answers to the number would look like the answers to what is typed there.
        elsewhere = self.search.isChecked() and not query and not found
        self.states.setVisible(bool(lines) and not elsewhere)

    def show_broken(self, why: str) -> None:
        """Nothing could be asked."""
        self._head(self.tr("Address look-up failed"), "warning", "caution")
        self.states.setText(why)
        self.states.show()

    def show_choices(self, choices: Sequence[Candidate], words: str) -> None:
        """Several customers are known under this number: who is it?"""
        self.states.hide()
        self.candidates.show_candidates(choices)
        self.candidates.setVisible(bool(choices))
        if choices:
            self._show(words, "users", "accent")

    def end_lookup(self, contact: Contact | None) -> None:
        """One was picked or filled in: only the address is left."""
        self.search.setChecked(False)
        self.states.hide()
        self.candidates.hide()
        self.show_contact(contact)

    def _state_words(self, source: SourceView) -> str:
        words = {
            SourceStatus.SEARCHING: self.tr("{name}: searching…"),
            SourceStatus.SLOW: self.tr("{name}: slow, still searching…"),
            SourceStatus.NONE: self.tr("{name}: nothing found"),
            SourceStatus.FOUND: self.tr("{name}: found"),
            SourceStatus.BROKEN: self.tr("{name}: {detail}"),
        }[source.status]
        return words.format(name=source.name, detail=source.detail)

    def _show_search(self, shown: bool) -> None:
        self._by_hand.setVisible(shown)
        self._escape.setEnabled(shown)
        self.states.hide()
        if shown:
            self.query.setFocus()
            self.query.selectAll()

    def _leave(self) -> None:
        self.search.setChecked(False)
        self.search.setFocus()
        self.left.emit()

    def _ask(self) -> None:
        words = self.query.text().strip()
        if words:
            self.search_wanted.emit(words)
        else:
            self.query.setFocus()

    def _head(self, words: str, icon: str, role: str) -> None:
        """A heading of the look-up, where there is no address whose heading it would take away."""
        if not self._known:
            self._show(words, icon, role)

    def _show(self, words: str, icon: str, role: str) -> None:
        self.title.setText(words)
        self._icon = (icon, role)
        self._repaint_icon()

    def _repaint_icon(self) -> None:
        px = self._theme.pixels(18)
        icon = self._theme.icon(*self._icon)
        self._picture.setPixmap(icon.pixmap(QSize(px, px), self.devicePixelRatioF()))


def _address_lines(contact: Contact) -> str:
    place = " ".join(part for part in (contact.postcode, contact.town) if part)
    town = ", ".join(part for part in (place, contact.country) if part)
    return "\n".join(part for part in (contact.street, town) if part)
