"""The agent of a journey: eyes on the real widgets, hands on mouse and keys. Calls nothing of the product.

Whatever waits here fails after `PATIENCE_S` with a sentence that says what was expected.
"""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QMenu, QWidget

from cti_client.bootstrap import Desktop
from cti_client.demo import tour_kit
from cti_client.demo.tour_kit import button, click, press, reads, visible, write
from cti_client.ui.case.case_header import CaseHeader
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.chat.message_list import MessageList
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.offer_card import OfferCard
from cti_client.ui.main.waiting_row import WaitingRow

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_S = 30.0
CASE_SIZE = (1160, 820)
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


async def until(look: Callable[[], T | None], expected: str) -> T:
    """What `look` finds, once that is neither None nor False."""
    return await tour_kit.until(look, expected, PATIENCE_S)


class Agent:
    """One person at one desktop."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop

    @property
    def window(self) -> MainWindow:
        """The main window."""
        return self.desktop.window

    async def is_live(self) -> None:
        """The header says that the hub is there."""
        await until(lambda: reads(self.window, "Live"), "the header to say Live")

    async def turn_to(self, window: QWidget) -> None:
        """Make this the window in front, as a click on it does."""
        window.activateWindow()
        await until(window.isActiveWindow, "the window to be in front")

    # The telephony panel

    def cards(self) -> list[OfferCard]:
        """The requests that ring."""
        return visible(self.window.telephony, OfferCard)

    async def card(self, call_id: str) -> OfferCard:
        """The request with this call id."""
        return await until(lambda: showing(self.cards(), call_id), f"a request {call_id}")

    async def nothing_rings(self) -> None:
        await until(lambda: not self.cards(), "nothing to ring")

    async def accept(self, call_id: str, choice: str = "") -> CaseWindow:
        """Press Accept of a request, or choose what begins with `choice` behind its arrow."""
        card = await self.card(call_id)
        if choice:
            await self.press_button(card, "Continue the last case, or a new one")
            await self.choose(choice)
        else:
            await self.press_button(card, "Accept")
        return await self.case(call_id)

    async def decline(self, call_id: str) -> None:
        card = await self.card(call_id)
        await self.press_button(card, "Decline")
        await until(lambda: showing(self.cards(), call_id) is None, "the request to go")

    async def waiting(self, who: str) -> WaitingRow:
        """The row of the Waiting list that shows this number or name."""
        return await until(lambda: showing(visible(self.window, WaitingRow), who), f"{who} in the Waiting list")

    # Case windows

    def cases(self) -> list[CaseWindow]:
        """The case windows on the screen, with a chat in them."""
        found = (one for one in QApplication.topLevelWidgets() if isinstance(one, CaseWindow))
        return [one for one in found if one.isVisible() and visible(one, CaseHeader)]

    async def case(self, call_id: str) -> CaseWindow:
        """The case window of this request, drawn wide enough for both of its sides."""
        window = await until(
            lambda: next((one for one in self.cases() if reads(one.header, call_id)), None), f"a case window {call_id}"
        )
        window.resize(*CASE_SIZE)
        return window

    def messages(self, window: CaseWindow) -> list[str]:
        """Every row of the chat as a screen reader says it, oldest first."""
        lists = visible(window, MessageList)
        model = lists[0].model() if lists else None
        rows = range(model.rowCount()) if model is not None else ()
        return [str(model.data(model.index(row, 0), SPOKEN)) for row in rows if model is not None]

    async def message(self, window: CaseWindow, *parts: str) -> str:
        """The row that holds all of these words."""
        return await until(
            lambda: next((row for row in self.messages(window) if all(part in row for part in parts)), None),
            f"a message with {parts}; there are {self.messages(window)}",
        )

    async def reply(self, window: CaseWindow, text: str) -> None:
        """Type and send by Ctrl+Enter."""
        write(window.reply.editor, text)
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        await self.message(window, text)

    async def act_on(self, window: CaseWindow, text: str, action: str) -> None:
        """Open the menu of a message by the keyboard and choose an action that begins so."""
        messages = visible(window, MessageList)[0]
        model = messages.model()
        row = next(at for at in range(model.rowCount()) if text in str(model.data(model.index(at, 0), SPOKEN)))
        messages.setFocus()
        press(messages, Qt.Key.Key_End)
        for _ in range(model.rowCount() - 1 - row):
            press(messages, Qt.Key.Key_Up)
        press(messages, Qt.Key.Key_Return)
        await self.choose(action)

    async def close_case(self, window: CaseWindow, how: str = "Resolved") -> None:
        """End the chat with a disposition."""
        await self.press_button(window, "Close case")
        dialog = await self.dialog()
        await self.press_button(dialog, how)
        await self.press_button(dialog, "Close case")
        await until(lambda: window not in self.cases(), "the case window to go")

    def reads(self, window: QWidget, words: str) -> bool:
        """Do these words stand anywhere in the window?"""
        return reads(window, words)

    # Hands

    async def press_button(self, root: QWidget, words: str) -> None:
        """Click the button whose words begin so."""
        click(await until(lambda: button(root, words), f"a button {words!r}, there are {_buttons(root)}"))

    async def choose(self, words: str) -> None:
        """Click an entry of the menu that is open."""

        def entry() -> tuple[QMenu, QAction] | None:
            menu = QApplication.activePopupWidget()
            if not isinstance(menu, QMenu):
                return None
            texts = ((action, action.text().replace("&", "")) for action in menu.actions())
            return next(((menu, action) for action, text in texts if text.startswith(words)), None)

        menu, action = await until(entry, f"a menu with {words!r}")
        QTest.mouseClick(
            menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, menu.actionGeometry(action).center()
        )

    async def dialog(self) -> QDialog:
        """The dialog that is open."""
        windows = QApplication.topLevelWidgets
        return await until(
            lambda: next((one for one in windows() if isinstance(one, QDialog) and one.isVisible()), None), "a dialog"
        )

    async def field(self, dialog: QDialog) -> QWidget:
        """The field of a dialog that has the keyboard."""

        def focused() -> QWidget | None:
            found = tour_kit.focus_widget()
            return found if found is not None and dialog.isAncestorOf(found) else None

        return await until(focused, "the keyboard in a field of the dialog")

    # The lists of the main window

    def case_list(self) -> list[str]:
        """The rows of My cases, their columns one after the other."""
        model = self.window.cases_model
        columns = range(model.columnCount())
        return [
            " ".join(str(model.data(model.index(row, column)) or "") for column in columns)
            for row in range(model.rowCount())
        ]

    def rail(self) -> list[str]:
        """The rows of Open chats as a screen reader says them."""
        model = self.window.open_chats.list.model()
        return [str(model.data(model.index(row, 0), SPOKEN)) for row in range(model.rowCount())]

    async def in_rail(self, *parts: str) -> str:
        """The row of the rail that holds all of these words."""
        return await until(
            lambda: next((row for row in self.rail() if all(part in row for part in parts)), None),
            f"{parts} in the rail, which has {self.rail()}",
        )


def showing(widgets: list[W], words: str) -> W | None:
    """The first of these widgets in which a label shows exactly these words."""
    return next((one for one in widgets if any(label.text() == words for label in visible(one, QLabel))), None)


def _buttons(root: QWidget) -> list[str]:
    return [one.text() or one.accessibleName() for one in visible(root, QAbstractButton)]
