"""*Opt out of SMS…*: the customer wants no more texts, said in other words than STOP (B7)."""

from PySide6.QtWidgets import QWidget

from cti_client.domain.consent import ConsentState
from cti_client.ui.numbers.consent_dialog import ConsentDialog
from cti_client.ui.theme import Theme
from cti_client.wire.consent_api import NumberConsent


class OptOutDialog(ConsentDialog):
    """Says what it means before it is done."""

    def __init__(self, theme: Theme, who: str, number: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Opt out of SMS"), self.tr("Opt {who} out of SMS?"), who, number, parent)
        self.action.setProperty("kind", "danger")
        self.note.setPlaceholderText(self.tr("What they said"))
        self.arrange()
        self.cancel.setDefault(True)  # counts only once the button is in the dialog
        self.note.setFocus()

    def tell(self, known: NumberConsent) -> str:
        """What it means, or that it is so already."""
        if known.line_id is None:
            return known.why_not
        if known.state is ConsentState.OPTED_OUT:
            self.meaning.clear()
            return self.tr("This number is opted out already.")
        words = self.tr(
            "Nothing goes to this number from {line} any more, and what still waits is not sent. The customer is not "
            "told. They can undo it by texting START, and an agent by allowing SMS again."
        )
        self.meaning.setText(words.format(line=known.line_name))
        return ""
