"""My cases."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from cti_client.ui.models.cases import CasesModel, Column
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.elision import ends_with_number
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice

ROW_PX = 42
WITHOUT_LAST_PX = 620
WITHOUT_STATE_PX = 520


class CasesPage(QWidget):
    """The agent's cases, newest first. Enter or a double click goes to the live chat, or to ways to reach the customer.

    States: loading, rows, nothing yet, could not load.
    """

    chat_chosen = Signal(int)
    """Interaction id of the live chat of the case."""
    reload_wanted = Signal()

    def __init__(self, theme: Theme, model: CasesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self.setAccessibleName(self.tr("My cases"))
        self.table = _Table()
        # One button for all rows: it is put where the row's icon is and asked, so that its menu opens there.
        self.phone = PhoneButton(theme, self.table.viewport())
        self.phone.hide()
        self.phone.refused.connect(self.say)
        self.reload = IconButton(theme, "arrow-clockwise", self.tr("Load again"), role="muted")
        self.reload.setShortcut("F5")
        self.reload.rename(self.tr("Load again"))
        self.reload.clicked.connect(self.reload_wanted)
        self.notice = Notice(theme)
        self.notice.acted.connect(self.reload_wanted)
        self.empty = EmptyState(theme, "folder-open")
        self.empty.acted.connect(self.reload_wanted)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(Label(self.tr("My cases"), "title"), 1)
        top.addWidget(self.reload)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self.notice)
        layout.addWidget(self._stack, 1)
        self._build_table()
        model.modelReset.connect(self.show_rows)
        self.show_loading()

    def show_loading(self) -> None:
        """The first page is on its way; rows that stand already stay."""
        if self._model.rowCount() == 0:
            self.empty.show_state("hourglass-medium", self.tr("Loading your cases…"), "")
            self._stack.setCurrentWidget(self.empty)

    def show_rows(self) -> None:
        """The rows of the model, or that there are none."""
        self.notice.clear()
        if self._model.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        title = self.tr("No cases yet")
        self.empty.show_state("folder-open", title, self.tr("Every chat you accept becomes a case and stands here."))
        self._stack.setCurrentWidget(self.empty)

    def show_away(self) -> None:
        """There is no link; rows that stand already stay."""
        if self._model.rowCount() == 0:
            self.empty.show_state(
                "cloud-slash", self.tr("Not connected"), self.tr("Your cases load by themselves once the hub is back.")
            )
            self._stack.setCurrentWidget(self.empty)

    def show_error(self, text: str) -> None:
        """They could not be loaded; rows that stand already stay, with a line above them."""
        if self._model.rowCount():
            self.notice.say(text, "caution", action=self.tr("Try again"))
            return
        title = self.tr("Your cases could not be loaded")
        self.empty.show_state("cloud-slash", title, text, self.tr("Try again"))
        self._stack.setCurrentWidget(self.empty)

    def say(self, why: str) -> None:
        """Tell the person that something did not work; empty takes it away."""
        if why:
            self.notice.say(why, "bad", dismissible=True)
        else:
            self.notice.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook: a narrow page leaves out what can be done without, so that subject and customer stay readable."""
        super().resizeEvent(event)
        width = event.size().width()
        self.table.setColumnHidden(Column.LAST, width < self._theme.pixels(WITHOUT_LAST_PX))
        self.table.setColumnHidden(Column.STATE, width < self._theme.pixels(WITHOUT_STATE_PX))

    def _build_table(self) -> None:
        table = self.table
        table.setModel(self._model)
        table.setAccessibleName(self.tr("My cases"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.setItemDelegateForColumn(Column.CUSTOMER, _CustomerDelegate(table))
        table.setIconSize(QSize(self._theme.pixels(18), self._theme.pixels(18)))
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setCornerButtonEnabled(False)
        table.setTabKeyNavigation(False)
        table.setMouseTracking(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(self._theme.pixels(ROW_PX))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(self._theme.pixels(40))
        for column in Column:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(Column.SUBJECT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.CUSTOMER, QHeaderView.ResizeMode.Stretch)
        table.clicked.connect(self._click)
        table.doubleClicked.connect(self._open)
        table.entered_row.connect(self._open)

    def _click(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if index.column() == Column.PHONE:
            self._ask_phone(index)

    def _open(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if index.column() == Column.PHONE:
            return
        chat = self._model.chat_of(index.row())
        if chat is not None:
            self.chat_chosen.emit(chat)
        else:
            self._ask_phone(index)

    def _ask_phone(self, index: QModelIndex | QPersistentModelIndex) -> None:
        row = self._model.at(index.row())
        if row is not None:
            cell = self.table.visualRect(self._model.index(index.row(), Column.PHONE))
            self.phone.setGeometry(cell)
            self.phone.show_number(row.address, row.address_display)
            self.phone.ask()


class _CustomerDelegate(QStyledItemDelegate):
    """A customer without a name is told from others by the last digits of the number."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if ends_with_number(option.text):
            option.textElideMode = Qt.TextElideMode.ElideMiddle


class _Table(QTableView):
    """A table whose Enter key acts on the row; `activated` would also fire on single clicks on some systems."""

    entered_row = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.entered_row.emit(self.currentIndex().siblingAtColumn(Column.CASE))
            return
        super().keyPressEvent(event)
