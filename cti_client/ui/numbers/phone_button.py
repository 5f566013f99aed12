"""The button that stands beside every phone number (A12)."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cti_client.domain.consent import ConsentState
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.consent_badge import CONSENT_ICONS, CONSENT_ROLES
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.words import consent_name
from cti_client.wire.api import NumberAbilities


class PhoneButton(IconButton):
    """Starts an SMS chat or a call. It asks what the number allows first, then opens its menu, or says why neither may.

    One press never texts or dials by itself: what is not allowed stands in the menu greyed, with the reason.

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
    allow_wanted = Signal(str)
    """*Allow SMS…* to this number."""
    opt_out_wanted = Signal(str)
    """*Opt out of SMS…*."""
    history_wanted = Signal(str)
    """*Consent history…*."""

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
        """Ask which of the two, or say why neither may start."""
        self.setEnabled(bool(self._address))
        # Even the only one that may start is chosen by its name: a call that starts unasked cannot be taken back.
        if not able.why_no_sms or (not able.why_no_call and able.tel) or able.consent is not None:
            self._choose(able)
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
        _grey(menu, text, able.why_no_sms)
        call = menu.addAction(self._theme.icon("phone-outgoing"), self.tr("Call {n}").format(n=able.display))
        call.triggered.connect(lambda: self.call_wanted.emit(able.tel))
        call.setEnabled(bool(able.tel))
        _grey(menu, call, able.why_no_call)
        allow = self._add_consent(menu, able)
        first = next((action for action in (text, allow, call) if action is not None and action.isEnabled()), call)
        menu.setActiveAction(first)
        self._menu = menu
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _add_consent(self, menu: QMenu, able: NumberAbilities) -> QAction | None:
        """What stands, and what can be done about it; *Allow SMS…* where that would help."""
        if able.consent is None:
            return None
        address, icon = able.address, self._theme.icon
        menu.addSeparator()
        menu.addAction(
            icon(CONSENT_ICONS[able.consent], CONSENT_ROLES[able.consent]), consent_name(able.consent)
        ).setEnabled(False)
        allow = None
        if able.can_allow:
            allow = menu.addAction(icon("check-circle"), self.tr("Allow SMS…"))
            allow.triggered.connect(lambda: self.allow_wanted.emit(address))
        if able.consent is not ConsentState.OPTED_OUT:
            out = menu.addAction(icon("prohibit"), self.tr("Opt out of SMS…"))
            out.triggered.connect(lambda: self.opt_out_wanted.emit(address))
        history = menu.addAction(icon("clock-counter-clockwise"), self.tr("Consent history…"))
        history.triggered.connect(lambda: self.history_wanted.emit(address))
        return allow

    def _forget_menu(self) -> None:
        if self._menu is not None:
            self._menu.deleteLater()
            self._menu = None


def _grey(menu: QMenu, action: QAction, why: str) -> None:
    """Where there is a reason against the action it cannot be chosen, and the reason stands below it."""
    if why:
        action.setEnabled(False)
        menu.addAction(why.replace("&", "&&")).setEnabled(False)
