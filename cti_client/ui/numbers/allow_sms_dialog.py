"""*Allow SMS…*: the customer agreed to be texted, and on what that rests (B2)."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from cti_client.ui.numbers.basis_words import basis_name
from cti_client.ui.numbers.consent_dialog import ConsentDialog
from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.consent_api import Basis, NumberConsent


class AllowSmsDialog(ConsentDialog):
    """Nothing is chosen beforehand: what is stored is proof."""

    def __init__(self, theme: Theme, who: str, number: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Allow SMS"), self.tr("Allow SMS to {who}?"), who, number, parent)
        self.action.setProperty("kind", "primary")
        self._choices = QButtonGroup(self)
        self.buttons: dict[Basis, QRadioButton] = {}
        grounds = QWidget()
        column = QVBoxLayout(grounds)
        column.setContentsMargins(0, 0, 0, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(Label(self.tr("How did they agree?"), "strong"))
        for place, basis in enumerate(Basis):
            button = QRadioButton(basis_name(basis))
            self._choices.addButton(button, place)
            self.buttons[basis] = button
            column.addWidget(button)
        self._choices.idToggled.connect(lambda _id, _on: self._chosen())
        self.arrange(grounds)
        self.action.setDefault(True)  # counts only once the button is in the dialog
        self.buttons[Basis.ON_THE_PHONE].setFocus()

    @property
    def basis(self) -> Basis | None:
        """The ground chosen."""
        return next((basis for basis, button in self.buttons.items() if button.isChecked()), None)

    def tell(self, known: NumberConsent) -> str:
        """What it means, or why it cannot be."""
        words = self.tr(
            "Texts may go to this number from {line}. Your name, the time and how they agreed are kept as proof."
        )
        if known.type and known.type != "Mobile":
            words = f"{words} {self.tr('The number counts as a mobile number from then on.')}"
        self.meaning.setText(words.format(line=known.line_name) if known.can_allow else "")
        return known.why_not

    def is_complete(self) -> bool:
        """A ground, with a note where it says nothing by itself."""
        return self.basis is not None and (self.basis is not Basis.OTHER or bool(self.words))

    def _chosen(self) -> None:
        needs_note = self.basis is Basis.OTHER
        self.note.setPlaceholderText(self.tr("Say on what the consent rests") if needs_note else "")
        self.refresh()
