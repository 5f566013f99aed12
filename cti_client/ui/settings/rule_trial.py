"""Which way would a text go?"""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cti_client.domain.errors import NotANumberError
from cti_client.domain.phone_number import display, parse_destination
from cti_client.domain.sms_routing import RoutingRule, connection_for
from cti_client.ui.numbers.phone_field import PhoneField
from cti_client.ui.settings.choices import Choices
from cti_client.ui.settings.words import connection_name, line_of, tr
from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.settings_api import AllSettings, RoutingRuleView


class RuleTrial(QWidget):
    """A number and a line, and the answer by the rules as they stand on the screen. Sends nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = AllSettings(version=0)
        self._rules: Sequence[RoutingRuleView] = ()
        self.number = PhoneField(theme, tr("Which way would a text to this number go?"))
        self.number.edit.textChanged.connect(lambda _: self._answer())
        self.line = Choices(theme)
        self.line.setAccessibleName(tr("From the line"))
        self.line.currentIndexChanged.connect(lambda _: self._answer())
        caption = Label(tr("From the line"), "small")
        caption.setBuddy(self.line)
        self.answer = Label(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for widget in (self.number, caption, self.line, self.answer):
            layout.addWidget(widget)
        self._answer()

    def show_rules(self, rules: Sequence[RoutingRuleView], settings: AllSettings) -> None:
        """What to go by."""
        self._rules, self._settings = rules, settings
        self.line.offer([(one.name, one.id) for one in settings.lines])
        self._answer()

    def _answer(self) -> None:
        typed = self.number.edit.text().strip()
        line = line_of(self._settings, self.line.currentData())
        if not typed or line is None:
            nothing = tr("Type a number to see it.") if self._settings.lines else tr("There is no line yet.")
            self._say(nothing, "muted")
            return
        try:
            address = parse_destination(typed, line.country).value
        except NotANumberError as error:
            self._say(str(error), "muted")
            return
        rules = [RoutingRule(one.connection, one.prefix, one.line_id) for one in self._rules]
        fits = next((place for place, one in enumerate(rules, 1) if one.fits(line.id, address)), None)
        way = connection_for(rules, line.id, address, line.connection)
        shown, name = display(address), connection_name(self._settings, way)
        if fits is not None:
            words = tr("{number}: by {connection}, for rule {place}.")
            self._say(words.format(number=shown, connection=name, place=fits), "good")
        elif way is not None:
            words = tr("{number}: by {connection}, the line’s own connection. No rule fits.")
            self._say(words.format(number=shown, connection=name), "good")
        else:
            words = tr("{number}: nowhere. No rule fits and the line has no connection, so the text fails.")
            self._say(words.format(number=shown), "bad")

    def _say(self, words: str, tone: str) -> None:
        self.answer.set_tone(tone)
        self.answer.setText(words)
