"""Start a chat with a number (A12)."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme, restyle
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.select import Select
from cti_client.wire.api import NumberAbilities
from cti_client.wire.frames import Line

CHECK_AFTER_MS = 300


class NewChatDialog(QDialog):
    """A number, the line the texts leave from, and why not where it may not be.

    Asks by `check_wanted` while one types; whoever listens answers with `show_abilities`. Opened with `open()`.
    """

    check_wanted = Signal(str, object)
    """Number as typed, line id (None: the hub chooses)."""
    chat_wanted = Signal(str, object)
    """Number as typed, line id."""
    call_wanted = Signal(str)
    """A `tel:` address."""

    def __init__(
        self, theme: Theme, lines: tuple[Line, ...], *, may_call: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._may_call = may_call
        self._abilities: NumberAbilities | None = None
        self._busy = False
        self.setWindowTitle(self.tr("New chat"))
        self.setMinimumWidth(theme.pixels(420))
        self.number = QLineEdit()
        self.number.setPlaceholderText(self.tr("Number with country code, +1 555…"))
        self.number.setAccessibleName(self.tr("Phone number"))
        self.number.setClearButtonEnabled(True)
        self.line = Select(theme)
        self.line.setAccessibleName(self.tr("Line the texts leave from"))
        self.line.addItem(self.tr("The customer’s last line, else the first"), None)
        for line in lines:
            if line.can_send:
                self.line.addItem(f"{line.name} · {line.display}", line.id)
        self.answer = Label(tone="small", wrap=True)
        self.answer.setMinimumHeight(theme.pixels(34))
        self.start = QPushButton(theme.icon("chat-circle-text", "on_accent"), self.tr("Start chat"))
        self.start.setProperty("kind", "primary")
        self.start.setDefault(True)
        self.call = QPushButton(theme.icon("phone"), self.tr("Call"))
        self.call.setVisible(may_call)
        self.cancel = QPushButton(self.tr("Cancel"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_AFTER_MS)
        self._timer.timeout.connect(self.check)
        self._arrange()
        self.number.textChanged.connect(self._typed)
        self.line.currentIndexChanged.connect(self._typed)
        self.start.clicked.connect(self._start)
        self.call.clicked.connect(self._call)
        self.cancel.clicked.connect(self.reject)
        self._show()

    def check(self) -> None:
        """Ask now about what is typed."""
        self._timer.stop()
        if self.number.text().strip():
            self.check_wanted.emit(self.number.text().strip(), self.line.currentData())

    def show_abilities(self, typed: str, abilities: NumberAbilities) -> None:
        """What may be done with `typed`; ignored where something else is typed by now."""
        if typed == self.number.text().strip():
            self._abilities = abilities
            self._show()

    def show_problem(self, text: str) -> None:
        """Starting or asking failed; what is typed stays."""
        self._busy = False
        self._show()
        self._say(text, "bad")

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.call)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        for words, field in ((self.tr("Phone &number"), self.number), (self.tr("&Line"), self.line)):
            label = Label(words, "muted")
            label.setBuddy(field)
            layout.addWidget(label)
            layout.addWidget(field)
            layout.addSpacing(SPACE_M - SPACE_S)
        layout.addWidget(self.answer)
        layout.addSpacing(SPACE_L - SPACE_S)
        layout.addLayout(buttons)
        for first, second in (
            (self.number, self.line),
            (self.line, self.start),
            (self.start, self.call),
            (self.call, self.cancel),
        ):
            self.setTabOrder(first, second)

    def _typed(self) -> None:
        self._abilities = None
        self._show()
        if self.number.text().strip():
            self._timer.start()
        else:
            self._timer.stop()

    def _show(self) -> None:
        known = self._abilities
        self.start.setEnabled(not self._busy and known is not None and not known.why_no_sms)
        self.start.setText(self.tr("Starting…") if self._busy else self.tr("Start chat"))
        self.call.setEnabled(known is not None and bool(known.tel) and not known.why_no_call)
        if known is None:
            self._say(self.tr("A case opens with everything ever exchanged with this number."), "small")
        elif known.why_no_sms:
            self._say(known.why_no_sms, "bad")
        else:
            self._say(self.tr("Texts will go to {number}.").format(number=known.display), "good")

    def _say(self, text: str, tone: str) -> None:
        self.answer.setText(text)
        self.answer.set_tone(tone)
        restyle(self.number, "invalid", "true" if tone == "bad" else "false")

    def _start(self) -> None:
        self._busy = True
        self._show()
        self.chat_wanted.emit(self.number.text().strip(), self.line.currentData())

    def _call(self) -> None:
        if self._abilities is not None and self._abilities.tel:
            self.call_wanted.emit(self._abilities.tel)
            self.accept()
