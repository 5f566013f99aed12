"""The form of one connection."""

import re
import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from cti_client.domain.text_policy import TextPolicy
from cti_client.ui.settings.choices import Choices
from cti_client.ui.settings.connection_trial import ConnectionTrial
from cti_client.ui.settings.copy_field import CopyField
from cti_client.ui.settings.country_select import CountrySelect
from cti_client.ui.settings.form import FieldError, Form
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.option_fields import PREFIX, OptionFields
from cti_client.ui.settings.secret_field import SecretField
from cti_client.ui.settings.words import separate_note, text_policy_name, text_policy_note
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.api import Problem
from cti_client.wire.settings_api import SECRET_KEPT, ConnectionKind, ConnectionView, EditConnection

LONGEST_NAME = 60
LONGEST_ID = 40

_NUMBER = re.compile(r"[0-9]{1,9}[.]?[0-9]{0,9}")


class ConnectionForm(Form):
    """Everything of a connection, what is wrong with it as it is set, and its trial."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", "", parent)
        self.back.rename(self.tr("All connections"))
        self.remove.setText(self.tr("Remove connection…"))
        self.remove.show()
        self._kinds: tuple[ConnectionKind, ...] = ()
        self._view: ConnectionView | None = None
        self._taken: frozenset[str] = frozenset()
        self.trouble = Notice(theme)
        self.from_file = Notice(theme)
        self.kind, self.name = Choices(theme), QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.options = OptionFields(theme)
        self.options.added.connect(self.add)
        self.options.dropped.connect(self.drop)
        self.secret = SecretField(theme, self.tr("Secret of its calls"), can_make=True)
        self.webhook = CopyField(theme, self.tr("Address for received texts"))
        self.country = CountrySelect(theme)
        self.policy, self.separate = Choices(theme), Choices(theme)
        self.policy.offer([(text_policy_name(one), one) for one in TextPolicy])
        self.separate.offer([(self.tr("One long message"), False), (self.tr("Messages of their own"), True)])
        self.per_second = QLineEdit()
        self.per_second.setPlaceholderText(self.tr("No limit"))
        self.trial = ConnectionTrial(theme)
        self._add_fields()
        self.kind.currentIndexChanged.connect(lambda _: self._follow_kind())
        self.policy.currentIndexChanged.connect(lambda _: self._explain())
        self.separate.currentIndexChanged.connect(lambda _: self._explain())
        self.changed.connect(self._follow)

    def show_connection(
        self, view: ConnectionView | None, kinds: tuple[ConnectionKind, ...], taken: frozenset[str]
    ) -> dict[str, object]:
        """Be about this one (None: a new one); returns its values. `taken`: the ids there are."""
        if view != self._view:
            self.trial.stop_showing()
        self._view, self._kinds, self._taken = view, kinds, taken
        self.title.setText(view.name if view is not None else self.tr("New connection"))
        self.kind.offer([(one.name, one.kind) for one in kinds])
        shown = view.kind if view is not None else (kinds[0].kind if kinds else "")
        self.options.show_kind(self._kind_named(shown))
        editable = view is None or view.editable
        self.kind.setEnabled(view is None)
        for name, field in self.fields.items():
            if name not in ("kind", "webhook"):
                field.control.setEnabled(editable)
        self.allow_save(editable)
        self.remove.setVisible(view is not None and editable)
        self._say_state(view)
        kind = self._kind_named(shown)
        self.fields["secret"].setVisible(kind is not None and kind.needs_secret)
        self.fields["separate"].setVisible(kind is None or kind.can_separate)
        self.fields["webhook"].setVisible(view is not None and bool(view.webhook_url))
        return self._values_of(view, shown)

    def edit(self) -> EditConnection:
        """As it stands on the screen. `mistakes` has found nothing."""
        values, view = self.values, self._view
        name = str(values["name"]).strip()
        options = {key.removeprefix(PREFIX): str(value) for key, value in values.items() if key.startswith(PREFIX)}
        rate = str(values["per_second"]).strip().replace(",", ".")
        kind = self._kind_named(str(values["kind"]))
        return EditConnection(
            id=view.id if view is not None else new_id(name, self._taken),
            kind=str(values["kind"]),
            name=name,
            version=view.version if view is not None else 0,
            country=str(values["country"]),
            text_policy=TextPolicy(str(values["text_policy"])),
            separate=bool(values["separate"]),
            per_second=float(rate) if rate else None,
            options={key: value for key, value in options.items() if value},
            secret=str(values["secret"]) if kind is not None and kind.needs_secret else "",
        )

    def mistakes(self) -> list[FieldError]:
        """What is wrong with it, as far as it can be told here."""
        found = []
        if not self.name.text().strip():
            found.append(FieldError("name", self.tr("Give it a name.")))
        kind = self._kind_named(str(self.kind.currentData()))
        for option in kind.options if kind is not None else ():
            field = self.fields[PREFIX + option.key]
            if option.required and not str(field.value()).strip():
                found.append(FieldError(PREFIX + option.key, self.tr("{label} is needed.").format(label=option.label)))
        if kind is not None and kind.needs_secret and not self.secret.value().strip():
            found.append(FieldError("secret", self.tr("A secret is needed: the gateway shows it when it calls.")))
        rate = self.per_second.text().strip().replace(",", ".")
        if rate and _NUMBER.fullmatch(rate) is None:
            found.append(FieldError("per_second", self.tr("A number, or nothing for no limit.")))
        return found

    def refuse(self, problem: Problem) -> None:
        """The hub says no. The id is made of the name."""
        if problem.field == "id" and self._view is None:
            problem = Problem(code=problem.code, text=problem.text, field="name")
        super().refuse(problem)

    def _add_fields(self) -> None:
        add, column, tr = self.add, self.column, self.tr
        for notice in (self.trouble, self.from_file):
            column.addWidget(notice)
        webhook_note = tr("Enter it in the gateway’s settings, with the secret in the place of KEY.")
        rate_note = tr("How many texts a second it may be given, where your contract limits it.")
        country_note = tr("Numbers without a country code are read as this country’s.")
        for name, field in (
            ("kind", FormField(tr("Kind of gateway"), self.kind)),
            ("name", FormField(tr("Name"), self.name)),
        ):
            column.addWidget(add(name, field))
        column.addWidget(self.options)
        for name, field in (
            ("secret", FormField(tr("Secret of its calls"), self.secret)),
            ("webhook", FormField(tr("Address for received texts"), self.webhook, note=webhook_note)),
        ):
            column.addWidget(add(name, field))
        column.addWidget(self.trial)
        rule = QFrame()
        rule.setProperty("kind", "rule")
        rule.setFixedHeight(1)
        column.addWidget(rule)
        for name, field in (
            ("text_policy", FormField(tr("Characters it lets through"), self.policy)),
            ("separate", FormField(tr("Long text"), self.separate)),
            ("per_second", FormField(tr("Texts a second"), self.per_second, note=rate_note)),
            ("country", FormField(tr("Country"), self.country, note=country_note)),
        ):
            column.addWidget(add(name, field))
        column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._explain()
        self._explain_secret()

    def _values_of(self, view: ConnectionView | None, kind_name: str) -> dict[str, object]:
        kind = self._kind_named(kind_name)
        had = view.options if view is not None else {}
        options = {PREFIX + one.key: had.get(one.key, "") for one in (kind.options if kind is not None else ())}
        choices = {PREFIX + one.key: one.default for one in (kind.options if kind else ()) if one.choices}
        options |= {key: value for key, value in choices.items() if not options[key]}
        shown = view if view is not None else ConnectionView(id="", kind=kind_name, name="", version=0)
        return {
            "kind": shown.kind,
            "name": shown.name,
            "country": shown.country,
            "text_policy": shown.text_policy,
            "separate": shown.separate,
            "per_second": "" if shown.per_second is None else f"{shown.per_second:g}",
            "secret": shown.secret,
            "webhook": shown.webhook_url,
            **options,
        }

    def say_trouble(self, why: str) -> None:
        """Why it does not work as it is set, or just now; empty: it does."""
        if why:
            self.trouble.say(why, "bad")
        else:
            self.trouble.clear()

    def _say_state(self, view: ConnectionView | None) -> None:
        if view is not None and not view.editable:
            self.from_file.say(self.tr("This connection stands in the hub’s settings file and is changed there."))
        else:
            self.from_file.clear()

    def _follow_kind(self) -> None:
        """Another kind is chosen for a new connection."""
        kind = self._kind_named(str(self.kind.currentData()))
        if self._view is None:
            self.options.show_kind(kind)
            self.fields["secret"].setVisible(kind is not None and kind.needs_secret)
            self.fields["separate"].setVisible(kind is None or kind.can_separate)
            self.settle()

    def _explain(self) -> None:
        policy = self.policy.currentData()
        if policy is not None and "text_policy" in self.fields:
            self.fields["text_policy"].explain(text_policy_note(TextPolicy(policy)))
            self.fields["separate"].explain(separate_note(bool(self.separate.currentData())))

    def _explain_secret(self) -> None:
        note = self.tr("The gateway shows it whenever it calls the hub, so that nobody else can.")
        if self.secret.value() not in ("", SECRET_KEPT):
            note = self.tr("Copy it into the gateway’s settings now: once saved it is never shown again.")
        self.fields["secret"].explain(note)

    def _follow(self) -> None:
        self._explain_secret()
        self.trial.allow(self._live and not self.saving)

    def _kind_named(self, name: str) -> ConnectionKind | None:
        return next((one for one in self._kinds if one.kind == name), None)


def new_id(name: str, taken: frozenset[str]) -> str:
    """An id made of a name, as it stands in addresses: `My Kannel` becomes `my-kannel`, a second one `my-kannel-2`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_ID - 4] or "connection"
    number, found = 1, made
    while found in taken:
        number += 1
        found = f"{made}-{number}"
    return found
