"""Bodies of what is known and done about the consent of a number, all under `/api/v1/numbers`.

| method and path | request      | answer           |
|-----------------|--------------|------------------|
| POST /consent   | `AskConsent` | `NumberConsent`  |
| POST /allow     | `AllowSms`   | `NumberConsent`  |
| POST /opt-out   | `OptOut`     | `NumberConsent`  |
"""

from enum import StrEnum

import msgspec

from cti_client.domain import Millis
from cti_client.domain.consent import ConsentState


class Basis(StrEnum):
    """On what a person's word about a customer's consent rests (B2)."""

    ON_THE_PHONE = "on_the_phone"
    WEB_FORM = "web_form"
    CONTRACT = "contract"
    IN_PERSON = "in_person"
    IN_WRITING = "in_writing"
    OTHER = "other"


class AskConsent(msgspec.Struct, frozen=True, kw_only=True):
    """What stands between a number and our lines? `line_id` None: as a chat with it would choose."""

    address: str
    line_id: int | None = None


class AllowSms(msgspec.Struct, frozen=True, kw_only=True):
    """The customer agreed to be texted (B2): the number is Mobile and tagged from now on.

    Refused with 403 `opted_out` where the customer opted out by a text of their own: only they can undo that. `note`
    is needed with `Basis.OTHER`.
    """

    address: str
    basis: Basis
    note: str = ""
    line_id: int | None = None
    contact_id: int | None = None


class OptOut(msgspec.Struct, frozen=True, kw_only=True):
    """The customer wants no more texts, and said so in other words than STOP (B7)."""

    address: str
    note: str = ""
    line_id: int | None = None


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change of consent, as proof: when, on which line, on what ground, whose words, by whom."""

    at: Millis
    state: ConsentState
    line_name: str
    basis: str
    words: str = ""
    note: str = ""
    by: str = ""


class NumberConsent(msgspec.Struct, frozen=True, kw_only=True):
    """`sms`: the number carries the tag. `ledger`: newest first."""

    address: str
    display: str
    line_id: int | None
    line_name: str
    state: ConsentState
    type: str = ""
    """Mobile, Home, Work, Other; empty where no contact has the number."""
    sms: bool = False
    can_allow: bool = True
    why_not: str = ""
    """Why it cannot be allowed by hand."""
    ledger: tuple[LedgerEntry, ...] = ()
