"""The grounds of consent in the agent's language: those an agent may choose, and those the hub writes by itself."""

from PySide6.QtCore import QCoreApplication

from cti_client.domain import consent as rules
from cti_client.wire.consent_api import Basis


def tr(text: str) -> str:
    """The text in the agent's language."""
    return QCoreApplication.translate("basis_words", text)


def basis_name(basis: Basis) -> str:
    """As one chooses it."""
    return {
        Basis.ON_THE_PHONE: tr("Agreed on the phone"),
        Basis.WEB_FORM: tr("Filled in a web form"),
        Basis.CONTRACT: tr("Agreed in a contract"),
        Basis.IN_PERSON: tr("Agreed in person"),
        Basis.IN_WRITING: tr("Agreed in writing"),
        Basis.OTHER: tr("Other, as the note says"),
    }[basis]


def basis_words(basis: str) -> str:
    """As the ledger has it; what this version does not know is shown as it came."""
    if basis in tuple(Basis):
        return basis_name(Basis(basis))
    return {
        rules.TEXTED_FIRST: tr("Texted us first"),
        rules.TEXTED_STOP: tr("Texted STOP"),
        rules.TEXTED_START: tr("Texted START"),
        rules.CARRIER_REFUSED: tr("Opted out with the carrier, which refused a text"),
        rules.TOLD_AGENT: tr("Told an agent"),
        rules.LINE_JOINED: tr("Opted out of a line that shares its consent"),
    }.get(basis, basis)
