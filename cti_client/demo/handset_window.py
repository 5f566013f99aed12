"""A window that plays the customers' phones. It speaks HTTP to the simulator and knows nothing else of the product."""

import asyncio
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTime, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cti_client.demo.handset_client import HandsetClient, HandsetError, PhoneState, PhoneText
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.theme import BUBBLE_CORNER, Theme
from cti_client.ui.widgets.select import Select

OTHER = "Another number…"
RETRY_S = 2.0

STATES = {
    PhoneState.ON: "The phone is on",
    PhoneState.OFF: "The phone is off: texts wait",
    PhoneState.REFUSED: "The network refuses texts to it",
}

SHOWN = 200
"""Bubbles kept on the screen of one phone."""


class HandsetWindow(QWidget):
    """Several customers' phones, one shown at a time.

    `customers`: (name, number) pairs to choose from; `line`: the number that is texted.
    """

    text_arrived = Signal(str, str)
    """number of the phone, text"""

    def __init__(
        self, theme: Theme, client: HandsetClient, tasks: TaskOwner, customers: Sequence[tuple[str, str]], line: str
    ) -> None:
        super().__init__()
        self._theme, self._client, self._tasks, self._line = theme, client, tasks, line
        self._may_close = False
        self.changing = False
        """The network has not yet confirmed how the phone takes texts."""
        self._listening: set[str] = set()
        self._texts: dict[str, list[tuple[bool, str, str]]] = {}
        self._states: dict[str, PhoneState] = {}
        self.setWindowTitle("Handset – the customer’s phone")
        self.setObjectName("handset")
        self.resize(340, 620)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        hint = _plain("Play the customer: text the company and watch the agent’s window.", "muted")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        self.phone = Select(theme)
        self.phone.setAccessibleName("The customer’s phone")
        self.phone.setToolTip("Whose phone this is (Ctrl+L)")
        for name, number in customers:
            self.phone.addItem(f"{name}  {number}", number)
        self.phone.addItem(OTHER, "")
        self.phone.currentIndexChanged.connect(self._choose_phone)
        layout.addWidget(self.phone)
        self.other = QLineEdit()
        self.other.setPlaceholderText("Number, as +15550142234")
        self.other.setAccessibleName("Another customer’s number")
        self.other.editingFinished.connect(self._show_phone)
        self.other.hide()
        layout.addWidget(self.other)
        self.state = Select(theme)
        self.state.setAccessibleName("How this phone takes texts")
        for state, words in STATES.items():
            self.state.addItem(words, state)
        self.state.currentIndexChanged.connect(self._set_state)
        layout.addWidget(self.state)
        layout.addWidget(_plain(f"To {line}", "muted"))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Texts on this phone")
        self._area.setObjectName("chatArea")
        layout.addWidget(self._area, 1)
        self.problem = _plain("", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        layout.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Text message")
        self.text.setAccessibleName("Text message")
        self.text.returnPressed.connect(self._send)
        self.send = QPushButton("Text")
        self.send.setProperty("kind", "primary")
        self.send.setToolTip("Send this text (Enter)")
        self.send.setIcon(theme.icon("paper-plane-tilt", "on_accent"))
        self.send.clicked.connect(self._send)
        row.addWidget(self.text, 1)
        row.addWidget(self.send)
        layout.addLayout(row)
        QShortcut(QKeySequence("Ctrl+L"), self, self.phone.setFocus)
        theme.changed.connect(self._show_phone)
        self._show_phone()

    @property
    def number(self) -> str:
        """The number of the phone on the screen."""
        chosen = str(self.phone.currentData())
        return chosen or "".join(c for c in self.other.text() if c.isdigit() or c == "+")

    def texts(self, number: str) -> list[str]:
        """What has arrived at a phone, oldest first."""
        return [text for mine, text, _ in self._texts.get(number, []) if not mine]

    def close_for_good(self) -> None:
        """Close, at the end of the demo."""
        self._may_close = True
        self.close()

    def _send(self) -> None:
        text, number = self.text.text(), self.number
        if not text.strip() or not number:
            return
        self.text.setFocus()  # a button that is disabled hands the keyboard on, to the choice of phones
        self.send.setEnabled(False)
        self._tasks.start(self._send_text(number, text), name="handset send")

    async def _send_text(self, number: str, text: str) -> None:
        try:
            await self._client.text(number, self._line, text)
        except HandsetError as error:
            self.problem.setText(str(error))
            self.problem.show()
        else:
            self.problem.hide()
            self.text.clear()
            self._add(number, True, text, "sent")
        finally:
            self.send.setEnabled(True)

    async def _listen(self, number: str) -> None:
        after = 0
        while True:
            try:
                for arrived in await self._client.inbox(number, after, 25):
                    after = arrived.number
                    self._arrived(number, arrived)
            except HandsetError as error:
                self.problem.setText(str(error))
                self.problem.show()
                await asyncio.sleep(RETRY_S)

    def _arrived(self, number: str, arrived: PhoneText) -> None:
        parts = "1 part" if arrived.parts == 1 else f"{arrived.parts} parts, joined by the phone"
        self._add(number, False, arrived.text, parts)
        self.text_arrived.emit(number, arrived.text)

    def _add(self, number: str, mine: bool, text: str, detail: str) -> None:
        texts = self._texts.setdefault(number, [])
        texts.append((mine, text, f"{QTime.currentTime().toString('HH:mm')} · {detail}"))
        del texts[:-SHOWN]
        if number == self.number:
            self._paint(texts)

    def _choose_phone(self) -> None:
        another = not self.phone.currentData()
        self.other.setVisible(another)
        self._show_phone()
        if another:
            self.other.setFocus()

    def _set_state(self) -> None:
        number, state = self.number, self.state.currentData()
        if number and state is not self._states.get(number, PhoneState.ON):
            self._states[number] = state
            self.changing = True
            self._tasks.start(self._tell_state(number, state), name="handset state")

    async def _tell_state(self, number: str, state: PhoneState) -> None:
        try:
            await self._client.set_state(number, state)
        except HandsetError as error:
            self.problem.setText(str(error))
            self.problem.show()
            del self._states[number]
            self._show_phone()
        else:
            self.problem.hide()
        finally:
            self.changing = False

    def _show_phone(self) -> None:
        number = self.number
        self.state.setCurrentIndex(self.state.findData(self._states.get(number, PhoneState.ON)))
        if number and number not in self._listening:
            self._listening.add(number)
            self._tasks.start(self._listen(number), name=f"handset inbox {len(self._listening)}")
        self._paint(self._texts.get(number, []))
        self.text.setFocus()

    def _paint(self, texts: list[tuple[bool, str, str]]) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(8)
        column.setContentsMargins(8, 8, 8, 8)
        if not texts:
            empty = _plain("No texts on this phone yet.\nWrite one below.", "muted")
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(empty, 1)
        else:
            column.addStretch(1)
        for mine, text, detail in texts:
            bubble = QFrame()
            bubble.setStyleSheet(self._bubble_style(mine))
            inside = QVBoxLayout(bubble)
            inside.setContentsMargins(12, 8, 12, 8)
            label = _plain(text)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            inside.addWidget(label)
            inside.addWidget(_plain(detail, "small"))
            row = QHBoxLayout()
            if mine:
                row.addSpacing(40)
            row.addWidget(bubble, 1)
            if not mine:
                row.addSpacing(40)
            column.addLayout(row)
        self._area.setWidget(page)
        bar = self._area.verticalScrollBar()
        QTimer.singleShot(0, page, partial(_to_end, bar))

    def _bubble_style(self, mine: bool) -> str:
        palette = self._theme.palette
        ground = palette.bubble if mine else palette.surface
        return f"QFrame {{ background: {ground.name()}; border: none; border-radius: {BUBBLE_CORNER}px; }}"

    def closeEvent(self, event: QCloseEvent) -> None:
        """Minimise: the phones stay on, and the person finds the window again."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.showMinimized()


def _to_end(bar: QScrollBar) -> None:
    bar.setValue(bar.maximum())


def _plain(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("tone", role)
    return label
