"""Consent pools, quiet hours, routing rules, automatic texts, canned replies, attempts, settings with an audit."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("hub", sa.Column("settings_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("agent", sa.Column("role", sa.String(), server_default="agent", nullable=False))
    for column in (
        sa.Column("secrets", sa.Text(), server_default="", nullable=False),
        sa.Column("text_policy", sa.String(), server_default="letters", nullable=False),
        sa.Column("split", sa.String(), server_default="concatenate", nullable=False),
        sa.Column("origin", sa.String(), server_default="file", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    ):
        op.add_column("connection", column)
    for column in (
        sa.Column("consent_line_id", ID, nullable=True),
        sa.Column("quiet_hours", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("texts_from", sa.Integer(), server_default="480", nullable=False),
        sa.Column("texts_until", sa.Integer(), server_default="1260", nullable=False),
        sa.Column("origin", sa.String(), server_default="file", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    ):
        op.add_column("line", column)
    op.add_column("interaction", sa.Column("quiet_ok_until", sa.BigInteger(), server_default="0", nullable=False))
    for column in (
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("connection_id", sa.String(), nullable=True),
        sa.Column("checked_consent", sa.String(), server_default="", nullable=False),
        sa.Column("local_time", sa.String(), server_default="", nullable=False),
    ):
        op.add_column("message", column)
    op.add_column("delivery_report", sa.Column("attempt", sa.Integer(), nullable=True))
    op.add_column("consent_ledger", sa.Column("note", sa.Text(), server_default="", nullable=False))
    _new_tables()


def _new_tables() -> None:
    op.create_table(
        "routing_rule",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(), server_default="", nullable=False),
        sa.Column("line_id", ID, nullable=True),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_routing_rule_line_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_routing_rule_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_table(
        "auto_text",
        sa.Column("line_id", ID, autoincrement=False, nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_auto_text_line_id")),
        sa.PrimaryKeyConstraint("line_id", "policy", name=op.f("pk_auto_text")),
    )
    op.create_table(
        "canned_reply",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply")),
        sa.UniqueConstraint("shortcut", name=op.f("uq_canned_reply_shortcut")),
    )
    op.create_table(
        "settings_audit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("changes", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_settings_audit_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings_audit")),
    )
    op.create_table(
        "message_attempt",
        sa.Column("message_id", ID, autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reason_text", sa.Text(), server_default="", nullable=False),
        sa.Column("gateway_id", sa.String(), server_default="", nullable=False),
        sa.Column("connection_id", sa.String(), nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_attempt_message_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_message_attempt_agent_id")),
        sa.PrimaryKeyConstraint("message_id", "attempt", name=op.f("pk_message_attempt")),
    )
