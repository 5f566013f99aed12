"""Our numbers."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from cti_client.ui.settings.entry_model import Entry
from cti_client.ui.settings.form import FieldError
from cti_client.ui.settings.line_form import LineForm, pool_name
from cti_client.ui.settings.list_section import ListSection
from cti_client.ui.settings.wishes import RemoveLine, SaveLine, Wish
from cti_client.ui.settings.words import connection_name, line_of, rules_that_go, tr
from cti_client.ui.theme import Theme
from cti_client.wire.settings_api import AllSettings, LineView


class LinesSection(ListSection):
    """Every line, and the form of one."""

    form: LineForm

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        hint = tr("Your numbers and short codes: what customers text.")
        super().__init__(theme, tr("Lines"), partial(LineForm, theme), hint, tr("Add line"), parent=parent)

    def entries(self, settings: AllSettings) -> Sequence[Entry]:
        """By their names and numbers."""
        return [self._entry(settings, one) for one in settings.lines]

    def fill(self, key: Any) -> dict[str, object]:
        """The form for this one."""
        assert self.settings is not None
        return self.form.show_line(line_of(self.settings, key), self.settings)

    def mistakes(self) -> Sequence[FieldError]:
        """What is wrong with it, as far as it can be told here."""
        return self.form.mistakes()

    def wishes(self) -> Sequence[Wish]:
        """What Save wants done."""
        return [SaveLine(self.key, self.form.edit())]

    def wish_to_remove(self) -> Wish:
        """What Remove wants done."""
        return RemoveLine(self.key)

    def what_stops(self) -> tuple[str, str]:
        """What its number does no more, and what it still does."""
        assert self.settings is not None
        view = line_of(self.settings, self.key)
        number = view.display if view is not None else ""
        words = tr(
            "Nothing is sent from {number} any more. Texts that still come to it ring all the same, but cannot be "
            "answered. Its chats and their history stay. The number can be added again."
        )
        name = view.name if view is not None else ""
        rules = rules_that_go(sum(one.line_id == self.key for one in self.settings.rules))
        return tr("Remove the line {name}?").format(name=name), f"{words.format(number=number)} {rules}".strip()

    def no_entries(self) -> tuple[str, str, str, str]:
        """What stands in an empty list."""
        return "phone", tr("No line yet"), tr("Add the number that your customers text."), tr("Add line")

    def _entry(self, settings: AllSettings, one: LineView) -> Entry:
        parts = [one.display, connection_name(settings, one.connection)]
        if pool := pool_name(settings, one):
            parts.append(tr("consent with {line}").format(line=pool))
        state, role = (tr("Sends nothing"), "caution") if one.connection is None else ("", "neutral")
        if not one.editable and not state:
            state = tr("Settings file")
        return Entry(one.id, one.name, " · ".join(parts), state, role, one.address, one.display)
