"""Routing rules in their order (D6)."""

from collections.abc import Sequence
from functools import partial

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.settings.choices import Choices
from cti_client.ui.settings.entry_list import EntryList
from cti_client.ui.settings.entry_model import Entry
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.words import connection_name, line_of, tr
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label
from cti_client.wire.settings_api import AllSettings, RoutingRuleView

UP_KEY, DOWN_KEY, REMOVE_KEY = "Alt+Up", "Alt+Down", "Del"
LONGEST_PREFIX = 24
ROWS_SHOWN = 5
ROW_PX = 66


class RulesControl(QWidget):
    """A list whose rules are moved, added and removed by keys and buttons; the chosen one is changed below it.

    Its value is a tuple of `RoutingRuleView`.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rules: list[RoutingRuleView] = []
        self._settings = AllSettings(version=0)
        self._showing = False
        self.setAccessibleName(tr("Routing rules"))
        self.list = EntryList(theme, tr("Routing rules"), opens=False)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_chosen())
        self.none = Label(tone="muted", wrap=True)
        self.add = QPushButton(theme.icon("plus"), tr("Add rule"))
        self.add.clicked.connect(self._add)
        self.up = IconButton(theme, "arrow-up", tr("Move the rule up ({keys})").format(keys=UP_KEY))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down = IconButton(theme, "arrow-down", tr("Move the rule down ({keys})").format(keys=DOWN_KEY))
        self.down.clicked.connect(lambda: self._move(1))
        for keys, step in ((UP_KEY, -1), (DOWN_KEY, 1)):
            # Not the buttons' own: those would first look pressed for a while, and be late for the next. Of the list
            # alone: on a closed choice these keys open it.
            shortcut = QShortcut(QKeySequence(keys), self.list, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._move, step))
        self.remove = IconButton(theme, "trash", tr("Remove the rule ({keys})").format(keys=REMOVE_KEY), role="bad")
        self.remove.clicked.connect(self._remove)
        self.prefix, self.line, self.connection = QLineEdit(), Choices(theme), Choices(theme)
        self.prefix.setMaxLength(LONGEST_PREFIX)
        self.prefix.setPlaceholderText(tr("All numbers"))
        note = tr("As +4420, or the first digits of short codes.")
        self.fields = {
            "prefix": FormField(tr("To numbers that begin with"), self.prefix, note=note),
            "line_id": FormField(tr("From the line"), self.line),
            "connection": FormField(tr("Go by"), self.connection),
        }
        for field in self.fields.values():
            field.changed.connect(self._typed)
        self.card = Card(theme)
        self._arrange()

    def show_settings(self, settings: AllSettings) -> None:
        """The lines and connections that there are."""
        self._settings = settings
        self._showing = True
        self.line.offer([(tr("Any line"), None), *((one.name, one.id) for one in settings.lines)], keep=True)
        self.connection.offer([(one.name, one.id) for one in settings.connections], keep=True)
        self._showing = False
        self.add.setEnabled(bool(settings.connections))
        self.none.setText(
            tr("No rule yet: every text goes by its line’s own connection.")
            if settings.connections
            else tr("Rules lead to connections; add one under Connections first.")
        )
        self._show_rules()

    def value(self) -> tuple[RoutingRuleView, ...]:
        """The rules in their order."""
        return tuple(self._rules)

    def put(self, value: object) -> None:
        """Show these."""
        rules: Sequence[RoutingRuleView] = value  # type: ignore[assignment]  # as `value` gives
        if list(rules) != self._rules:
            self._rules = list(rules)
            self._show_rules()

    def mark(self, wrong: bool) -> None:
        """`mark_rule` says which of them."""

    def mark_rule(self, place: int, field: str, why: str) -> None:
        """What is wrong with one of them; it is chosen and has the keyboard."""
        self.list.go_to(place)
        self.fields[field].mark(why)
        self.fields[field].control.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook."""
        super().focusInEvent(event)
        (self.list if self._rules else self.add).setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook: what the list has no use for."""
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self._remove()
            return
        super().keyPressEvent(event)

    @property
    def place(self) -> int:
        """Which rule is chosen; -1: none."""
        key = self.list.current
        return key if isinstance(key, int) else -1

    def _add(self) -> None:
        first = self._settings.connections[0].id
        self._rules.append(RoutingRuleView(connection=first))
        self._changed(len(self._rules) - 1)
        self.prefix.setFocus()

    def _move(self, step: int) -> None:
        place, other = self.place, self.place + step
        if 0 <= place < len(self._rules) and 0 <= other < len(self._rules):
            self._rules[place], self._rules[other] = self._rules[other], self._rules[place]
            self._changed(other)

    def _remove(self) -> None:
        place = self.place
        if 0 <= place < len(self._rules):
            del self._rules[place]
            self._changed(min(place, len(self._rules) - 1))
            (self.list if self._rules else self.add).setFocus()

    def _typed(self) -> None:
        place = self.place
        if self._showing or not 0 <= place < len(self._rules):
            return
        self._rules[place] = msgspec.structs.replace(
            self._rules[place],
            prefix=self.prefix.text().strip(),
            line_id=self.line.currentData(),
            connection=str(self.connection.currentData()),
        )
        self._changed(place)

    def _changed(self, place: int) -> None:
        self._show_rules()
        self.list.go_to(place)
        self._show_chosen()
        self.changed.emit()

    def _show_rules(self) -> None:
        entries = [self._entry(place, rule) for place, rule in enumerate(self._rules)]
        self._showing = True
        self.list.show_entries(entries)
        self._showing = False
        self.list.setVisible(bool(entries))
        self.none.setVisible(not entries)
        shown = min(ROWS_SHOWN, len(entries))
        self.list.setFixedHeight(shown * self._theme.pixels(ROW_PX) + 2)
        if entries and self.place < 0:
            self.list.go_to(0)
        self._show_chosen()

    def _entry(self, place: int, rule: RoutingRuleView) -> Entry:
        to = tr("To {prefix}…").format(prefix=rule.prefix) if rule.prefix else tr("To all numbers")
        line = line_of(self._settings, rule.line_id)
        whence = tr("from any line") if rule.line_id is None else tr("from {line}")
        name = line.name if line is not None else tr("a line that is gone")
        by = tr("by {connection}").format(connection=connection_name(self._settings, rule.connection))
        return Entry(place, f"{place + 1}.  {to}", f"{whence.format(line=name)}, {by}")

    def _show_chosen(self) -> None:
        if self._showing:
            return
        place = self.place
        chosen = self._rules[place] if 0 <= place < len(self._rules) else None
        self.card.setVisible(chosen is not None)
        self.up.setEnabled(place > 0)
        self.down.setEnabled(0 <= place < len(self._rules) - 1)
        self.remove.setEnabled(chosen is not None)
        if chosen is None:
            return
        self._showing = True
        if self.prefix.text().strip() != chosen.prefix:
            self.fields["prefix"].put(chosen.prefix)
        self.fields["line_id"].put(chosen.line_id)
        self.fields["connection"].put(chosen.connection)
        self._showing = False

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_XS)
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        for button in (self.up, self.down, self.remove):
            buttons.addWidget(button)
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        inside.setSpacing(SPACE_M)
        for field in self.fields.values():
            inside.addWidget(field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.none)
        layout.addWidget(self.list)
        layout.addLayout(buttons)
        layout.addWidget(self.card)
