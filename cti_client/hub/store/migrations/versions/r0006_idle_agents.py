"""Routing finds the agents who are available and have been idle longest without reading all."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index(op.f("ix_agent_presence_idle_since_id"), "agent", ["presence", "idle_since", "id"], unique=False)
