"""Asks before a link of a customer's text is opened."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.links import Link
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice

LONG_HOST = 32


class LinkDialog(QDialog):
    """Shows where a link truly leads. Nothing is opened by the dialog itself; use `open()`."""

    confirmed = Signal(str)
    """Open this address."""

    def __init__(self, theme: Theme, link: Link, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Open link?"))
        self._url = link.url
        host = Label(_breakable(link.host), "heading", wrap=True)
        whole = QPlainTextEdit(link.url)
        whole.setReadOnly(True)
        whole.setTabChangesFocus(True)
        whole.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        whole.setAccessibleName(self.tr("The whole link"))
        whole.setFixedHeight(theme.pixels(64))
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
        first.setDefault(True)  # counts only once the button is in the dialog
        first.setFocus()

    def _open(self) -> None:
        self.confirmed.emit(self._url)
        self.accept()


def _breakable(host: str) -> str:
    """The host may be wrapped anywhere: it must be seen whole, however long it was made."""
    return "\u200b".join(host) if len(host) > LONG_HOST else host
