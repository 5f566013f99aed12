"""Routing among agents: where desks stand, who is gone, rounds of offers, who looks at a thread."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("hub", sa.Column("chats_per_agent", sa.Integer(), server_default="0", nullable=False))
    op.add_column("agent", sa.Column("reason_before", sa.String(), server_default="", nullable=False))
    op.add_column("agent", sa.Column("misses", sa.Integer(), server_default="0", nullable=False))
    op.add_column("agent", sa.Column("gone_since", sa.BigInteger(), nullable=True))
    op.add_column("interaction", sa.Column("round_after", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "hub_process",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_process")),
    )
    op.create_table(
        "desk",
        sa.Column("agent_id", ID, autoincrement=False, nullable=False),
        sa.Column("desk_id", sa.String(), nullable=False),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_desk_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_desk")),
    )
    op.create_table(
        "looking",
        sa.Column("thread_id", ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", ID, autoincrement=False, nullable=False),
        sa.Column("looks", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("types_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_looking_agent_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_looking_thread_id")),
        sa.PrimaryKeyConstraint("thread_id", "agent_id", name=op.f("pk_looking")),
    )
    op.create_index(op.f("ix_looking_agent_id"), "looking", ["agent_id"], unique=False)
