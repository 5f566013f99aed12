"""Everything the spine needs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), server_default="", nullable=False),
        sa.Column("presence", sa.String(), server_default="offline", nullable=False),
        sa.Column("presence_reason", sa.String(), server_default="", nullable=False),
        sa.Column("presence_before", sa.String(), server_default="available", nullable=False),
        sa.Column("idle_since", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("name", name=op.f("uq_agent_name")),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), server_default="{}", nullable=False),
        sa.Column("poll_cursor", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
    )
    op.create_table(
        "contact",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("company", sa.String(), server_default="", nullable=False),
        sa.Column("street", sa.String(), server_default="", nullable=False),
        sa.Column("postcode", sa.String(), server_default="", nullable=False),
        sa.Column("town", sa.String(), server_default="", nullable=False),
        sa.Column("country", sa.String(), server_default="", nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_table(
        "delivery_report",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("gateway_id", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_report")),
    )
    op.create_index(op.f("ix_delivery_report_message_id"), "delivery_report", ["message_id"], unique=False)
    op.create_table(
        "hub",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub")),
    )
    op.create_table(
        "stray_text",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_text")),
    )
    op.create_table(
        "agent_record",
        sa.Column("agent_id", ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_record_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "seq", name=op.f("pk_agent_record")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_agent_record_at"), "agent_record", ["at"], unique=False)
    op.create_table(
        "line",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=True),
        sa.Column("country", sa.String(), server_default="US", nullable=False),
        sa.Column("offer_seconds", sa.Integer(), server_default="20", nullable=False),
        sa.Column("carrier_answers_keywords", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confirms_opt_out", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("shows_first_words", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_line_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("address", name=op.f("uq_line_address")),
    )
    op.create_table(
        "phone",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("type", sa.String(), server_default="Mobile", nullable=False),
        sa.Column("sms", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_phone_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        sa.UniqueConstraint("contact_id", "address", name=op.f("uq_phone_contact_id_address")),
    )
    op.create_index(op.f("ix_phone_address"), "phone", ["address"], unique=False)
    op.create_table(
        "stream",
        sa.Column("agent_id", ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_stream_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_stream")),
    )
    op.create_table(
        "consent",
        sa.Column("line_id", ID, autoincrement=False, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_consent_line_id")),
        sa.PrimaryKeyConstraint("line_id", "address", name=op.f("pk_consent")),
    )
    op.create_table(
        "thread",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("repliable", sa.Boolean(), nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("last_line_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_thread_contact_id")),
        sa.ForeignKeyConstraint(["last_line_id"], ["line.id"], name=op.f("fk_thread_last_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("address", name=op.f("uq_thread_address")),
    )
    op.create_index(op.f("ix_thread_contact_id"), "thread", ["contact_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("subject", sa.String(), server_default="", nullable=False),
        sa.Column("status", sa.String(), server_default="open", nullable=False),
        sa.Column("category", sa.String(), server_default="", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_case_file_agent_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_case_file_contact_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_case_file_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
    )
    op.create_index(op.f("ix_case_file_agent_id_last_at"), "case_file", ["agent_id", "last_at"], unique=False)
    op.create_index(op.f("ix_case_file_contact_id"), "case_file", ["contact_id"], unique=False)
    op.create_index(op.f("ix_case_file_thread_id_last_at"), "case_file", ["thread_id", "last_at"], unique=False)
    op.create_table(
        "interaction",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("waiting_since", sa.BigInteger(), nullable=True),
        sa.Column("unread", sa.Integer(), server_default="0", nullable=False),
        sa.Column("read_up_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("why_waiting", sa.String(), server_default="", nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_interaction_agent_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_interaction_case_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_interaction_line_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_interaction_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
    )
    op.create_index(op.f("ix_interaction_agent_id_state"), "interaction", ["agent_id", "state"], unique=False)
    op.create_index(op.f("ix_interaction_case_id"), "interaction", ["case_id"], unique=False)
    op.create_index(
        "ix_interaction_unheld",
        "interaction",
        ["waiting_since"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued','waiting')"),
        postgresql_where=sa.text("state IN ('queued','waiting')"),
    )
    op.create_index(
        "uq_interaction_live",
        "interaction",
        ["thread_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "case_event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_case_event_agent_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interaction.id"], name=op.f("fk_case_event_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index(op.f("ix_case_event_case_id"), "case_event", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_event_interaction_id"), "case_event", ["interaction_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("interaction_id", ID, nullable=True),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("policy", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("parts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("encoding", sa.String(), server_default="GSM-7", nullable=False),
        sa.Column("gateway_id", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reason_text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_message_agent_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interaction.id"], name=op.f("fk_message_interaction_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_message_line_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_message_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("client_id", name=op.f("uq_message_client_id")),
    )
    op.create_index(op.f("ix_message_interaction_id_id"), "message", ["interaction_id", "id"], unique=False)
    op.create_index(op.f("ix_message_thread_id_id"), "message", ["thread_id", "id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_offer_agent_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interaction.id"], name=op.f("fk_offer_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("interaction_id", "number", name=op.f("uq_offer_interaction_id_number")),
    )
    op.create_index(op.f("ix_offer_agent_id_state"), "offer", ["agent_id", "state"], unique=False)
    op.create_index(
        "ix_offer_deadline",
        "offer",
        ["deadline"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_offer_open",
        "offer",
        ["interaction_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "consent_ledger",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_consent_ledger_agent_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_consent_ledger_line_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_consent_ledger_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_ledger")),
    )
    op.create_index(op.f("ix_consent_ledger_address_line_id"), "consent_ledger", ["address", "line_id"], unique=False)
    op.create_table(
        "inbound_key",
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_inbound_key_message_id")),
        sa.PrimaryKeyConstraint("connection_id", "gateway_id", name=op.f("pk_inbound_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", ID, autoincrement=False, nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_outbox_message_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_outbox_thread_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_connection_id_due_at"), "outbox", ["connection_id", "due_at"], unique=False)
    op.create_index(op.f("ix_outbox_thread_id_message_id"), "outbox", ["thread_id", "message_id"], unique=False)
