"""Asks before a link of a customer's text is opened."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.links import Link
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice


class LinkDialog(QDialog):
    """Shows where a link truly leads. Nothing is opened by the dialog itself; use `open()`."""

    confirmed = Signal(str)
    """Open this address."""

    def __init__(self, theme: Theme, link: Link, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Open link?"))
        self._url = link.url
        host = Label(link.host, "heading", wrap=True)
        host.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A break after each slash or mark, so that a long address wraps instead of widening the dialog.
        whole = Label(_breakable(link.url), "small", wrap=True)
        self.setAccessibleDescription(self.tr("The link leads to {host}").format(host=link.host))
        warning = Notice(theme)
        if link.deceptive:
            warning.say(self.tr("The link is written so that it looks like another site."), "caution")
        buttons = QDialogButtonBox()
        self.open_button = QPushButton(self.tr("Open in browser"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._open)
        buttons.rejected.connect(self.reject)
        first = self.cancel_button if link.deceptive else self.open_button
        first.setProperty("kind", "primary")
        first.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(self.tr("A text of the customer links to this site:"), "muted"))
        layout.addWidget(host)
        layout.addWidget(whole)
        layout.addWidget(warning)
        layout.addSpacing(SPACE_M)
        layout.addWidget(buttons)
        self.setMinimumWidth(theme.pixels(400))
        first.setFocus()

    def _open(self) -> None:
        self.confirmed.emit(self._url)
        self.accept()


def _breakable(url: str) -> str:
    return "".join(letter + "\u200b" if letter in "/?&=-." else letter for letter in url)
