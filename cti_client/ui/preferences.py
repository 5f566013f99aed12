"""What this person has chosen for this computer."""

from PySide6.QtCore import QObject, QSettings, Signal


class Preferences(QObject):
    """Typed access to the settings file. `changed` names the one that changed."""

    changed = Signal(str)

    APPEARANCES = ("system", "light", "dark")

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def appearance(self) -> str:
        """`system`, `light` or `dark`."""
        value = str(self._settings.value("appearance", "system"))
        return value if value in self.APPEARANCES else "system"

    @appearance.setter
    def appearance(self, value: str) -> None:
        if value not in self.APPEARANCES:
            raise ValueError(value)
        self._set("appearance", value)

    @property
    def sound(self) -> bool:
        """Do requests and new texts sound?"""
        return self._flag("sound")

    @sound.setter
    def sound(self, value: bool) -> None:
        self._set("sound", value)

    @property
    def notifications(self) -> bool:
        """Are there system notifications while no window of ours is in front?"""
        return self._flag("notifications")

    @notifications.setter
    def notifications(self, value: bool) -> None:
        self._set("notifications", value)

    @property
    def hand_over_calls(self) -> bool:
        """May calls be handed to the system's phone program (A12)?"""
        return self._flag("hand_over_calls")

    @hand_over_calls.setter
    def hand_over_calls(self, value: bool) -> None:
        self._set("hand_over_calls", value)

    @property
    def told_about_tray(self) -> bool:
        """Has the person been told once that the closed window lives on in the tray?"""
        return self._flag("told_about_tray", default=False)

    @told_about_tray.setter
    def told_about_tray(self, value: bool) -> None:
        self._set("told_about_tray", value)

    def _flag(self, name: str, *, default: bool = True) -> bool:
        # An INI file gives back "true" and "false" as words.
        return str(self._settings.value(name, default)).lower() == "true"

    def _set(self, name: str, value: object) -> None:
        self._settings.setValue(name, value)
        self.changed.emit(name)
