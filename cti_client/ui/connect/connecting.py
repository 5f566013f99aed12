"""The connect dialog with what stands behind it, from opening it to a place or to nothing."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from cti_client.desk.credentials import Credentials
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import Place
from cti_client.ui.connect.connect_dialog import ConnectDialog
from cti_client.ui.connect.connect_session import ConnectSession
from cti_client.ui.theme import Theme


class Connecting(QObject):
    """One visit to the connect dialog. Owns dialog and session until `close`."""

    settled = Signal(object)
    """The `Place` the person works at from now on; the dialog is gone."""
    left = Signal()
    """The person went away without choosing."""

    def __init__(
        self,
        theme: Theme,
        credentials: Credentials,
        store: PlaceStore,
        *,
        first: bool = False,
        window: QWidget | None = None,
    ) -> None:
        """`window`: the one it stands before. `first`: there is nothing to go back to."""
        super().__init__()
        self.dialog = ConnectDialog(theme, first=first, parent=window)
        self._session = ConnectSession(self.dialog.page, credentials, store)
        self._session.settled.connect(self._settle)
        self.dialog.rejected.connect(self.left)

    def open(self, place: Place | None, *, problem: str = "", unsent: int = 0, where: str = "") -> None:
        """Show it. `place`: where the person works now; `problem`: why they are here, if something is wrong.

        `unsent`: how many texts stay behind `where` the person works now.
        """
        page = self.dialog.page
        page.show_unsent(unsent, where)
        self.dialog.open()
        page.show_place(place)
        if problem:
            page.show_problem(problem)
            page.show_place(place)

    def bring_to_front(self) -> None:
        """Only ever because the person asked for it."""
        self.dialog.setWindowState(self.dialog.windowState() & ~Qt.WindowState.WindowMinimized)
        self.dialog.raise_()
        self.dialog.activateWindow()

    async def close(self) -> None:
        """End what is under way; the dialog goes."""
        await self._session.close()
        self.dialog.hide()
        self.dialog.deleteLater()

    def _settle(self, place: Place) -> None:
        self.dialog.hide()
        self.settled.emit(place)
