"""What a line answers by itself (A7): marked with its policy's name, through the same gate as everything else."""

from sqlalchemy import bindparam, select

from cti_client.domain.auto_text import DEFAULTS, AutoPolicy, AutoText, filled
from cti_client.hub.services.gate import Way, clear_automatic
from cti_client.hub.services.outgoing import queue_text
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import auto_text

_SET = Statement(
    select(auto_text.c.enabled, auto_text.c.text).where(
        auto_text.c.line_id == bindparam("line"), auto_text.c.policy == bindparam("policy")
    )
)
_CARRIERS = frozenset({AutoPolicy.OPT_OUT, AutoPolicy.OPT_IN, AutoPolicy.HELP})
"""What some carriers answer by themselves (B7)."""


def auto_text_of(tx: Tx, line: AnyRow, policy: AutoPolicy) -> AutoText:
    """What this line says by this policy, and whether it does."""
    if line.carrier_answers_keywords and policy in _CARRIERS:
        return AutoText(enabled=False, text="")
    return set_text_of(tx, line, policy)


def set_text_of(tx: Tx, line: AnyRow, policy: AutoPolicy) -> AutoText:
    """The same as it is set, whether or not the carrier answers."""
    row = _SET.first(tx.conn, {"line": line.id, "policy": policy.value})
    if row is not None:
        return AutoText(enabled=row.enabled, text=row.text)
    usual = DEFAULTS[policy]
    if policy is AutoPolicy.OPT_OUT and not line.confirms_opt_out:
        return AutoText(enabled=False, text=usual.text)
    return usual


def answers(tx: Tx, line: AnyRow, policy: AutoPolicy) -> bool:
    """Whether the line answers by this policy."""
    return auto_text_of(tx, line, policy).enabled


def answer(tx: Tx, customer: AnyRow, line: AnyRow, policy: AutoPolicy, interaction_id: int | None) -> int | None:
    """Queue the policy's text to the customer, whose thread is locked; the message's id, None where it is off."""
    said = auto_text_of(tx, line, policy)
    if not said.enabled:
        return None
    cleared = clear_automatic(tx, Way(policy.value), customer, line, filled(said.text, line=line.name))
    return None if cleared is None else queue_text(tx, cleared, interaction_id=interaction_id)
