"""Start a chat with a number (A12)."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.domain.consent import ConsentState
from cti_client.ui.numbers.phone_field import PhoneField
from cti_client.ui.numbers.there import Zones
from cti_client.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.consent_badge import ConsentBadge
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.select import Select
from cti_client.wire.api import NumberAbilities
from cti_client.wire.frames import Line

CHECK_AFTER_MS = 300


class NewChatDialog(QDialog):
    """A number with its phone button, the line the texts leave from, and why not where it may not be.

    Asks by `check_wanted` while one types; whoever listens answers with `show_abilities`, and with `show_customer`
    where it knows who has the number. All that is said against a number stands in `answer`, once. Enter starts the
    chat as soon as that is possible. Where the hub asks about the hour at the customer's (B9), `ask_about_hour` makes
    the two buttons its answers. Opened with `open()`.
    """

    check_wanted = Signal(str, object)
    """Number as typed, line id (None: the hub chooses)."""
    chat_wanted = Signal(str, object)
    """Number as typed, line id."""
    allow_wanted = Signal(str, object)
    """*Allow SMS…*: number as typed, line id; answered by `check`."""

    def __init__(self, theme: Theme, lines: tuple[Line, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._abilities: NumberAbilities | None = None
        self._customer = ""
        self._held = False
        self._busy = False
        self._asks = ""
        self.setWindowTitle(self.tr("New chat"))
        self.field = PhoneField(theme, self.tr("Phone number"))
        self.field.setMinimumWidth(theme.pixels(400))
        self.line = Select(theme)
        self.line.setAccessibleName(self.tr("Line the texts leave from"))
        self.line.addItem(self.tr("The line used last with this number"), None)
        for line in lines:
            if line.can_send:
                self.line.addItem(f"{line.name} · {line.display}", line.id)
        self.answer = Label(tone="small", wrap=True)
        self.answer.setMinimumHeight(theme.pixels(34))
        self.consent = ConsentBadge(theme)
        self.allow = QPushButton(self.tr("Allow SMS…"))
        self.allow.clicked.connect(lambda: self.allow_wanted.emit(self.number, self.line_id))
        self.allow.hide()
        self.start = QPushButton(theme.icon("chat-circle-text", "on_accent"), self.tr("Start chat"))
        self.start.setProperty("kind", "primary")
        self.cancel = QPushButton(self.tr("Cancel"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_AFTER_MS)
        self._timer.timeout.connect(self.check)
        self._arrange()
        self.start.setDefault(True)
        self.field.changed.connect(self._typed)
        self.field.edit.returnPressed.connect(self._enter)
        self.field.button.refused.disconnect(self.field.say)
        self.field.button.refused.connect(self._refused)
        self.line.currentIndexChanged.connect(self._typed)
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(self.reject)
        self._show()

    @property
    def number(self) -> str:
        """What is typed."""
        return self.field.edit.text().strip()

    @property
    def line_id(self) -> int | None:
        """The line chosen; None: the hub chooses."""
        chosen: int | None = self.line.currentData()
        return chosen

    @property
    def in_quiet_hours(self) -> bool:
        """The person was asked about the hour and goes on."""
        return bool(self._asks)

    def check(self) -> None:
        """Ask now about what is typed."""
        self._timer.stop()
        if self.number:
            self.check_wanted.emit(self.number, self.line_id)

    @property
    def customer(self) -> str:
        """Who has the number, where exactly one is known to."""
        return self._customer

    def show_abilities(
        self, typed: str, line_id: int | None, abilities: NumberAbilities, *, held: bool = False
    ) -> None:
        """What may be done with `typed`; ignored where something else is chosen by now.

        `held`: a chat with it is open at this desk, which can be gone to whatever stands against a new one.
        """
        if (typed, line_id) == (self.number, self.line_id):
            self._abilities, self._held = abilities, held
            self._show()

    def show_customer(self, typed: str, line_id: int | None, name: str) -> None:
        """Who has the number `typed`; ignored where something else is chosen by now."""
        if (typed, line_id) == (self.number, self.line_id):
            self._customer = name
            self._show()

    def show_zones(self, typed: str, line_id: int | None, zones: Zones, now: Millis) -> None:
        """The time zones of the number `typed`; ignored where something else is chosen by now."""
        if (typed, line_id) == (self.number, self.line_id):
            self.field.there.show_zones(zones, now)

    def ask_about_hour(self, why: str) -> None:
        """Whether to text now all the same; `why` says what time it is there."""
        self._busy, self._asks = False, why
        self._show()
        self.cancel.setFocus()

    def show_problem(self, text: str) -> None:
        """Starting or asking failed; what is typed stays."""
        self._busy = False
        self._show()
        self._say(text, "bad")

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # as high as its lines need, always
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.field)
        layout.addSpacing(SPACE_S)
        caption = Label(self.tr("From"), "small")
        caption.setBuddy(self.line)
        layout.addWidget(caption)
        layout.addWidget(self.line)
        layout.addSpacing(SPACE_S)
        about = QHBoxLayout()
        about.setSpacing(SPACE_S)
        about.addWidget(self.consent)
        about.addStretch(1)
        about.addWidget(self.allow)
        layout.addWidget(self.answer)
        layout.addLayout(about)
        layout.addSpacing(SPACE_L - SPACE_S)
        layout.addLayout(buttons)
        for first, second in (
            (self.field.edit, self.field.button),
            (self.field.button, self.line),
            (self.line, self.allow),
            (self.allow, self.start),
            (self.start, self.cancel),
        ):
            self.setTabOrder(first, second)
        self.field.setFocus()

    def _typed(self) -> None:
        self._abilities, self._customer, self._held, self._asks = None, "", False, ""
        self.field.there.show_zones((), 0)
        self._show()
        if self.number:
            self._timer.start()
        else:
            self._timer.stop()

    def _show(self) -> None:
        known = self._abilities
        # A number that is texted by its tag alone has nothing on record of this line, which would read like a warning.
        says = known is not None and (known.can_allow or known.consent is not ConsentState.UNKNOWN)
        self.consent.show_consent(known.consent if known is not None and says else None)
        self.allow.setVisible(known is not None and known.can_allow and not self._held)
        may = known is not None and (self._held or not known.why_no_sms)
        self.start.setEnabled(may and not self._busy)
        start = self.tr("Text anyway") if self._asks else self.tr("Start chat")
        self.start.setText(self.tr("Starting…") if self._busy else start)
        self.start.setDefault(not self._asks)
        self.cancel.setText(self.tr("Not now") if self._asks else self.tr("Cancel"))
        self.cancel.setDefault(bool(self._asks))
        if self._asks and not self._busy:
            self._say(self._asks, "caution")
        elif known is None:
            self._say(self.tr("A case opens with everything ever exchanged with this number."), "small")
        elif self._held:
            self._say(self._with_name(self.tr("A chat with {who} is open already; it opens."), known), "good")
        elif known.why_no_sms:
            self._say(known.why_no_sms, "bad")
        else:
            self._say(self._with_name(self.tr("Texts will go to {who}."), known), "good")

    def _with_name(self, words: str, known: NumberAbilities) -> str:
        return words.format(who=f"{self._customer}, {known.display}" if self._customer else known.display)

    def _enter(self) -> None:
        """Start chat is the default button; while it is not known yet whether it may be pressed, that is asked now."""
        if self._abilities is None:
            self.check()

    def _refused(self, why: str) -> None:
        if why:
            self._say(why, "bad")

    def _say(self, text: str, tone: str) -> None:
        self.answer.setText(text)
        self.answer.set_tone(tone)

    def _start(self) -> None:
        self._busy = True
        self._show()
        self.chat_wanted.emit(self.number, self.line_id)
