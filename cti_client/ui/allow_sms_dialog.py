"""*Allow SMS…*: the customer agreed to be texted, and on what that rests (B2)."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from cti_client.ui.basis_words import basis_name
from cti_client.ui.consent_dialog import ConsentDialog
from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.consent_api import Basis, NumberConsent


class AllowSmsDialog(ConsentDialog):
    """Nothing is chosen beforehand: what is stored is proof."""

    def __init__(self, theme: Theme, who: str, number: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Allow SMS"), "", who, number, parent)
        self.action.setText(self.tr("Allow SMS"))
        self.action.setProperty("kind", "primary")
        self._choices = QButtonGroup(self)
        self.buttons: dict[Basis, QRadioButton] = {}
        grounds = QVBoxLayout()
        grounds.setSpacing(SPACE_S)
        grounds.addWidget(Label(self.tr("How did they agree?"), "strong"))
        for number_of, basis in enumerate(Basis):
            button = QRadioButton(basis_name(basis))
            self._choices.addButton(button, number_of)
            self.buttons[basis] = button
            grounds.addWidget(button)
        self._choices.idToggled.connect(lambda _id, _on: self._chosen())
        self.arrange(grounds)
        self.action.setDefault(True)  # counts only once the button is in the dialog
        self.buttons[Basis.ON_THE_PHONE].setFocus()

    @property
    def basis(self) -> Basis | None:
        """The ground chosen."""
        return next((basis for basis, button in self.buttons.items() if button.isChecked()), None)

    def choose(self, basis: Basis) -> None:
        """As if clicked."""
        self.buttons[basis].setChecked(True)

    def tell(self, known: NumberConsent) -> None:
        """What it means, or why it cannot be."""
        line = known.line_name
        words = self.tr(
            "Texts may go to this number from {line}. Your name, the time and the ground are kept as proof."
        )
        if known.type and known.type != "Mobile":
            words = f"{words} {self.tr('The number counts as a mobile number from then on.')}"
        self.meaning.setText(words.format(line=line) if known.can_allow else "")
        if not known.can_allow:
            self.problem.say(known.why_not, "caution")
        for button in self.buttons.values():
            button.setEnabled(known.can_allow)
        self.note.setEnabled(known.can_allow)

    def may_give(self) -> bool:
        """A ground, with a note where it says nothing by itself."""
        known = self.known is not None and self.known.can_allow
        return known and self.basis is not None and (self.basis is not Basis.OTHER or bool(self.words))

    def _chosen(self) -> None:
        needs_note = self.basis is Basis.OTHER
        self.note.setPlaceholderText(self.tr("Say on what the consent rests") if needs_note else "")
        self.refresh()
