"""Texts whose fate is not known yet are found by an index, for gateways that can be asked about them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

UNSETTLED = sa.text("state IN ('sent','unknown')")


def upgrade() -> None:
    op.create_index(
        op.f("ix_message_unsettled"),
        "message",
        ["connection_id", "id"],
        unique=False,
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )
