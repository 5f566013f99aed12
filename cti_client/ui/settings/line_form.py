"""The form of one line."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.settings.choices import Choices
from cti_client.ui.settings.country_select import CountrySelect
from cti_client.ui.settings.form import FieldError, Form
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.hours_control import HoursControl
from cti_client.ui.settings.number_control import NumberControl
from cti_client.ui.settings.words import line_of
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.notice import Notice
from cti_client.ui.widgets.switch import Switch
from cti_client.wire.api import Problem
from cti_client.wire.settings_api import AllSettings, EditLine, LineView

LONGEST_NAME = 60
HUB_NAMES = {"texts_from": "hours", "texts_until": "hours"}
LEAST_SECONDS, MOST_SECONDS = 5, 600


class LineForm(Form):
    """Everything of a line but its automatic texts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", "", parent)
        self.back.rename(self.tr("All lines"))
        self.remove.setText(self.tr("Remove line…"))
        self._view: LineView | None = None
        self.from_file = Notice(theme)
        self.number = NumberControl(theme, self.tr("Number"))
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.connection, self.country = Choices(theme), CountrySelect(theme)
        self.seconds = QLineEdit()
        self.pool = Choices(theme)
        self.words = Switch(theme, self.tr("Show the first words of a request before Accept"))
        self.carrier = Switch(theme, self.tr("The carrier answers STOP, START and HELP by itself"))
        self.quiet = Switch(theme, self.tr("Keep quiet hours"))
        self.hours = HoursControl(theme, self.tr("Texts may begin"))
        self._add_fields()
        self.quiet.toggled.connect(lambda on: self.fields["hours"].setVisible(on))

    @property
    def phone(self) -> PhoneButton:
        """The button beside the number."""
        return self.number.field.button

    def show_line(self, view: LineView | None, settings: AllSettings) -> dict[str, object]:
        """Be about this one (None: a new one); returns its values."""
        self._view = view
        self.title.setText(view.name if view is not None else self.tr("New line"))
        self.number.fix(view.address if view is not None else "", view.display if view is not None else "")
        connections = [(one.name, one.id) for one in settings.connections]
        self.connection.offer([(self.tr("None: nothing is sent"), None), *connections], keep=self.dirty)
        others = [one for one in settings.lines if view is None or one.id != view.id]
        self.pool.offer([(self.tr("No other line"), None), *((one.name, one.id) for one in others)], keep=self.dirty)
        editable = view is None or view.editable
        fixed = {HUB_NAMES.get(name, name) for name in (view.fixed if view is not None else ())}
        for name, field in self.fields.items():
            field.control.setEnabled(name not in fixed)
        self.remove.setVisible(view is not None and editable)
        if editable:
            self.from_file.clear()
        else:
            words = self.tr("This line stands in the hub’s settings file. What that leaves open can be set here.")
            self.from_file.say(words)
        first = settings.connections[0].id if view is None and len(settings.connections) == 1 else None
        shown = view or LineView(id=0, address="", display="", name="", version=0, connection=first)
        self.fields["hours"].setVisible(shown.quiet_hours)
        return {
            "address": shown.address,
            "name": shown.name,
            "connection": shown.connection,
            "country": shown.country,
            "offer_seconds": str(shown.offer_seconds),
            "shows_first_words": shown.shows_first_words,
            "carrier_answers_keywords": shown.carrier_answers_keywords,
            "pool_line_id": shown.pool_line_id,
            "quiet_hours": shown.quiet_hours,
            "hours": (shown.texts_from, shown.texts_until),
        }

    def edit(self) -> EditLine:
        """As it stands on the screen. `mistakes` has found nothing."""
        begin, end = self.hours.value()
        return EditLine(
            address=self._view.address if self._view is not None else self.number.value().strip(),
            name=self.name.text().strip(),
            version=self._view.version if self._view is not None else 0,
            connection=self.connection.currentData(),
            country=str(self.country.currentData()),
            offer_seconds=int(self.seconds.text()),
            shows_first_words=self.words.isChecked(),
            carrier_answers_keywords=self.carrier.isChecked(),
            pool_line_id=self.pool.currentData(),
            quiet_hours=self.quiet.isChecked(),
            texts_from=begin,
            texts_until=end,
        )

    def mistakes(self) -> list[FieldError]:
        """What is wrong with it, as far as it can be told here."""
        found = []
        if not self.number.value().strip():
            found.append(FieldError("address", self.tr("Enter the number.")))
        if not self.name.text().strip():
            found.append(FieldError("name", self.tr("Give it a name.")))
        seconds = self.seconds.text().strip()
        if not (seconds.isascii() and seconds.isdigit() and LEAST_SECONDS <= int(seconds) <= MOST_SECONDS):
            words = self.tr("A whole number from {least} to {most}.").format(least=LEAST_SECONDS, most=MOST_SECONDS)
            found.append(FieldError("offer_seconds", words))
        begin, end = self.hours.value()
        if begin >= end:
            found.append(FieldError("hours", self.tr("They must begin before they end.")))
        return found

    def refuse(self, problem: Problem) -> None:
        """The hub says no."""
        field = HUB_NAMES.get(problem.field, problem.field)
        super().refuse(Problem(code=problem.code, text=problem.text, field=field))

    def _add_fields(self) -> None:
        tr = self.tr
        self.column.addWidget(self.from_file)
        fields: dict[str, FormField] = {
            "address": FormField(tr("Number"), self.number),
            "name": FormField(tr("Name"), self.name, note=tr("As agents see it on a request.")),
            "connection": FormField(
                tr("Connection"), self.connection, note=tr("Texts leave by it where no routing rule says otherwise.")
            ),
            "country": FormField(
                tr("Country"), self.country, note=tr("Numbers without a country code are read as this country’s.")
            ),
            "offer_seconds": FormField(
                tr("Seconds to answer"), self.seconds, note=tr("After that a request goes to the next agent.")
            ),
            "shows_first_words": FormField(self.words.accessibleName(), self.words),
            "carrier_answers_keywords": FormField(
                self.carrier.accessibleName(),
                self.carrier,
                note=tr("Then this line sends no answer to them; consent is kept all the same."),
            ),
            "pool_line_id": FormField(
                tr("Shares consent with"), self.pool, note=tr("A STOP to one of them is a STOP to all.")
            ),
            "quiet_hours": FormField(
                self.quiet.accessibleName(),
                self.quiet,
                note=tr("By the customer’s clock. What we begin outside the hours asks first or waits; replies pass."),
            ),
            "hours": FormField(tr("Texts may begin"), self.hours),
        }
        for name, field in fields.items():
            self.column.addWidget(self.add(name, field))
        self.column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)


def pool_name(settings: AllSettings, line: LineView) -> str:
    """The line whose consent this one shares; empty where it keeps its own."""
    other = line_of(settings, line.pool_line_id)
    return other.name if other is not None else ""
