"""By which connection texts leave (D6)."""

import re

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cti_client.ui.settings.form import Form
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.rule_trial import RuleTrial
from cti_client.ui.settings.rules_control import RulesControl
from cti_client.ui.settings.section import Section
from cti_client.ui.settings.wishes import SaveRouting
from cti_client.ui.settings.words import tr
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.api import Problem
from cti_client.wire.settings_api import AllSettings, EditRouting

_AT_FAULT = re.compile(r"rules\[(\d+)\]\.(prefix|line_id|connection)")


class RoutingSection(Section):
    """All rules at once, saved together."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(tr("Routing"), parent)
        self._settings: AllSettings | None = None
        self.form = Form(theme, "", parent=self)
        self.form.back.hide()
        self.form.title.setText(tr("Routing rules"))
        self.rules = RulesControl(theme)
        self.trial = RuleTrial(theme)
        hint = tr("The first rule that fits a text says by which connection it leaves.")
        otherwise = tr(
            "Where none fits, the line’s own connection is taken. If there is none, the text fails with “no routing "
            "rule”."
        )
        field = FormField("", self.rules)
        field.caption.hide()
        rule = QFrame()
        rule.setProperty("kind", "rule")
        rule.setFixedHeight(1)
        for widget in (Label(hint, "muted", wrap=True), self.form.add("rules", field), Label(otherwise, wrap=True)):
            self.form.column.addWidget(widget)
        self.form.column.addWidget(rule)
        self.form.column.addWidget(self.trial)
        self.form.column.addStretch(1)
        self.form.save_wanted.connect(self.save)
        self.form.discard_wanted.connect(self.discard)
        self.form.changed.connect(self.changed)
        self.rules.changed.connect(self._show_trial)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)

    @property
    def dirty(self) -> bool:
        """Is anything typed that the hub does not have?"""
        return self.form.dirty

    @property
    def saving(self) -> bool:
        """Is something on its way to the hub?"""
        return self.form.saving

    def show_settings(self, settings: AllSettings) -> None:
        """What is typed stays."""
        self._settings = settings
        if self.form.saving:
            return
        self.rules.show_settings(settings)
        values = {"rules": settings.rules}
        if self.form.dirty:
            self.form.rebase(values)
        else:
            self.form.show_values(values)
        self._show_trial()

    def show_live(self, live: bool) -> None:
        """Whether anything can be saved."""
        self.form.show_live(live)

    def open_first(self) -> None:
        """The section comes on the screen."""
        self.form.settle()

    def save(self) -> None:
        """As if Save was pressed."""
        if self._settings is not None and not self.form.saving:
            self.form.take_mine()
            self.form.show_saving()
            self.wish(SaveRouting(EditRouting(rules=self.rules.value(), version=self._settings.version)))

    def discard(self) -> None:
        """Undo what is typed."""
        self.form.revert()
        self._show_trial()

    def stored(self) -> None:
        """The hub has them."""
        self.form.end_saving()
        if self._settings is not None:
            self.form.show_values({"rules": self._settings.rules})
            self.rules.show_settings(self._settings)
        self.form.show_saved()
        self._show_trial()
        self.outcome.emit(True)

    def refuse(self, problem: Problem) -> None:
        """The hub says no: the rule at fault is chosen, its field marked."""
        found = _AT_FAULT.fullmatch(problem.field)
        if found is None:
            self.form.refuse(problem)
        else:
            self.form.end_saving()
            self.form.saved.clear()
            self.rules.mark_rule(int(found[1]), found[2], problem.text)
        self.outcome.emit(False)

    def fail(self, why: str) -> None:
        """The hub does not answer."""
        self.form.fail(why)
        self.outcome.emit(False)

    def conflict(self) -> None:
        """Somebody else was faster."""
        self.form.end_saving()
        if self._settings is not None:
            self.show_settings(self._settings)
        if self.form.dirty:
            self.form.conflict()
        self.outcome.emit(False)

    def _show_trial(self) -> None:
        if self._settings is not None:
            self.trial.show_rules(self.rules.value(), self._settings)
