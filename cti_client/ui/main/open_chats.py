"""The rail of open chats (A9a)."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QStackedLayout, QVBoxLayout, QWidget

from cti_client.ui.main.chat_row_delegate import ChatRowDelegate
from cti_client.ui.models.open_chats import INTERACTION, OpenChatsModel
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label

NEXT_KEY = "Ctrl+J"
WIDE_PX = 276
FOLDED_PX = 76


class OpenChats(QWidget):
    """A click, Enter or Ctrl+1…9 goes to a chat; Ctrl+J to the customer who has waited longest."""

    chosen = Signal(int)
    """Interaction id."""

    def __init__(self, theme: Theme, model: OpenChatsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._delegate = ChatRowDelegate(theme, self)
        self._title = Label(self.tr("OPEN CHATS"), "caps")
        self._keys = QLabel("Ctrl+1…9")
        self._keys.setProperty("tone", "small")
        self.next = IconButton(
            theme, "skip-forward", self.tr("Go to the customer who has waited longest ({keys})").format(keys=NEXT_KEY)
        )
        self.next.clicked.connect(self.go_to_longest_waiting)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Open chats"))
        self.list.setModel(model)
        self.list.setItemDelegate(self._delegate)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self.empty = EmptyState(theme, "chats")
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self._title, 1)
        top.addWidget(self._keys)
        top.addWidget(self.next)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, 0, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addLayout(self._stack, 1)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.dataChanged):
            signal.connect(self._refresh)
        theme.changed.connect(self.list.viewport().update)
        self.set_folded(False)
        self.set_live(False, connecting=True)
        self._refresh()

    @property
    def folded(self) -> bool:
        """Does it show avatars alone?"""
        return self._delegate.folded

    def set_folded(self, folded: bool) -> None:
        """Avatars alone, or whole rows."""
        self._delegate.folded = folded
        self._title.setVisible(not folded)
        self._keys.setVisible(not folded)
        self.setFixedWidth(self._theme.pixels(FOLDED_PX if folded else WIDE_PX) + (0 if folded else SPACE_L))
        self.list.setSpacing(0)
        self.list.doItemsLayout()
        self._refresh()

    def set_live(self, live: bool, *, connecting: bool = False) -> None:
        """Without a link nobody knows whether there are chats. `connecting`: it is about to come."""
        if live:
            self.empty.show_state("chats", self.tr("No open chats"), self.tr("Accept a request, or start one."))
        elif connecting:
            self.empty.show_state("hourglass-medium", self.tr("Connecting…"))
        else:
            self.empty.show_state(
                "wifi-slash", self.tr("Not connected"), self.tr("Your open chats come back with the hub.")
            )

    def go_to(self, place: int) -> None:
        """The chat in that place, from 1; nothing where there is none."""
        chat = self._model.at(place - 1)
        if chat is not None:
            self.list.setCurrentIndex(self._model.index(place - 1))
            self.chosen.emit(chat.id)

    def go_to_longest_waiting(self) -> None:
        """The customer who has waited longest; nothing where nobody waits."""
        chat = self._model.longest_waiting()
        row = self._model.row_of(chat.id) if chat else None
        if row is not None:
            self.go_to(row + 1)

    def _choose(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self.chosen.emit(index.data(INTERACTION).id)

    def _refresh(self) -> None:
        some = self._model.rowCount() > 0
        self._stack.setCurrentWidget(self.list if some or self.folded else self.empty)
        self.next.setEnabled(self._model.longest_waiting() is not None)
