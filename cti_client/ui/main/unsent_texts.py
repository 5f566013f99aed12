"""Joins the list of what has not gone yet to the desk."""

from PySide6.QtCore import QObject, Signal

from cti_client.desk.desk import Desk
from cti_client.desk.views import LinkStatus
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.unsent_dialog import UnsentDialog
from cti_client.ui.theme import Theme


class UnsentTexts(QObject):
    """Opens the list when the header asks for it, and keeps it true while it is open."""

    chat_chosen = Signal(int)

    def __init__(self, desk: Desk, window: MainWindow, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._window, self._theme = desk, window, theme
        self.dialog: UnsentDialog | None = None
        window.header.unsent_wanted.connect(self._open)
        desk.pending_changed.connect(self._show)
        desk.interaction_changed.connect(self._show)
        desk.link_changed.connect(self._show)
        desk.snapshot_loaded.connect(self._show)

    def stop(self) -> None:
        """Hear no more of the desk."""
        desk = self._desk
        for signal in (desk.pending_changed, desk.interaction_changed, desk.link_changed, desk.snapshot_loaded):
            signal.disconnect(self._show)

    def _open(self) -> None:
        if self.dialog is not None:
            self.dialog.raise_()
            return
        dialog = UnsentDialog(self._theme, self._window)
        dialog.chat_chosen.connect(self.chat_chosen)
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        self._show()
        dialog.open()

    def _show(self) -> None:
        if self.dialog is not None:
            live = self._desk.link.status is LinkStatus.LIVE
            held = {id_: chat.consent for id_, chat in self._desk.interactions.items()}
            self.dialog.show_texts(self._desk.all_pending(), held, live=live)

    def _forget(self) -> None:
        self.dialog = None
