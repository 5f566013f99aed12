"""What an agent said of an unknown text is kept apart from what was reported on it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_settlement_agent_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_settlement_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index(op.f("ix_settlement_message_id"), "settlement", ["message_id"], unique=False)
    op.add_column("message", sa.Column("settlement_id", ID, nullable=True))
    op.add_column("message_attempt", sa.Column("settlement_id", ID, nullable=True))
