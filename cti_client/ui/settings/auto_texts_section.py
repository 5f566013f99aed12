"""What lines answer by themselves (A7)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from cti_client.domain.auto_text import AutoPolicy
from cti_client.ui.settings.auto_texts_form import AutoTextsForm
from cti_client.ui.settings.entry_model import Entry
from cti_client.ui.settings.form import FieldError
from cti_client.ui.settings.list_section import ListSection
from cti_client.ui.settings.wishes import SaveAutoText, Wish
from cti_client.ui.settings.words import auto_text_name, line_of, tr
from cti_client.ui.theme import Theme
from cti_client.wire.settings_api import AllSettings


class AutoTextsSection(ListSection):
    """Every line with the policies that are on, and the texts of one."""

    form: AutoTextsForm

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        hint = tr("What a line answers by itself. Nothing else ever goes to a customer without an agent’s Send.")
        super().__init__(theme, tr("Automatic texts"), partial(AutoTextsForm, theme), hint, parent=parent)

    def entries(self, settings: AllSettings) -> Sequence[Entry]:
        """Each with what is on."""
        found = []
        for line in settings.lines:
            on = [one.policy for one in line.auto_texts if one.enabled]
            if line.carrier_answers_keywords:
                on = [one for one in on if one is AutoPolicy.WELCOME]
            state, role = (tr("{n} on").format(n=len(on)), "good") if on else (tr("All off"), "neutral")
            words = [auto_text_name(one) for one in on] or [tr("Nothing is sent by itself")]
            if line.carrier_answers_keywords:
                words.append(tr("the carrier answers STOP, START and HELP"))
            found.append(Entry(line.id, line.name, ", ".join(words), state, role))
        return found

    def fill(self, key: Any) -> dict[str, object]:
        """The form for this line."""
        line = line_of(self.settings, key) if self.settings is not None else None
        if self.settings is None or line is None:
            return {}
        return self.form.show_line(line, self.settings)

    def mistakes(self) -> Sequence[FieldError]:
        """What could not be sent as it stands."""
        return self.form.mistakes()

    def wishes(self) -> Sequence[Wish]:
        """One after the other."""
        return [SaveAutoText(self.key, policy, edit) for policy, edit in self.form.edits()]

    def no_entries(self) -> tuple[str, str, str, str]:
        """What stands in an empty list."""
        return "robot", tr("No line yet"), tr("Each line has its own texts; add one under Lines first."), ""
