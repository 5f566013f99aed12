"""The form of one line's automatic texts (A7)."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cti_client.domain.auto_text import AutoPolicy, filled
from cti_client.domain.text_policy import TextPolicy
from cti_client.ui.settings.form import FieldError, Form
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.text_editor import TextEditor
from cti_client.ui.settings.words import auto_text_name, auto_text_note, connection_of, tr
from cti_client.ui.theme import SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.notice import Notice
from cti_client.ui.widgets.switch import Switch
from cti_client.wire.api import Problem
from cti_client.wire.settings_api import AllSettings, AutoTextView, EditAutoText, LineView

LINE_PLACEHOLDER = "{line}"


class AutoTextsForm(Form):
    """One card a policy: whether it is on, when it goes, and its words with what they cost."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("All lines"), "", parent)
        self._line: LineView | None = None
        self.carrier = Notice(theme)
        self.switches: dict[AutoPolicy, Switch] = {}
        self.editors: dict[AutoPolicy, TextEditor] = {}
        self.saving_policies: list[AutoPolicy] = []
        self.column.addWidget(self.carrier)
        for policy in AutoPolicy:
            self.column.addWidget(self._card(theme, policy))
        self.column.addStretch(1)

    def show_line(self, line: LineView, settings: AllSettings) -> dict[str, object]:
        """Be about this line; returns its values."""
        self._line = line
        self.title.setText(line.name)
        connection = connection_of(settings, line.connection)
        policy = connection.text_policy if connection is not None else TextPolicy.EVERYTHING
        for editor in self.editors.values():
            editor.set_way(policy, separately=connection is not None and connection.separate)
        if line.carrier_answers_keywords:
            self.carrier.say(tr("The carrier of this line answers STOP, START and HELP, so these are not sent."))
        else:
            self.carrier.clear()
        values: dict[str, object] = {}
        for one in line.auto_texts:
            self._allow(one.policy, one.editable)
            values |= {_on(one.policy): one.enabled, _text(one.policy): one.text}
        return values

    def edits(self) -> list[tuple[AutoPolicy, EditAutoText]]:
        """Those that are changed, as they stand on the screen."""
        found = []
        for view in self._views():
            edit = EditAutoText(
                enabled=self.switches[view.policy].isChecked(),
                text=self.editors[view.policy].value(),
                version=view.version,
            )
            if (edit.enabled, edit.text) != (view.enabled, view.text):
                found.append((view.policy, edit))
        return found

    def mistakes(self) -> list[FieldError]:
        """What could not be sent as it stands."""
        changed = [policy for policy, _ in self.edits()]
        return [FieldError(_text(one), why) for one in changed if (why := self.editors[one].why_not())]

    def refuse(self, problem: Problem) -> None:
        """The hub says no to the first that is still changed: those before it are stored."""
        changed = self.edits()
        field = _text(changed[0][0]) if problem.field == "text" and changed else problem.field
        super().refuse(Problem(code=problem.code, text=problem.text, field=field))

    def _views(self) -> tuple[AutoTextView, ...]:
        return self._line.auto_texts if self._line is not None else ()

    def _card(self, theme: Theme, policy: AutoPolicy) -> Card:
        name = auto_text_name(policy)
        switch = Switch(theme, name)
        editor = TextEditor(theme, tr("{policy}: text").format(policy=name))
        editor.offer([(tr("Name of the line"), LINE_PLACEHOLDER)])
        editor.changed.connect(lambda: self._show_filled(policy))
        self.switches[policy], self.editors[policy] = switch, editor
        head = self.add(_on(policy), FormField(name, switch, note=auto_text_note(policy)))
        head.caption.set_tone("strong")
        text = self.add(_text(policy), FormField("", editor))
        text.caption.hide()
        card = Card(theme)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addWidget(head)
        layout.addWidget(text)
        return card

    def _allow(self, policy: AutoPolicy, editable: bool) -> None:
        self._explain(policy, "" if editable else tr("The hub’s settings file says this one."))
        self.switches[policy].setEnabled(editable)
        self.editors[policy].edit.setReadOnly(not editable)
        self.editors[policy].insert.setVisible(editable)

    def _show(self) -> None:
        super()._show()
        self._show_promise()

    def _explain(self, policy: AutoPolicy, more: str) -> None:
        self.fields[_on(policy)].explain(f"{auto_text_note(policy)} {more}".strip())

    def _show_promise(self) -> None:
        """A text that is on and tells customers to text HELP, where nobody answers that."""
        view = next((one for one in self._views() if one.policy is AutoPolicy.HELP), None)
        if self._line is None or view is None or not view.editable:
            return
        promised = any(
            self.switches[one].isChecked() and "HELP" in self.editors[one].value()
            for one in AutoPolicy
            if one is not AutoPolicy.HELP
        )
        answered = self.switches[AutoPolicy.HELP].isChecked() or self._line.carrier_answers_keywords
        unkept = tr("Another text offers HELP: nothing answers it until this is on.")
        self._explain(AutoPolicy.HELP, unkept if promised and not answered else "")

    def _show_filled(self, policy: AutoPolicy) -> None:
        editor = self.editors[policy]
        editor.show_as(filled(editor.value(), line=self._line.name if self._line is not None else ""))


def _on(policy: AutoPolicy) -> str:
    return f"{policy.value}.enabled"


def _text(policy: AutoPolicy) -> str:
    return f"{policy.value}.text"
