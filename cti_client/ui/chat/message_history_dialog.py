"""What became of one text, from the hub's own notes: each attempt, each report as the gateway gave it (D3, E6), and
what agents said of it (D4).
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState
from cti_client.ui.breakable import breakable
from cti_client.ui.delivery_words import reason_words, state_words
from cti_client.ui.local_time import clock_seconds, day_name, day_of
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.label import Label
from cti_client.ui.words import tr
from cti_client.wire.api import Attempt, MessageHistory, Report, Settlement

PREVIEW = 160
"""Characters of the text that head the dialog."""


class MessageHistoryDialog(QDialog):
    """Loads when it opens. Use `open()`; answer `wanted` by `show_history` or `fail`."""

    wanted = Signal()
    """The history is needed, again after a failure."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("How this text went"))
        self._lines: list[str] = []
        words = " ".join(text.split())
        self._text = Label(breakable(words if len(words) <= PREVIEW else words[: PREVIEW - 1] + "…"), wrap=True)
        self._state = EmptyState(theme, "clock-counter-clockwise")
        self._state.acted.connect(self._ask)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, SPACE_M, 0)
        self._body.setSpacing(SPACE_XS)
        inside = QWidget()
        inside.setLayout(self._body)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAccessibleName(self.windowTitle())
        self._scroll.setWidget(inside)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._state)
        self._pages.addWidget(self._scroll)
        self.copy = QPushButton(theme.icon("copy"), self.tr("Copy"))
        self.copy.setToolTip(self.tr("Copy all of it, for whoever looks after the gateway"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText("\n".join(self._lines)))
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setProperty("kind", "primary")
        box = QDialogButtonBox()
        box.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._text)
        layout.addWidget(self._pages, 1)
        layout.addWidget(box)
        self.resize(theme.pixels(480), theme.pixels(420))
        self.setMinimumWidth(theme.pixels(320))
        self.close_button.setDefault(True)
        self._show_loading()

    def open(self) -> None:
        """Qt's own, and asks for the history."""
        super().open()
        self.wanted.emit()

    def fail(self, why: str) -> None:
        """It could not be read; the person may try again."""
        self.copy.setEnabled(False)
        self._state.show_state("warning", self.tr("This cannot be shown now"), why, self.tr("Try again"))
        self._pages.setCurrentWidget(self._state)

    def show_history(self, history: MessageHistory) -> None:
        """Show it, oldest first."""
        self._clear()
        day = day_of(history.attempts[0].at)
        self._say(day_name(day), "caps")
        for attempt in history.attempts:
            self._say(_attempt_heading(attempt), "strong")
            of_it = [each for each in history.reports if (each.attempt or 1) == attempt.attempt]
            for report in of_it:
                self._say(_report_line(report), "small")
            if not of_it:
                self._say(self.tr("The gateway has reported nothing on it."), "small")
            for settlement in history.settlements:
                if settlement.attempt == attempt.attempt:
                    self._say(_settlement_line(settlement), "small")
            self._say(_outcome(attempt))
            self._body.addSpacing(SPACE_S)
        proof = _proof(history)
        if proof:
            self._say(self.tr("When it was sent"), "strong")
            self._say(proof)
        self._body.addStretch(1)
        self.copy.setEnabled(True)
        self._pages.setCurrentWidget(self._scroll)

    def _show_loading(self) -> None:
        self.copy.setEnabled(False)
        self._state.show_state("clock-counter-clockwise", self.tr("Loading…"))
        self._pages.setCurrentWidget(self._state)

    def _ask(self) -> None:
        self._show_loading()
        self.wanted.emit()

    def _say(self, words: str, tone: str = "") -> None:
        label = Label(breakable(words), tone, wrap=True)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._body.addWidget(label)
        self._lines.append(words)

    def _clear(self) -> None:
        self._lines.clear()
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()


def _attempt_heading(attempt: Attempt) -> str:
    parts = [tr("Attempt {n}").format(n=attempt.attempt), clock_seconds(attempt.at)]
    if attempt.by:
        parts.append(tr("sent again by {name}").format(name=attempt.by))
    if attempt.connection:
        parts.append(tr("by way of {connection}").format(connection=attempt.connection))
    return " · ".join(parts)


def _report_line(report: Report) -> str:
    parts = [clock_seconds(report.at), state_words(report.state)]
    if report.part is not None:
        parts.append(tr("part {n}").format(n=report.part + 1))
    if report.raw:
        parts.append(report.raw)
    return " · ".join(parts)


def _settlement_line(settlement: Settlement) -> str:
    said = tr("{name} said that it arrived") if settlement.arrived else tr("{name} said that it did not arrive")
    return f"{clock_seconds(settlement.at)} · {said.format(name=settlement.by)}"


def _outcome(attempt: Attempt) -> str:
    time = clock_seconds(attempt.state_at)
    if not attempt.settled_by:
        words = tr("{time}: {state}").format(time=time, state=state_words(attempt.state))
    elif attempt.state is DeliveryState.DELIVERED:
        words = tr("{time}: arrived, as {name} said").format(time=time, name=attempt.settled_by)
    else:
        words = tr("{time}: did not arrive, as {name} said").format(time=time, name=attempt.settled_by)
    why = [reason_words(attempt.reason)] if attempt.reason is not None else []
    why += [attempt.reason_text] if attempt.reason_text else []
    return " – ".join([words, *why])


def _proof(history: MessageHistory) -> str:
    parts = [_consent_words(history.checked_consent)] if history.checked_consent else []
    if history.local_time:
        parts.append(tr("{time} where the customer is").format(time=history.local_time))
    return " · ".join(parts)


def _consent_words(state: str) -> str:
    return {
        ConsentState.OPTED_IN: tr("the customer had opted in"),
        ConsentState.OPTED_OUT: tr("the customer had opted out"),
    }.get(ConsentState(state), tr("nothing stood against it"))
