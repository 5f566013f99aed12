"""Who the customer is: name, consent, numbers, and the details to edit."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.domain.consent import ConsentState
from cti_client.ui.case.contact_form import ContactForm
from cti_client.ui.numbers.phone_field import PhoneField
from cti_client.ui.numbers.there import Zones
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.avatar import Avatar
from cti_client.ui.widgets.consent_badge import ConsentBadge
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label
from cti_client.ui.words import consent_name
from cti_client.wire.records import Contact, Interaction, PhoneEntry


class CustomerPanel(QWidget):
    """Shows the customer of one interaction and lets the details be edited."""

    phone_added = Signal(object)
    """A `PhoneField` has come into being; whoever joins phone buttons to the hub joins this one."""
    contact_edited = Signal(int, object)
    """Contact id and `EditContact`; answered by `form.finish` or `form.fail`."""
    left = Signal()
    """The form was closed by Esc; the keyboard has nothing more to do here."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._contact: Contact | None = None
        self._phones: tuple[PhoneEntry, ...] = ()
        self._live = True
        self.fields: list[PhoneField] = []
        self._avatar = Avatar(theme, 44)
        self.name = ElidedLabel(tone="title")
        self._company = ElidedLabel(tone="small")
        self.consent = ConsentBadge(theme)
        self._place = Label(tone="small")
        self.edit = IconButton(theme, "pencil-simple", self.tr("Edit customer"), role="accent")
        self.edit.clicked.connect(self._edit)
        self._form: ContactForm | None = None
        self._numbers = QVBoxLayout()
        self._numbers.setSpacing(SPACE_S)
        self._arrange()

    def _arrange(self) -> None:
        badges = QHBoxLayout()
        badges.setSpacing(SPACE_S)
        badges.addWidget(self.consent)
        badges.addWidget(self._place)
        badges.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        words.addWidget(self.name)
        words.addWidget(self._company)
        words.addLayout(badges)
        top = QHBoxLayout()
        top.setSpacing(SPACE_M)
        top.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        top.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addLayout(top)
        layout.addLayout(self._numbers)

    @property
    def form(self) -> ContactForm:
        """The details to edit; made when it is first needed."""
        if self._form is None:
            self._form = ContactForm(self._theme, self)
            self._form.saved.connect(self.contact_edited)
            self._form.done.connect(self._edited)
            self._form.left.connect(self.left)
            self._column.insertWidget(1, self._form)
            self._order_tabs()
        return self._form

    def show_customer(self, record: Interaction, region: str = "") -> None:
        """Show who this is. What is being edited is left alone."""
        contact = record.contact
        self._contact = contact
        name = contact.name if contact else ""
        self._avatar.show_customer(record.thread_id, name)
        self.name.setText(name or record.address_display)
        self._company.setText(contact.company if contact else "")
        self._company.setVisible(bool(contact and contact.company))
        self._place.setText(region)
        self.consent.show_consent(record.consent)
        self.edit.setEnabled(contact is not None and (self._form is None or self._form.isHidden()))
        phones = contact.phones if contact else ()
        if all(phone.address != record.address for phone in phones):
            own = PhoneEntry(
                address=record.address,
                display=record.address_display,
                type="",
                sms=record.repliable,
                consent=record.consent,
            )
            phones = (own, *phones)
        self._show_phones(phones)

    def show_zones(self, zones: Mapping[str, Zones], now: Millis) -> None:
        """The time zones in which this customer may be, by number; shown beside it where it is another time there."""
        for phone, field in zip(self._phones, self.fields, strict=False):
            field.there.show_zones(zones.get(phone.address, ()), now)

    def set_live(self, live: bool) -> None:
        """Without a link consent is only what was known last."""
        self._live = live
        self.consent.set_live(live)
        for field in self.fields:
            field.consent.set_live(live)

    def go_to_number(self, address: str) -> PhoneField | None:
        """The keyboard goes to the field of this number, which is selected to be compared or copied."""
        for phone, field in zip(self._phones, self.fields, strict=False):
            if phone.address == address:
                field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
                field.edit.selectAll()
                return field
        return None

    def tick(self, now: Millis) -> None:
        """The hub's time now."""
        for field in self.fields:
            field.there.tick(now)

    def _show_phones(self, phones: tuple[PhoneEntry, ...]) -> None:
        if phones == self._phones:
            return
        self._phones = phones
        while len(self.fields) > len(phones):
            field = self.fields.pop()
            self._numbers.removeWidget(field)
            field.deleteLater()
        for at, phone in enumerate(phones):
            if at == len(self.fields):
                field = PhoneField(self._theme, read_only=True, parent=self)
                field.consent.set_live(self._live)
                self.fields.append(field)
                self._numbers.addWidget(field)
                self.phone_added.emit(field)
                self._order_tabs()
            self.fields[at].show_number(phone.address, phone.display, self._phone_words(phone))
            self.fields[at].consent.show_consent(phone.consent)

    def _order_tabs(self) -> None:
        """As one reads, whenever each part was made."""
        stops: list[QWidget] = [self.edit]
        if self._form is not None:
            stops += [*self._form.edits.values(), self._form.cancel, self._form.save]
        for field in self.fields:
            stops += [field.edit, field.button]
        for one, after in pairwise(stops):
            QWidget.setTabOrder(one, after)

    def _phone_words(self, phone: PhoneEntry) -> str:
        kind = {
            "Mobile": self.tr("Mobile"),
            "Home": self.tr("Home"),
            "Work": self.tr("Work"),
            "Other": self.tr("Other"),
        }.get(phone.type, self.tr("Number"))
        consent = "" if phone.consent is None else consent_name(phone.consent)
        # Its own word says that it takes texts; of who said neither yes nor no, only the tag does.
        if phone.sms and phone.consent in (None, ConsentState.UNKNOWN):
            kind = self.tr("{type} · SMS").format(type=kind)
        return f"{kind} · {consent}" if consent else kind

    def _edit(self) -> None:
        if self._contact is not None:
            self.edit.setEnabled(False)
            self.form.open_for(self._contact)

    def _edited(self) -> None:
        self.edit.setEnabled(self._contact is not None)
        self.edit.setFocus()
