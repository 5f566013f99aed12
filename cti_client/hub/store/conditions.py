"""Conditions spelled as the partial indexes are, in literals: an engine does not see that a bound value fits one."""

from sqlalchemy import ColumnElement, and_, literal_column

from cti_client.domain.interaction import InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.store.tables import interaction, offer

NOT_ENDED = interaction.c.state != literal_column(f"'{InteractionState.ENDED.value}'")
"""Live interactions (`uq_interaction_live`)."""

_QUEUED: ColumnElement[str] = literal_column(f"'{InteractionState.QUEUED.value}'")
_WAITING: ColumnElement[str] = literal_column(f"'{InteractionState.WAITING.value}'")
IS_UNHELD = interaction.c.state.in_((_QUEUED, _WAITING))
"""Interactions that nobody holds and no offer covers (`ix_interaction_unheld`)."""

IS_QUEUED = and_(IS_UNHELD, interaction.c.state == _QUEUED)
"""Interactions that wait for routing (`ix_interaction_unheld`; neither engine works it out from the state alone)."""

IS_HELD = and_(interaction.c.agent_id.is_not(None), NOT_ENDED)
"""Interactions that an agent holds, also while they stand before others because that agent is gone (A9)."""

IS_OPEN = and_(NOT_ENDED, interaction.c.state == literal_column(f"'{InteractionState.OPEN.value}'"))
"""Interactions that are open with an agent (`uq_interaction_live`)."""

OFFER_IS_OPEN = offer.c.state == literal_column(f"'{OfferState.OPEN.value}'")
"""Offers that stand (`uq_offer_open`, `ix_offer_deadline`)."""
