"""The options of a kind of gateway, as it describes them itself."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from cti_client.ui.settings.choices import Choices
from cti_client.ui.settings.form_field import FormField
from cti_client.ui.settings.secret_field import SecretField
from cti_client.ui.settings.words import tr
from cti_client.ui.theme import SPACE_L, Theme
from cti_client.wire.settings_api import ConnectionKind, OptionField

PREFIX = "options."


class OptionFields(QWidget):
    """One field an option: text, a choice, or a secret."""

    added = Signal(str, FormField)
    """A field and what the hub calls it."""
    dropped = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = ""
        self._fields: dict[str, FormField] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_L)

    def show_kind(self, kind: ConnectionKind | None) -> None:
        """Ask for what this kind takes; the same again changes nothing."""
        name = kind.kind if kind is not None else ""
        if name == self._kind:
            return
        self._kind = name
        for key, field in self._fields.items():
            self.dropped.emit(key)
            self._layout.removeWidget(field)
            field.hide()
            field.deleteLater()
        self._fields = {}
        for option in kind.options if kind is not None else ():
            field = FormField(_caption(option), self._control(option), note=option.help)
            self._fields[PREFIX + option.key] = field
            self._layout.addWidget(field)
            field.show()
            self.added.emit(PREFIX + option.key, field)
        self.setVisible(bool(self._fields))

    def _control(self, option: OptionField) -> QWidget:
        if option.choices:
            choices = Choices(self._theme)
            offered = [(one, one) for one in option.choices]
            choices.offer(offered if option.required or option.default else [("", ""), *offered])
            return choices
        if option.secret:
            return SecretField(self._theme, option.label)
        edit = QLineEdit()
        if option.default:
            edit.setPlaceholderText(self.tr("{value} unless said otherwise").format(value=option.default))
        return edit


def _caption(option: OptionField) -> str:
    return option.label if option.required or option.choices else tr("{label} (optional)").format(label=option.label)
