"""What a case window holds once the chat is there: customer and case at the left, chat and reply box at the right."""

from collections.abc import Callable

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from cti_client.ui.case.case_header import CaseHeader
from cti_client.ui.case.case_side import CaseSide
from cti_client.ui.case.company import Company
from cti_client.ui.case.reply_box import ReplyBox
from cti_client.ui.chat.chat_view import ChatView
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice

NARROW_BELOW_PX = 800
HINT_FROM_PX = 560
CLOSE_KEY = "Ctrl+Shift+W"


class CaseBody(QWidget):
    """Lays the parts out. In a narrow window the customer's side stands in the chat's place when it is asked for.

    Made from the top down: a finished part that is put into another one is styled anew with all it holds, and the
    window has a tenth of a second.
    """

    close_wanted = Signal()
    """*Close case…*, or *Close window* once the chat has ended."""
    no_reply_wanted = Signal()

    def __init__(self, theme: Theme, open_url: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._narrow = False
        self._details = True
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setHandleWidth(1)
        self.side = CaseSide(theme, self._split)
        self._right = QWidget(self._split)
        self.header = CaseHeader(theme, self._right)
        self.banner = Notice(theme, self._right)
        self.problem = Notice(theme, self._right)
        self.chat = ChatView(theme, open_url, self._right)
        self.company = Company(theme, self._right)
        self.reply = ReplyBox(theme, self._right)
        self._bar = _Bar(theme, self._right)
        self.hint = self._bar.hint
        self.hint.setText(self.tr("Closing the window keeps the chat open."))
        self.no_reply = QPushButton(self.tr("No reply needed"), self._bar)
        self.no_reply.setToolTip(self.tr("Close the case: no reply needed"))
        self.close_case = QPushButton(self.tr("Close case…"), self._bar)
        self.close_case.setToolTip(self.tr("End the chat ({key})").format(key=CLOSE_KEY))
        self._arrange()
        self.no_reply.clicked.connect(self.no_reply_wanted)
        self.close_case.clicked.connect(self.close_wanted)
        self.chat.typed.connect(self.reply.insert)
        self.chat.left.connect(self.reply.setFocus)
        self.header.details.clicked.connect(self.toggle_details)
        self.side.back.clicked.connect(self.toggle_details)
        self.side.address.left.connect(self._to_reply)
        self.side.customer.left.connect(self._to_reply)

    def _arrange(self) -> None:
        notices = QVBoxLayout()
        notices.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        notices.setSpacing(0)
        notices.addWidget(self.banner)
        notices.addWidget(self.problem)
        self._bar.row.addWidget(self.no_reply)
        self._bar.row.addWidget(self.close_case)
        self._right.setProperty("kind", "desk")
        self._right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._right.setMinimumWidth(self._theme.pixels(380))
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(notices)
        column.addWidget(self.chat, 1)
        column.addWidget(_rule(self._right))
        column.addWidget(self.company)
        column.addWidget(self.reply)
        column.addWidget(_rule(self._right))
        column.addWidget(self._bar)
        self._split.setChildrenCollapsible(False)
        self._split.setStretchFactor(0, 0)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([self._theme.pixels(380), self._theme.pixels(780)])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._split)

    @property
    def narrow(self) -> bool:
        """Is there no room for both sides?"""
        return self._narrow

    def toggle_details(self) -> None:
        """Show or hide the customer's side; in a narrow window it stands in the chat's place."""
        self._details = not self._details
        self._fit()
        if self._narrow and self._details:
            self.side.back.setFocus()
        elif self._narrow:
            self.reply.setFocus()

    def set_live(self, live: bool) -> None:
        """Without a link, or once the chat has ended, consent is only what was known last."""
        self.side.customer.set_live(live)
        self.header.consent.set_live(live)
        self.reply.consent.set_live(live)

    def go_to_number(self, address: str) -> None:
        """Show this number of the customer's, also where their side is hidden."""
        if not self._details:
            self.toggle_details()
        field = self.side.customer.go_to_number(address)
        if field is not None:
            self.side.ensureWidgetVisible(field)

    def _to_reply(self) -> None:
        if self.reply.isVisible():  # in a narrow window it is hidden behind the customer's side
            self.reply.setFocus()

    def end(self, words: str) -> None:
        """The chat has ended; what is here can still be read."""
        self.banner.say(words, "neutral")
        self.reply.block(self.tr("Nothing can be sent any more; what you have written is kept."), "neutral")
        self.header.stop_waiting()
        self.set_live(False)
        self.hint.setText("")
        self.no_reply.hide()
        self.close_case.setText(self.tr("Close window"))
        self.close_case.setToolTip("")

    def split_state(self) -> QByteArray | None:
        """How wide the sides are; None while only one is shown."""
        return None if self._narrow or not self._details else self._split.saveState()

    def restore_split(self, state: QByteArray) -> None:
        """As `split_state` said."""
        self._split.restoreState(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self.reply.allow_height(self.height() // 4)
        narrow = self.width() < self._theme.pixels(NARROW_BELOW_PX)
        if narrow != self._narrow:
            self._narrow = narrow
            self._details = not narrow
            self._fit()

    def _fit(self) -> None:
        self.side.setVisible(self._details)
        self.side.back.setVisible(self._narrow)
        self._right.setVisible(not (self._narrow and self._details))


class _Bar(QFrame):
    """The last line: a hint, where there is room for it, and the actions."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._room = theme.pixels(HINT_FROM_PX)
        self.hint = Label(tone="small", wrap=True, parent=self)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        self.row.setSpacing(SPACE_S)
        self.row.addWidget(self.hint, 1)
        self.row.addStretch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.hint.setVisible(self.width() >= self._room)


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setProperty("kind", "rule")
    rule.setFixedHeight(1)
    return rule
