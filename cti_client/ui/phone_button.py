"""The button that stands beside every phone number (A12)."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.wire.api import NumberAbilities


class PhoneButton(IconButton):
    """Starts an SMS chat or a call. It asks what the number allows first, then does the one, offers both, or says why.

    It knows no hub: `asked` wants to be answered by `answer` or `fail`.
    """

    asked = Signal(str)
    """What may be started with this number?"""
    chat_wanted = Signal(str)
    """Start an SMS chat with this number."""
    call_wanted = Signal(str)
    """Hand this `tel:` address to the phone program."""
    refused = Signal(str)
    """Why neither may start; empty when asking anew."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "phone", "", role="accent", parent=parent)
        self._address = ""
        self._menu: QMenu | None = None
        self.show_number("", "")
        self.clicked.connect(self.ask)

    @property
    def address(self) -> str:
        """The number as it is asked for."""
        return self._address

    @property
    def menu_shown(self) -> QMenu | None:
        """The choice between chat and call, while it is open."""
        return self._menu

    def show_number(self, address: str, display: str) -> None:
        """The number beside the button; `display` as people read it. An empty one cannot be pressed."""
        self._address = address
        self.setEnabled(bool(address))
        self.rename(self.tr("Text or call {number}").format(number=display) if display else self.tr("Text or call"))

    def ask(self) -> None:
        """As if pressed."""
        if self._address:
            self.refused.emit("")
            self.setEnabled(False)
            self.asked.emit(self._address)

    def fail(self, why: str) -> None:
        """It could not be found out what the number allows."""
        self.setEnabled(bool(self._address))
        self.refused.emit(why)

    def answer(self, able: NumberAbilities) -> None:
        """Do the one thing that may be done, ask which of two, or say why not."""
        self.setEnabled(bool(self._address))
        chat, call = not able.why_no_sms, not able.why_no_call and bool(able.tel)
        if chat and call:
            self._choose(able)
        elif chat:
            self.chat_wanted.emit(able.address)
        elif call:
            self.call_wanted.emit(able.tel)
        else:
            reasons = dict.fromkeys(
                (able.why_no_sms, able.why_no_call)
            )  # what is no number is neither texted nor called
            self.refused.emit(" ".join(why for why in reasons if why))

    def _choose(self, able: NumberAbilities) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(self._forget_menu)
        text = menu.addAction(self._theme.icon("chat-circle-dots"), self.tr("SMS chat with {n}").format(n=able.display))
        text.triggered.connect(lambda: self.chat_wanted.emit(able.address))
        call = menu.addAction(self._theme.icon("phone-outgoing"), self.tr("Call {n}").format(n=able.display))
        call.triggered.connect(lambda: self.call_wanted.emit(able.tel))
        menu.setActiveAction(text)
        self._menu = menu
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _forget_menu(self) -> None:
        if self._menu is not None:
            self._menu.deleteLater()
            self._menu = None
