"""*Opt out of SMS…*: the customer wants no more texts, said in other words than STOP (B7)."""

from PySide6.QtWidgets import QWidget

from cti_client.domain.consent import ConsentState
from cti_client.ui.consent_dialog import ConsentDialog
from cti_client.ui.theme import Theme
from cti_client.wire.consent_api import NumberConsent


class OptOutDialog(ConsentDialog):
    """Says what it means before it is done."""

    def __init__(self, theme: Theme, who: str, number: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Opt out of SMS"), "", who, number, parent)
        self.action.setText(self.tr("Opt out of SMS"))
        self.action.setProperty("kind", "danger")
        self.note.setPlaceholderText(self.tr("What they said"))
        self.arrange()
        self.cancel.setDefault(True)  # counts only once the button is in the dialog
        self.note.setFocus()

    def tell(self, known: NumberConsent) -> None:
        """What it means, or that it is so already."""
        out = known.state is ConsentState.OPTED_OUT
        words = self.tr(
            "Nothing goes to this number from {line} any more, and what still waits is not sent. The customer is not "
            "told. They can undo it by texting START, and an agent by allowing SMS again."
        )
        self.meaning.setText("" if out else words.format(line=known.line_name))
        if out:
            self.problem.say(self.tr("This number is opted out already."), "neutral")
        elif known.line_id is None:
            self.problem.say(known.why_not, "caution")

    def may_give(self) -> bool:
        """Not twice."""
        known = self.known
        return known is not None and known.line_id is not None and known.state is not ConsentState.OPTED_OUT
