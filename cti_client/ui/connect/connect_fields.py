"""What a person types to come to a team's hub: its address, their token and, if need be, the team's authority."""

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.desk.hub_trouble import Trouble
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, restyle
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label


class ConnectFields(QWidget):
    """Three fields with their captions. What is typed stays until the person changes it; a token is shown on demand."""

    changed = Signal()
    """The person typed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.address = self._field(self.tr("Address of the hub"), "hub.example.com")
        self.token = self._field(self.tr("Your token"), self.tr("From your administrator"))
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.show_token = IconButton(theme, "eye", self.tr("Show the token"))
        self.show_token.setCheckable(True)
        self.show_token.toggled.connect(self._show_token)
        self.note = Label(tone="small", wrap=True)
        self.ca_file = self._field(
            self.tr("Certificate authority of the team"), self.tr("Only where your administrator gave you a file")
        )
        self.browse = QPushButton(theme.icon("folder-open"), self.tr("Choose…"))
        self.browse.setAccessibleName(self.tr("Choose the file of the certificate authority"))
        self.browse.clicked.connect(self._choose_file)
        self._by_trouble = {
            Trouble.ADDRESS: self.address,
            Trouble.TOKEN: self.token,
            Trouble.CA_FILE: self.ca_file,
        }
        self._arrange()

    def mark(self, trouble: Trouble, words: str = "") -> None:
        """Put the keyboard where the mistake is; the field says so by its edge, and by `words` to a screen reader.

        `HUB`: it is in none of them.
        """
        for one, field in self._by_trouble.items():
            restyle(field, "invalid", one is trouble)
            field.setAccessibleDescription(words if one is trouble else "")
        field_at_fault = self._by_trouble.get(trouble)
        if field_at_fault is not None:
            field_at_fault.setFocus()
            field_at_fault.selectAll()

    def focus_first_empty(self) -> QLineEdit:
        """Where there is something to type; answers which field that is."""
        empty = [field for field in (self.address, self.token) if not field.text()]
        field = empty[0] if empty else self.token
        field.setFocus()
        return field

    def _field(self, name: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.textEdited.connect(self._typed)
        return field

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        rows: tuple[tuple[QLineEdit, QWidget | None, Label | None], ...] = (
            (self.address, None, None),
            (self.token, self.show_token, self.note),
            (self.ca_file, self.browse, None),
        )
        for field, beside, below in rows:
            caption = Label(field.accessibleName(), "small")
            caption.setBuddy(field)
            row = QHBoxLayout()
            row.setSpacing(SPACE_S)
            row.addWidget(field, 1)
            layout.addWidget(caption)
            layout.addLayout(row)
            if beside is not None:
                row.addWidget(beside)
            if below is not None:
                layout.addWidget(below)
            layout.addSpacing(SPACE_M - SPACE_XS)
        order = (self.address, self.token, self.show_token, self.ca_file, self.browse)
        for first, second in pairwise(order):
            self.setTabOrder(first, second)

    def _typed(self) -> None:
        self.mark(Trouble.HUB)
        self.changed.emit()

    def _show_token(self, on: bool) -> None:
        self.token.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)
        self.show_token.rename(self.tr("Hide the token") if on else self.tr("Show the token"))
        self.show_token.show_icon("eye-slash" if on else "eye")

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Certificate authority of the team"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Certificates (*.pem *.crt *.cer)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._file_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _file_chosen(self, path: str) -> None:
        self.ca_file.setText(path)
        self._typed()
