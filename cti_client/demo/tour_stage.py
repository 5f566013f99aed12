"""Where the tour plays: the desktop and the handset, and what every step needs of them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialog, QWidget

from cti_client.bootstrap import Desktop
from cti_client.demo.handset_window import HandsetWindow
from cti_client.demo.tour_kit import button, click, press, until, visible, write
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.main.offer_card import OfferCard


@dataclass(frozen=True)
class Stage:
    """Pictures go to `folder`."""

    desktop: Desktop
    handset: HandsetWindow
    folder: Path

    async def text_in(self, text: str) -> None:
        """The customer on the handset's screen texts."""
        write(self.handset.text, text)
        press(self.handset.text, Qt.Key.Key_Return)
        await until(lambda: self.handset.text.text() == "", "the network to take the text")

    async def press_button(self, root: QWidget, words: str) -> None:
        """Click the button that says so, once it is there."""
        click(await until(lambda: button(root, words), f"a button {words!r}"))

    async def settled(self) -> None:
        """For the picture's sake alone."""
        await asyncio.sleep(0.4)  # animations and late columns, for the picture's sake alone

    def card(self) -> OfferCard | None:
        """The request that rings."""
        return next(iter(visible(self.desktop.window, OfferCard)), None)

    def case(self) -> CaseWindow | None:
        """The case window that is open."""
        windows = QApplication.topLevelWidgets()
        return next((one for one in windows if isinstance(one, CaseWindow) and one.isVisible()), None)

    def dialog(self) -> QDialog | None:
        """The dialog that is open."""
        windows = QApplication.topLevelWidgets()
        return next((one for one in windows if isinstance(one, QDialog) and one.isVisible()), None)

    @staticmethod
    def message(window: CaseWindow, text: str) -> str | None:
        """What a screen reader says of the bubble that holds this text."""
        view = next(iter(visible(window.chat, QAbstractItemView)), None)
        model = view.model() if view is not None else None
        if model is None:
            return None
        for row in range(model.rowCount()):
            spoken = str(model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole) or "")
            if text in spoken:
                return spoken
        return None
