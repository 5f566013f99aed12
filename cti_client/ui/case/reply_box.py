"""Where the agent writes: to whom, what it will cost, and Send."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cti_client.domain.canned_reply import unfilled
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.sms_text import LONGEST, SEPARATE_LIMIT, Measure, measure, plain_replacement, separate
from cti_client.domain.text_policy import Refused, TextPolicy, refusal_sentence, refused, replacement
from cti_client.ui.case.canned_replies import CannedReplies
from cti_client.ui.refused_marks import mark_refused
from cti_client.ui.text_cost import cost_words
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme, restyle
from cti_client.ui.widgets.avatar import Avatar
from cti_client.ui.widgets.consent_icon import ConsentIcon
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.topics import CannedReply

DRAFT_PAUSE_MS = 300
LEAST_LINES = 3
MOST_LINES = 10
COUNTER_PX = 260
CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
"""The keys that a list beside the editor takes."""
INSET_PX = 4
SLACK_PX = 1
"""Qt counts a line as visible only where the view is higher than its lines."""


class ReplyBox(QFrame):
    """Holds the text until Send; never loses it. The customer's colour and name stand inside (A9a)."""

    send_requested = Signal(str)
    """The text to send. The box is empty already; `put_back` returns a text that could not be kept."""
    draft_changed = Signal(str)
    """The text after a pause in writing, and at once when the box is left."""

    typed = Signal()
    """The agent wrote or deleted something; not for drafts that are put back."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._blocked, self._blocked_role = "", "bad"
        self._measured: Measure | None = None
        self._policy, self._separate = TextPolicy.EVERYTHING, False
        self._refused: tuple[Refused, ...] = ()
        self._most_lines = MOST_LINES
        self.setProperty("kind", "panel")
        self._avatar = Avatar(theme, 24)
        self._to = ElidedLabel(tone="strong")
        self._number = ElidedLabel(tone="small")
        self.consent = ConsentIcon(theme)
        self.notice = Notice(theme)
        self.editor = _Editor()
        self.editor.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # it wraps
        self.editor.setTabChangesFocus(True)
        self.editor.setAccessibleName(self.tr("Reply"))
        # The document's own margin scrolls with the text; round the viewport it leaves room for whole lines only.
        self.editor.document().setDocumentMargin(0)
        self.editor.setViewportMargins(INSET_PX, INSET_PX, INSET_PX, INSET_PX)
        self.editor.wrapped.connect(self._fit)
        self.editor.installEventFilter(self)
        self.editor.textChanged.connect(self._changed)
        self.counter = Label(tone="small", wrap=True)
        self.counter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.canned = CannedReplies(self.editor, theme, self)
        self.editor.list_beside = self.canned.popup
        self.canned_button = IconButton(theme, "lightning", self.tr("Canned replies"), shortcut="Ctrl+/")
        self.canned_button.clicked.connect(self.canned.open)
        self.canned_button.hide()
        self.plain = QPushButton(self.tr("Plain letters"))
        self.plain.setToolTip(self.tr("Replace typographic characters, so that more fits into one part"))
        self.plain.clicked.connect(self._make_plain)
        self.plain.hide()
        self.replace = QPushButton(self.tr("Replace"))
        self.replace.setToolTip(self.tr("Write what cannot be sent in letters that can, and leave the rest out"))
        self.replace.clicked.connect(self._replace_refused)
        self.replace.hide()
        self.send = QPushButton(theme.icon("paper-plane-tilt", "on_accent"), self.tr("Send  Ctrl+↵"))
        self.send.setProperty("kind", "primary")
        self.send.setAccessibleName(self.tr("Send"))
        self.send.setToolTip(self.tr("Send this text (Ctrl+Enter)"))
        self.send.clicked.connect(self._send)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DRAFT_PAUSE_MS)
        self._pause.timeout.connect(self._emit_draft)
        self._draft = ""
        self._bottom, self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight), QHBoxLayout()
        self._arrange()
        self._fit()
        self._changed()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self._avatar)
        top.addWidget(self._to, 3)
        top.addWidget(self._number, 2)
        top.addWidget(self.consent)
        self._buttons.setSpacing(SPACE_S)
        self._buttons.addStretch(1)
        for button in (self.canned_button, self.replace, self.plain, self.send):
            self._buttons.addWidget(button)
        self._bottom.setSpacing(SPACE_S)
        self._bottom.addWidget(self.counter, 1)
        self._bottom.addLayout(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self.notice)
        layout.addWidget(self.editor)
        layout.addLayout(self._bottom)
        self.setFocusProxy(self.editor)

    # To whom

    def show_customer(self, seed: int, name: str, number: str) -> None:
        """Whom this box writes to; the same colour and name as everywhere."""
        self._avatar.show_customer(seed, name)
        self._to.setText(self.tr("To {name}").format(name=name or number))
        self._number.setText(self.tr("SMS · {number}").format(number=number) if name else self.tr("SMS"))
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.send.setAccessibleName(self.tr("Send to {name}").format(name=name or number))
        self.editor.setAccessibleName(self.tr("Reply to {name}").format(name=name or number))

    def set_way(self, policy: TextPolicy, *, separate: bool) -> None:
        """What the line's connection lets through (A11); does it send long text as separate messages (D2)?"""
        if (policy, separate) != (self._policy, self._separate):
            self._policy, self._separate = policy, separate
            self._look()
            self._refresh()

    def set_replies(self, replies: Sequence[CannedReply]) -> None:
        """Canned replies (E10) that `/` offers; without any nothing of it is seen."""
        self.canned.set_replies(replies)
        self.canned_button.setVisible(self.canned.any)
        self._turn()

    def block(self, why: str, role: str = "bad") -> None:
        """Nothing can be sent, and why; the text stays and may be edited. Empty: sending is possible again."""
        self._blocked, self._blocked_role = why, role
        self._refresh()

    def block_opted_out(self, line: str) -> None:
        """The customer has opted out on this line (B8)."""
        self.block(f"{OPTED_OUT_TEXT}\n{self.tr('The customer opted out of texts from {line}.').format(line=line)}")

    # The text

    def text(self) -> str:
        """What stands in the box."""
        return self.editor.toPlainText()

    def set_draft(self, text: str) -> None:
        """Put a kept draft into the box, unless something has been written meanwhile."""
        if text and not self.text():
            self._draft = text
            self.editor.setPlainText(text)
            self.editor.moveCursor(QTextCursor.MoveOperation.End)

    def put_back(self, text: str) -> None:
        """Put a text in front of what stands in the box, as one step that can be undone."""
        cursor = QTextCursor(self.editor.document())
        cursor.beginEditBlock()
        cursor.insertText(f"{text}\n" if self.text().strip() else text)
        cursor.endEditBlock()
        self.editor.moveCursor(QTextCursor.MoveOperation.End)
        self.editor.setFocus()

    def insert(self, letters: str) -> None:
        """Letters that were typed elsewhere in the window."""
        self.editor.setFocus()
        self.editor.insertPlainText(letters)

    def draft_is_new(self) -> bool:
        """Has something been written that `draft_changed` has not said yet?"""
        return self.text() != self._draft

    def flush_draft(self) -> None:
        """Say at once what has been written since the last pause."""
        self._pause.stop()
        self._emit_draft()

    def allow_height(self, px: int) -> None:
        """The text may take so much of the window; what is longer scrolls."""
        self._most_lines = max(LEAST_LINES, min(MOST_LINES, px // self.editor.line_height()))
        self._fit()

    # Inside

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook: Ctrl+Enter sends; leaving the box keeps the draft."""
        if watched is self.editor and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._send()
                return True
        elif watched is self.editor and event.type() == QEvent.Type.FocusOut:
            self.flush_draft()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._turn()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook: another font needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "editor"):
            self._fit()

    def _changed(self) -> None:
        self._pause.start()
        text = self.text()
        self._look()
        self._refresh()
        self._fit()
        if text and self.editor.hasFocus():
            self.typed.emit()

    def _look(self) -> None:
        """Count the text and find what cannot go. A pasted book must not stall the keyboard: it is only counted."""
        text = self.text()
        usual = 0 < len(text) <= 4 * LONGEST
        self._measured = measure(text) if usual else None
        self._refused = refused(text, self._policy) if usual else ()
        mark_refused(self.editor, self._refused, self._theme)

    def _emit_draft(self) -> None:
        text = self.text()
        if text != self._draft:
            self._draft = text
            self.draft_changed.emit(text)

    def _send(self) -> None:
        text = self.text()
        if self._why_not(text):
            self._refresh()
            self.editor.setFocus()
            return
        self._pause.stop()
        self._draft = text
        self.editor.clear()
        self._pause.stop()
        self.send_requested.emit(text)
        self.editor.setFocus()

    def sent(self) -> None:
        """The text is kept for sending, so its draft may go: what stands in the box now is the draft."""
        self.flush_draft()

    def _why_not(self, text: str) -> str:
        if self._blocked:
            return self._blocked
        if not text.strip():
            return self.tr("There is nothing to send yet.")
        return self._too_long() or refusal_sentence(self._refused, self._policy)

    def _too_long(self) -> str:
        over = (self._measured.characters if self._measured else len(self.text())) - LONGEST
        if over <= 0:
            return ""
        words = self.tr("One message is at most {most} characters; this one is {over} too long.")
        return words.format(most=f"{LONGEST:,}", over=f"{over:,}")

    def _refresh(self) -> None:
        text, too_long = self.text(), self._too_long()
        if self._blocked:
            self.notice.say(self._blocked, self._blocked_role)
        elif too_long:
            self.notice.say(too_long, "bad")
        elif self._refused:
            self.notice.say(refusal_sentence(self._refused, self._policy), "caution")
        elif open_places := unfilled(text):
            self.notice.say(
                self.tr("Nothing is known for {places}: write it yourself.").format(places=", ".join(open_places)),
                "caution",
            )
        else:
            self.notice.clear()
        restyle(self.editor, "invalid", "true" if too_long else "false")
        self._allow_send(allowed=not self._why_not(text))
        self.counter.setText(cost_words(text, self._measured, separately=self._separate))
        self.replace.setVisible(not self._blocked and self._replacement() not in (None, text))
        plain = None if self._refused else plain_replacement(text)
        self.plain.setVisible(plain is not None)
        if plain is not None and self._measured is not None:
            self.plain.setText(self._saving(text, plain))
        self._turn()

    def _turn(self) -> None:
        """Where the buttons leave the counter too little room, it has a row of its own."""
        room = self.width() - 2 * SPACE_L - SPACE_S - self._buttons.minimumSize().width()
        beside = room >= self._theme.pixels(COUNTER_PX)
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if way != self._bottom.direction():
            self._bottom.setDirection(way)

    def _allow_send(self, *, allowed: bool) -> None:
        if allowed != self.send.isEnabled():
            self.send.setEnabled(allowed)
            self.send.setIcon(self._theme.icon("paper-plane-tilt", "on_accent" if allowed else "muted"))

    def _saving(self, text: str, plain: str) -> str:
        """What the button for plain letters leads to; beside it the counter says what the text costs now."""
        words = self.tr("Plain letters")
        if self._separate:
            now, then = len(separate(text, SEPARATE_LIMIT)), len(separate(plain, SEPARATE_LIMIT))
            one, more = self.tr("1 message"), self.tr("{n} messages").format(n=then)
        else:
            now, then = measure(text).parts, measure(plain).parts
            one, more = self.tr("1 part"), self.tr("{n} parts").format(n=then)
        if then >= now:
            return words
        return f"{words}: {one if then == 1 else more}"

    def _make_plain(self) -> None:
        self._put_instead(plain_replacement(self.text()))

    def _replace_refused(self) -> None:
        self._put_instead(self._replacement())

    def _replacement(self) -> str | None:
        return replacement(self.text(), self._policy) if self._refused else None

    def _put_instead(self, plain: str | None) -> None:
        """As one step that can be undone; the cursor stays about where it was."""
        if plain is None:
            return
        cursor = self.editor.textCursor()
        at = cursor.position()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(plain)
        cursor.endEditBlock()
        cursor.setPosition(min(at, len(self.text())))
        self.editor.setTextCursor(cursor)
        self.editor.setFocus()

    def _fit(self) -> None:
        """Grow with the text, between some lines and many."""
        lines = int(self.editor.document().size().height())
        scrolls = lines > self._most_lines
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.editor.setVerticalScrollBarPolicy(policy)
        shown = max(LEAST_LINES, min(self._most_lines, lines))
        frame, inset = self.editor.contentsMargins(), self.editor.viewportMargins()
        around = frame.top() + frame.bottom() + inset.top() + inset.bottom() + SLACK_PX
        self.editor.setFixedHeight(shown * self.editor.line_height() + around)


class _Editor(QPlainTextEdit):
    """Says when another width has wrapped the text anew; the document itself does not."""

    wrapped = Signal()
    list_beside: QWidget | None = None
    """A list that belongs to what is typed. While it is open the keys that choose from it are not the editor's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        if self._choosing() and event.key() in CHOOSING:
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt's hook: Tab, which is not a key to this widget until this says no."""
        return not self._choosing() and super().focusNextPrevChild(forward)

    def _choosing(self) -> bool:
        return self.list_beside is not None and self.list_beside.isVisible()

    def line_height(self) -> int:
        """How high a line is laid out, in pixels; font metrics round it otherwise, and lines would be cut."""
        first = self.document().firstBlock()
        height = self.blockBoundingRect(first).height()
        return ceil(height / max(1, first.layout().lineCount()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.wrapped.emit()
