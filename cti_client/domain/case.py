"""Cases: what they are called, and whether a chat goes on in the last one (A8)."""

from cti_client.domain import Millis
from cti_client.domain.interaction import CaseChoice

CONTINUES_WITHIN: Millis = 24 * 3_600_000
"""A customer who texts again this soon is taken to go on with the last case."""

_FIRST_LABEL = 10_000


def case_label(case_id: int) -> str:
    """The case's number as people see it: `C-10001` is the first."""
    return f"C-{_FIRST_LABEL + case_id}"


def default_choice(last_at: Millis | None, now: Millis) -> CaseChoice:
    """Continue or New, where nobody chose. `last_at`: of the customer's latest case, None where there is none."""
    if last_at is None or now - last_at > CONTINUES_WITHIN:
        return CaseChoice.NEW
    return CaseChoice.CONTINUE
