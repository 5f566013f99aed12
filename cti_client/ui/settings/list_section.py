"""A section that is a list of things, each with a form of its own."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from cti_client.ui.settings.entry_list import EntryList
from cti_client.ui.settings.entry_model import Entry
from cti_client.ui.settings.form import FieldError, Form
from cti_client.ui.settings.remove_question import RemoveQuestion
from cti_client.ui.settings.section import Section
from cti_client.ui.settings.wishes import Wish
from cti_client.ui.theme import SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.api import Problem
from cti_client.wire.settings_api import AllSettings


class ListSection(Section):
    """The list and, in its place, the form of the one that is open. What differs a section is in its hooks."""

    opened = Signal(object)
    """The key of the one whose form is shown now; None: a new one, or the list."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        make_form: Callable[[QWidget], Form],
        hint: str,
        add: str = "",
        *,
        parent: QWidget,
        searches: bool = False,
    ) -> None:
        """`hint`: what this is about, in a sentence. `add`: what the button for a new one says; empty: none is made.

        From the outside in: whatever is put somewhere with all that it holds is dressed anew with all that it holds.
        """
        super().__init__(name, parent)
        self._theme = theme
        self._stack = QStackedWidget(self)
        self._page = QWidget(self._stack)
        self._rows = QStackedWidget(self._page)
        self.form = form = make_form(self._stack)
        self.settings: AllSettings | None = None
        self.key: Any = None
        self._before: frozenset[Any] = frozenset()
        self._removing = False
        self.question: RemoveQuestion | None = None
        self.list = EntryList(theme, self.name)
        self.list.opened.connect(self.open)
        self.list.phone.refused.connect(self._say)
        self.search = QLineEdit()
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setVisible(searches)
        self.search.textChanged.connect(lambda _: self.show_entries())
        self.notice = Notice(theme)
        self.add_button = QPushButton(theme.icon("plus"), add)
        self.add_button.setVisible(bool(add))
        self.add_button.clicked.connect(self.open_new)
        self.empty = EmptyState(theme, "list")
        self.empty.acted.connect(self.open_new)
        self._hint = Label(hint, "muted", wrap=True)
        self._arrange()
        form.back_wanted.connect(lambda: self.leave(self.show_list))
        form.save_wanted.connect(self.save)
        form.discard_wanted.connect(self._discard_pressed)
        form.remove_wanted.connect(self._ask_remove)
        form.changed.connect(self.changed)

    # What a section says of itself

    def entries(self, settings: AllSettings) -> Sequence[Entry]:
        """The rows of the list."""
        raise NotImplementedError

    def found(self, entries: Sequence[Entry], typed: str) -> Sequence[Entry]:
        """Those that fit what was typed into the search."""
        wanted = typed.casefold().strip()
        return [one for one in entries if wanted in one.spoken.casefold()]

    def fill(self, key: Any) -> dict[str, object]:
        """Prepare the form for this one (None: a new one) and return its values as the hub has them."""
        raise NotImplementedError

    def mistakes(self) -> Sequence[FieldError]:
        """What is wrong with what stands in the form, as far as it can be told here."""
        return ()

    def wishes(self) -> Sequence[Wish]:
        """What Save wants done."""
        raise NotImplementedError

    def wish_to_remove(self) -> Wish | None:
        """What Remove wants done."""
        return None

    def what_stops(self) -> tuple[str, str]:
        """Title and sentence of the question before it is removed."""
        return "", ""

    def no_entries(self) -> tuple[str, str, str, str]:
        """Icon, title, sentence and action of the empty list."""
        raise NotImplementedError

    def is_there(self, key: Any) -> bool:
        """Does this one still exist?"""
        return any(one.key == key for one in self._entries())

    # The page's side

    @property
    def dirty(self) -> bool:
        """Is anything typed that the hub does not have?"""
        return self.form_shown and self.form.dirty

    @property
    def saving(self) -> bool:
        """Is something on its way to the hub?"""
        return self.form_shown and self.form.saving

    @property
    def form_shown(self) -> bool:
        """Is the form of one of them open?"""
        return self._stack.currentWidget() is self.form

    def show_settings(self, settings: AllSettings) -> None:
        """What is typed stays; what was removed by others says so."""
        self.settings = settings
        self.show_entries()
        if not self.form_shown or self.form.saving:
            return
        if self.key is None:
            if not self.form.dirty:
                self.form.show_values(self.fill(None))
        elif self.is_there(self.key):
            if self.form.dirty:
                self.form.rebase(self.fill(self.key))
            else:
                self.form.show_values(self.fill(self.key))
        elif self.form.dirty:
            self.key = None
            self.form.say_gone(self.fill(None))
        else:
            self.show_list()

    def show_live(self, live: bool) -> None:
        """Whether anything can be saved."""
        self.form.show_live(live)

    def open_first(self) -> None:
        """Back where one was."""
        self.notice.clear()

    def save(self) -> None:
        """As if Save was pressed."""
        if self.form.saving:
            return
        self.form.take_mine()
        if not self.form.is_right(self.mistakes()):
            self.outcome.emit(False)
            return
        wishes = self.wishes()
        self._before = frozenset(one.key for one in self._entries())
        self._removing = False
        self.form.show_saving()
        self.wish(*wishes)

    def discard(self) -> None:
        """Undo what is typed."""
        self.form.revert()

    def stored(self) -> None:
        """It is there now; one that is new is the one that was not there before."""
        if self._removing:
            self.form.show_saved()
            self.show_list()
            self.outcome.emit(True)
            return
        if self.key is None:
            new = [one.key for one in self._entries() if one.key not in self._before]
            self.key = self.key_of_new() or (new[-1] if new else None)
        self.form.show_values(self.fill(self.key))
        self.form.show_saved()
        self.form.settle()
        self.opened.emit(self.key)
        self.outcome.emit(True)

    def key_of_new(self) -> Any:
        """The key of what was just made, where the form knows it."""
        return None

    def refuse(self, problem: Problem) -> None:
        """The hub says no; what it took before that stands."""
        self._after_answer()
        self.form.refuse(problem)
        self.outcome.emit(False)

    def fail(self, why: str) -> None:
        """The hub does not answer."""
        self._after_answer()
        self.form.fail(why)
        self.outcome.emit(False)

    def conflict(self) -> None:
        """Somebody else was faster."""
        had = self.key
        self._after_answer()
        if self.key is not None or had is None:
            self.form.conflict()
        self.outcome.emit(False)

    # Going to and fro

    def open(self, key: Any) -> None:
        """Show the form of this one."""
        self.key = key
        self.form.saved.clear()
        self.form.show_values(self.fill(key))
        self.form.settle()
        self._stack.setCurrentWidget(self.form)
        self.form.focus_first()
        self.opened.emit(key)
        self.changed.emit()

    def open_new(self) -> None:
        """Show an empty form."""
        self.open(None)

    def show_list(self) -> None:
        """Back to the list, at the one that was open."""
        key = self.key
        self.key = None
        self._stack.setCurrentIndex(0)
        self.show_entries()
        self.list.go_to(key)
        if self._rows.currentWidget() is self.list:
            self.list.setFocus()
        else:
            self.add_button.setFocus()
        self.opened.emit(None)
        self.changed.emit()

    # Inside

    def _after_answer(self) -> None:
        """What came while it was saved is shown now."""
        self.form.end_saving()
        self.form.saved.clear()
        if self.settings is not None:
            self.show_settings(self.settings)

    def _entries(self) -> Sequence[Entry]:
        return self.entries(self.settings) if self.settings is not None else ()

    def show_entries(self) -> None:
        """The rows, as far as they fit what is searched for."""
        entries = self._entries()
        found = self.found(entries, self.search.text()) if self.search.text().strip() else entries
        self.list.show_entries(found)
        self._rows.setCurrentWidget(self.list if found else self.empty)
        if entries and not found:
            self.empty.show_state("magnifying-glass", self.tr("Nothing fits"), self.tr("Try another word."))
        elif not entries:
            self.empty.show_state(*self.no_entries())

    def _discard_pressed(self) -> None:
        self.discard()
        self.form.focus_first()

    def _ask_remove(self) -> None:
        title, words = self.what_stops()
        self.question = RemoveQuestion(self._theme, title, words, self.window())
        self.question.confirmed.connect(self._remove)
        self.question.open()

    def _remove(self) -> None:
        wish = self.wish_to_remove()
        if wish is not None and not self.form.saving:
            self._removing = True
            self.form.show_saving()
            self.form.saved.setText(self.tr("Removing…"))
            self.wish(wish)

    def _say(self, why: str) -> None:
        if why:
            self.notice.say(why, "bad", dismissible=True)
        else:
            self.notice.clear()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self._hint, 1)
        head.addWidget(self.add_button)
        layout = QVBoxLayout(self._page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(head)
        layout.addWidget(self.search)
        layout.addWidget(self.notice)
        layout.addWidget(self._rows, 1)
        self._rows.addWidget(self.list)
        self._rows.addWidget(self.empty)
        self._stack.addWidget(self._page)
        self._stack.addWidget(self.form)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
