"""The icon in the system's tray, where the product lives on while its window is closed (H1a)."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from cti_client.ui.app_icon import app_icon
from cti_client.ui.theme import Theme


class Tray(QObject):
    """`available` says whether this system has a tray now; without one nothing here shows."""

    open_wanted = Signal()
    quit_wanted = Signal()
    message_clicked = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marked = False
        # The dot comes and goes with every text that is read at once; drawing all sizes takes longer than the text.
        self._drawn: dict[tuple[bool, bool], QIcon] = {}
        self._icon = QSystemTrayIcon(self._draw(), self)
        self._menu = QMenu()
        self._menu.addAction(self.tr("Open"), self.open_wanted.emit)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Quit"), self.quit_wanted.emit)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.message_clicked)
        theme.changed.connect(self._redraw)
        self.show_state(0, 0, False)

    @property
    def available(self) -> bool:
        """Is there a tray?"""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Stand in the tray from now on, where there is one."""
        self._icon.show()

    def hide(self) -> None:
        """Leave the tray."""
        self._icon.hide()

    def show_state(self, ringing: int, unread: int, live: bool) -> None:
        """What waits, in the tooltip and as a dot."""
        parts = [self.tr("{n} ringing").format(n=ringing)] if ringing else []
        parts += [self.tr("{n} unread").format(n=unread)] if unread else []
        if not live:
            parts.append(self.tr("not connected"))
        self._icon.setToolTip(" · ".join(parts) or self.tr("Nothing rings"))
        marked = bool(ringing or unread)
        if marked != self._marked:
            self._marked = marked
            self._redraw()

    @property
    def tooltip(self) -> str:
        """What it says."""
        return self._icon.toolTip()

    def message(self, title: str, text: str) -> None:
        """A balloon of the tray, for systems without notifications of their own."""
        if self.available:
            self._icon.showMessage(title, text, app_icon(self._theme))

    def _redraw(self) -> None:
        self._icon.setIcon(self._draw())

    def _draw(self) -> QIcon:
        look = (self._marked, self._theme.dark)
        if look not in self._drawn:
            self._drawn[look] = app_icon(self._theme, marked=self._marked)
        return self._drawn[look]

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self.open_wanted.emit()
