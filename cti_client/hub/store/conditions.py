"""Conditions spelled as the partial indexes are, in literals: an engine does not see that a bound value fits one."""

from sqlalchemy import literal_column

from cti_client.domain.interaction import InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.store.tables import interaction, offer

NOT_ENDED = interaction.c.state != literal_column(f"'{InteractionState.ENDED.value}'")
"""Live interactions (`uq_interaction_live`)."""

IS_QUEUED = interaction.c.state == literal_column(f"'{InteractionState.QUEUED.value}'")
"""Interactions that wait for routing."""

OFFER_IS_OPEN = offer.c.state == literal_column(f"'{OfferState.OPEN.value}'")
"""Offers that stand (`uq_offer_open`, `ix_offer_deadline`)."""
