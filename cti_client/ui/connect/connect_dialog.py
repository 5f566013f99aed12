"""The window in which a person says where they work."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cti_client.ui.connect.connect_page import ConnectPage
from cti_client.ui.placing import bounded
from cti_client.ui.theme import Theme

WIDTH_PX = 520
LEAST_WIDTH_PX = 320


class ConnectDialog(QDialog):
    """The page in a window of its own, as high as it needs and as the screen has room for. Use `open()`.

    Esc stops a trial, and else leaves.
    """

    def __init__(self, theme: Theme, *, first: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wide = theme.pixels(WIDTH_PX)
        self.setWindowTitle(self.tr("Where do you work?"))
        self.page = ConnectPage(theme, first=first)
        self.page.cancelled.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.page.connect_button.setDefault(True)  # counts only once the button is in the dialog
        self.setMinimumWidth(bounded(self, QSize(theme.pixels(LEAST_WIDTH_PX), 1)).width())
        self.resize(self._wide, 1)
        self._fit(shrink=True)
        for choice in (self.page.own, self.page.team):
            choice.chosen.connect(lambda: self._fit(shrink=True))

    def reject(self) -> None:
        """Qt's hook for Esc and the window's close button."""
        if self.page.trying:
            self.page.stop_wanted.emit()
        else:
            super().reject()

    def event(self, event: QEvent) -> bool:
        """Qt's hook: something more is said, and may need more room."""
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self, *, shrink: bool = False) -> None:
        needed = self.page.height_at(self.width())
        height = needed if shrink else max(needed, self.height())
        self.resize(bounded(self, QSize(self.width(), height)))
