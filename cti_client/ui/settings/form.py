"""The form of one thing that is set: its fields, what is wrong, and Save."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.tab_order import in_reading_order
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.ui.widgets.pill import Pill
from cti_client.wire.api import Problem

COLUMN_PX = 620
"""Lines that are longer are hard to read."""
LEAST_BODY_PX = 90


class FieldError(Exception):
    """What stands in the field of this name makes no sense; `str()` says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class Form(QWidget):
    """Fields by the names that the hub calls them by; knows which of them are changed and keeps them until told.

    The fields scroll; what is wrong and the buttons always show. While it is saved nothing can be changed.
    """

    changed = Signal()
    """`dirty` may be another."""
    save_wanted = Signal()
    discard_wanted = Signal()
    back_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, theme: Theme, back: str, remove: str = "", parent: QWidget | None = None) -> None:
        """`back`: where the arrow leads. `remove`: what the button that removes it says; empty: it cannot be."""
        super().__init__(parent)
        self._theme = theme
        self.fields: dict[str, FormField] = {}
        self._start: dict[str, object] = {}
        self._theirs: dict[str, object] | None = None
        self._mine: dict[str, object] | None = None
        self._live, self._saving, self._can_save, self._putting = True, False, True, False
        self._focus: QWidget | None = None
        self.back = IconButton(theme, "arrow-left", back, shortcut=QKeySequence(QKeySequence.StandardKey.Back))
        self.back.clicked.connect(self.back_wanted)
        self.title = ElidedLabel(tone="heading")
        self.unsaved = Pill(self.tr("Unsaved"), "caution")
        self.unsaved.hide()
        self.notice = Notice(theme)
        self.notice.acted.connect(self._turn_round)
        self.saved = Label(tone="small", wrap=True)
        self.discard = QPushButton(self.tr("Discard"))
        self.discard.setToolTip(self.tr("Undo what was changed here"))
        self.discard.clicked.connect(self.discard_wanted)
        self.save = QPushButton(self.tr("Save"))
        self.save.setProperty("kind", "primary")
        self.save.setShortcut("Ctrl+S")
        self.save.clicked.connect(self.save_wanted)
        self.remove = QPushButton(theme.icon("trash", "bad"), remove)
        self.remove.setProperty("kind", "danger")
        self.remove.clicked.connect(self.remove_wanted)
        self.remove.setVisible(bool(remove))
        self.body, self._scroll = QWidget(), QScrollArea()
        self.column = QVBoxLayout()
        self._arrange()

    # The fields

    def add(self, name: str, field: FormField) -> FormField:
        """A field that the hub calls `name`; whoever adds it lays it out."""
        self.fields[name] = field
        self._start[name] = field.value()
        field.changed.connect(self._changed)
        return field

    def drop(self, name: str) -> None:
        """A field that is not asked for any more."""
        self.fields.pop(name)
        self._start.pop(name, None)

    @property
    def values(self) -> dict[str, object]:
        """What stands in the fields."""
        return {name: field.value() for name, field in self.fields.items()}

    @property
    def dirty(self) -> bool:
        """Has anything been changed since it was shown?"""
        now = self.values if self._mine is None else self._mine
        return any(value != self._start.get(name, value) for name, value in now.items())

    @property
    def saving(self) -> bool:
        """Is it on its way to the hub?"""
        return self._saving

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show these as what the hub has; nothing is changed any more."""
        self._theirs = self._mine = None
        self._put(values)
        for field in self.fields.values():
            field.mark("")
        self._start = self.values
        self.notice.clear()
        self._show()

    def rebase(self, values: Mapping[str, object]) -> None:
        """The hub has these by now. What was changed here stays; what was not follows."""
        self.take_mine()
        mine = self.values
        changed = {name for name, value in mine.items() if value != self._start.get(name, value)}
        self._put({name: value for name, value in values.items() if name not in changed})
        self._start = {name: values.get(name, start) for name, start in self._start.items()}
        self._theirs, self._mine = dict(values), None
        self._show()

    def revert(self) -> None:
        """Show again what the hub has."""
        self.show_values(dict(self._start))
        self.saved.clear()

    # What came of it

    def show_live(self, live: bool) -> None:
        """Without a link nothing can be saved; what is typed stays."""
        self._live = live
        self._show()

    def allow_save(self, allowed: bool) -> None:
        """Nothing of this can be changed here."""
        self._can_save = allowed
        for button in (self.save, self.discard, self.saved):
            button.setVisible(allowed)

    def show_saving(self) -> None:
        """On its way."""
        self._saving = True
        self.notice.clear()
        self.saved.setText(self.tr("Saving…"))
        focused = QApplication.focusWidget()
        self._focus = focused if focused is not None and self.isAncestorOf(focused) else None
        self._show()

    def end_saving(self) -> None:
        """An answer is there: it can be changed again, and the keyboard is where it was."""
        self._saving = False
        self._show()
        if self._focus is not None:
            (self._focus if self._focus.isEnabled() else self.back).setFocus()
        self._focus = None

    def show_saved(self) -> None:
        """The hub has it; said quietly."""
        self.end_saving()
        self.saved.setText(self.tr("Saved. It counts from now on."))

    def refuse(self, problem: Problem) -> None:
        """The hub says no: the field at fault is marked and has the keyboard, with the sentence below it."""
        self.end_saving()
        self.saved.clear()
        field = self.fields.get(problem.field)
        if field is None or not field.isVisibleTo(self):
            self.notice.say(problem.text, "bad")
            return
        field.mark(problem.text)
        field.control.setFocus()
        self.see(field)

    def fail(self, why: str) -> None:
        """It did not get there; what is typed stays and can be saved again."""
        self.end_saving()
        self.saved.clear()
        self.notice.say(why, "caution")

    def conflict(self) -> None:
        """Somebody else was faster, and `rebase` was told what is there now."""
        self.end_saving()
        self.saved.clear()
        self._say_conflict()

    def say_gone(self, blank: Mapping[str, object]) -> None:
        """Somebody else removed it. Everything stays for a new one, of which the hub has only what is `blank`."""
        self._theirs = self._mine = None
        self._start |= blank
        self._show()
        self.notice.say(
            self.tr("Somebody else removed this. What you typed is still here; Save adds it anew."), "caution"
        )

    def is_right(self, check: Sequence[FieldError]) -> bool:
        """Mark the first of these mistakes; True where there is none."""
        for one in check:
            self.refuse(Problem(code="bad_request", text=str(one), field=one.field))
            return False
        return True

    def focus_first(self) -> None:
        """Put the keyboard where there is something to type."""
        for field in self.fields.values():
            if field.isVisibleTo(self) and field.control.isEnabled():
                field.control.setFocus()
                self._scroll.verticalScrollBar().setValue(0)
                return
        self.back.setFocus()

    def take_mine(self) -> None:
        """What was typed stands in the fields again, where theirs is looked at."""
        if self._mine is not None:
            self._turn_round()

    # Inside

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook: the keyboard goes somewhere that may be out of sight, with the words around it."""
        if event.type() is QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._scroll.ensureWidgetVisible(watched, 0, self._theme.pixels(40))
        return super().eventFilter(watched, event)

    def settle(self) -> None:
        """After fields have come or gone: Tab goes through them as they stand."""
        in_reading_order(self)

    def see(self, field: QWidget) -> None:
        """Scroll so that all of it shows."""
        # the sentence has just been put there, and one layout after another asks for the room
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self._scroll.ensureWidgetVisible(field, 0, SPACE_M)

    def _say_conflict(self) -> None:
        if self._mine is not None:
            words = self.tr("This is what somebody else saved. What you typed is kept.")
            self.notice.say(words, "caution", action=self.tr("Back to mine"))
        else:
            words = self.tr("Somebody else changed this since you opened it. What you typed is still here.")
            self.notice.say(words, "caution", action=self.tr("Show theirs"))

    def _turn_round(self) -> None:
        """Theirs or mine."""
        if self._theirs is None:
            return
        if self._mine is None:
            self._mine, shown = self.values, self._theirs
        else:
            shown, self._mine = self._mine, None
        self._put(shown)
        self._say_conflict()
        self._show()

    def _put(self, values: Mapping[str, object]) -> None:
        self._putting = True
        for name, value in values.items():
            if name in self.fields:
                self.fields[name].put(value)
        self._putting = False

    def _changed(self) -> None:
        if self._putting:
            return
        if not self._saving:
            self.saved.clear()
        self._show()

    def _show(self) -> None:
        dirty = self.dirty
        self.unsaved.setVisible(dirty and self._can_save)
        self.body.setEnabled(not self._saving and self._mine is None)  # what somebody else saved is only looked at
        self.discard.setEnabled(dirty and not self._saving)
        self.save.setEnabled(dirty and self._live and not self._saving and self._mine is None)
        self.remove.setEnabled(self._live and not self._saving)
        away = self.tr("No link to the hub: what you typed stays here.")
        if not self._live:
            self.saved.setText(away)
        elif self.saved.text() == away:
            self.saved.clear()
        self.save.setToolTip(away if not self._live else self.tr("Save ({keys})").format(keys="Ctrl+S"))
        self.changed.emit()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(SPACE_S)
        head.addWidget(self.back)
        head.addWidget(self.title, 1)
        head.addWidget(self.unsaved)
        self.column.setContentsMargins(0, SPACE_S, SPACE_S, SPACE_L)
        self.column.setSpacing(SPACE_L)
        held = QWidget()
        held.setLayout(self.column)
        held.setMaximumWidth(self._theme.pixels(COLUMN_PX))
        whole = QHBoxLayout(self.body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(held, 1000)
        whole.addStretch(1)
        view = self._scroll
        view.setWidgetResizable(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setWidget(self.body)
        view.viewport().setAutoFillBackground(False)
        view.setMinimumHeight(self._theme.pixels(LEAST_BODY_PX))
        self.body.setAutoFillBackground(False)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, SPACE_S, 0, 0)
        foot.setSpacing(SPACE_S)
        foot.addWidget(self.saved, 1)
        foot.addWidget(self.discard)
        foot.addWidget(self.save)
        rule = QFrame()
        rule.setProperty("kind", "rule")
        rule.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(head)
        layout.addWidget(self.notice)
        layout.addWidget(view, 1)
        layout.addWidget(rule)
        layout.addLayout(foot)
