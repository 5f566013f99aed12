"""Says whether requests come to this agent, and lets them choose (C2)."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from cti_client.domain.agent import Presence
from cti_client.ui.main.reason_dialog import ReasonDialog
from cti_client.ui.theme import Theme, restyle
from cti_client.ui.widgets.menu_button import MenuButton
from cti_client.ui.widgets.tips import plain_tip
from cti_client.ui.words import presence_name
from cti_client.wire.topics import OwnPresence

KEYS = "Ctrl+Shift+P"
ROLES = {
    Presence.AVAILABLE: "good",
    Presence.BUSY: "caution",
    Presence.AWAY: "caution",
    Presence.OFFLINE: "muted",
    Presence.MISSED: "bad",
}
ICONS = {
    Presence.AVAILABLE: "check-circle",
    Presence.BUSY: "minus-circle",
    Presence.AWAY: "clock",
    Presence.OFFLINE: "prohibit",
    Presence.MISSED: "phone-x",
}


class PresenceButton(MenuButton):
    """The agent's presence as the hub holds it, with a menu of all that can be chosen; also by keys."""

    chosen = Signal(object, str)
    """`Presence` and the reason (empty but for Busy and Away)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._presence = OwnPresence()
        self._actions: dict[tuple[Presence, str], QAction] = {}
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.set_menu(self._build_menu())
        QShortcut(QKeySequence(KEYS), self, self.open_menu)
        self.show_presence(self._presence)

    def show_presence(self, presence: OwnPresence) -> None:
        """What the hub says; nothing is shown before it does."""
        self._presence = presence
        state, name = presence.presence, presence_name(presence.presence)
        text = f"{name} · {presence.reason}" if presence.reason else name
        self.setText(text.replace("&", "&&"))
        self.setIcon(self._theme.icon(ICONS[state], ROLES[state]))
        self.setAccessibleName(self.tr("Presence: {state}").format(state=text))
        self.setToolTip(plain_tip(self._explanation(state)))
        restyle(self, "kind", "danger" if state is Presence.MISSED else "")
        key = (state, presence.reason)
        now_is = self._actions.get(key) or self._actions.get((state, ""))
        for action in self._group.actions():
            action.setChecked(action is now_is)

    def _explanation(self, state: Presence) -> str:
        keys = QKeySequence(KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        words = {
            Presence.AVAILABLE: self.tr("Requests come to you."),
            Presence.MISSED: self.tr("Two requests in a row were not answered. None come until you are back."),
        }
        return f"{words.get(state, self.tr('No requests come to you.'))} ({keys})"

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        self._choice(menu, Presence.AVAILABLE)
        self._choice(menu, Presence.BUSY)
        self._with_reasons(
            menu, Presence.AWAY, [self.tr("Break"), self.tr("Lunch"), self.tr("Meeting"), self.tr("Training")]
        )
        self._choice(menu, Presence.OFFLINE)
        return menu

    def _with_reasons(self, menu: QMenu, presence: Presence, reasons: list[str]) -> None:
        icon = self._theme.icon(ICONS[presence], ROLES[presence])
        inner = menu.addMenu(icon, presence_name(presence))
        for reason in reasons:
            self._add(presence, reason, inner.addAction(reason))
        other = inner.addAction(self.tr("Other…"))
        self._actions[presence, ""] = other
        other.setCheckable(True)
        self._group.addAction(other)
        other.triggered.connect(partial(self._ask, presence))

    def _choice(self, menu: QMenu, presence: Presence) -> None:
        icon = self._theme.icon(ICONS[presence], ROLES[presence])
        self._add(presence, "", menu.addAction(icon, presence_name(presence)))

    def _add(self, presence: Presence, reason: str, action: QAction) -> None:
        action.setCheckable(True)
        self._group.addAction(action)
        self._actions[presence, reason] = action
        action.triggered.connect(partial(self._choose, presence, reason))

    def _choose(self, presence: Presence, reason: str, _checked: bool = False) -> None:
        self.show_presence(self._presence)  # the tick moves when the hub says so
        self.chosen.emit(presence, reason)

    def _ask(self, presence: Presence, _checked: bool = False) -> None:
        self.show_presence(self._presence)
        dialog = ReasonDialog(self._theme, presence, self.window())
        dialog.given.connect(partial(self._choose, presence))
        dialog.open()
