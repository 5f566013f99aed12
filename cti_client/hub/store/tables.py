"""The tables, as SQLAlchemy Core sees them. Migrations make them; a test holds both against each other.

Instants are `Millis`. Text from outside is cleaned (`domain.clean_text`) before it gets here.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")


def _pk() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over some of the rows.

    Only SQLite is told so here, where `metadata` makes the tables. On PostgreSQL migrations alone make them, and its
    spelling would import that dialect into every desktop.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where))


hub = Table(
    "hub",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hub_id", String, nullable=False),
    Column("chats_per_agent", Integer, nullable=False, server_default="0"),
    Column("place", String, nullable=False, server_default=""),
    Column("settings_version", BigInteger, nullable=False, server_default="0"),
)
"""One row. `chats_per_agent`: chats and requests that routing gives an agent at once; 0: as many as is usual.

`place`: which server, and which life of it, gave the numbers in `stream` (`place.py`). `settings_version`: raised by
every change of what the settings screens show, so that each hub notices.
"""

hub_process = Table(
    "hub_process",
    metadata,
    Column("id", String, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
)
"""The running hubs over this database, each of which says now and then that it is there."""

agent = Table(
    "agent",
    metadata,
    _pk(),
    Column("name", String, nullable=False, unique=True),
    Column("token_hash", String, nullable=False, server_default=""),
    Column("presence", String, nullable=False, server_default="offline"),
    Column("presence_reason", String, nullable=False, server_default=""),
    Column("presence_before", String, nullable=False, server_default="available"),
    Column("reason_before", String, nullable=False, server_default=""),
    Column("idle_since", BigInteger, nullable=False, server_default="0"),
    Column("misses", Integer, nullable=False, server_default="0"),
    Column("gone_since", BigInteger),
    Column("configured", Boolean, nullable=False, server_default=text("true")),
    Column("role", String, nullable=False, server_default="agent"),
    Index("ix_agent_presence_idle_since_id", "presence", "idle_since", "id"),
)
"""`presence_before`: what to return to once the desk is back after its link was lost; empty where the agent chose.

`misses`: offers missed in a row. `gone_since`: the link has been lost for longer than the grace time.
`configured`: named by the settings file, and retired once it no longer is; others were added by the admin command.
"""

desk = Table(
    "desk",
    metadata,
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("desk_id", String, nullable=False),
    Column("process_id", String, nullable=False),
    Column("left_at", BigInteger),
)
"""The one desktop of an agent and the hub process that serves it. `left_at`: its link ended then."""

stream = Table(
    "stream",
    metadata,
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False, server_default="0"),
)

agent_record = Table(
    "agent_record",
    metadata,
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""The numbered news of an agent: `record` is the JSON of a `wire.records.Record`."""

connection = Table(
    "connection",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("settings", Text, nullable=False, server_default="{}"),
    Column("poll_cursor", Text, nullable=False, server_default=""),
    Column("secrets", Text, nullable=False, server_default=""),
    Column("text_policy", String, nullable=False, server_default="letters"),
    Column("split", String, nullable=False, server_default="concatenate"),
    Column("origin", String, nullable=False, server_default="file"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""A gateway. `origin`: `file` (the settings file has all of it; `settings` and `secrets` are empty) or `desk` (made on
the settings screens). `settings`: JSON of everything but secrets. `secrets`: JSON of the secret ones, encrypted.
`active` False: removed, and kept for what refers to it.
"""

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
)
"""What only one hub of several may do at a time: who does it, until when, and what that hub says of it."""

line = Table(
    "line",
    metadata,
    _pk(),
    Column("address", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("connection_id", String, ForeignKey("connection.id")),
    Column("country", String, nullable=False, server_default="US"),
    Column("offer_seconds", Integer, nullable=False, server_default="20"),
    Column("carrier_answers_keywords", Boolean, nullable=False, server_default=text("false")),
    Column("confirms_opt_out", Boolean, nullable=False, server_default=text("true")),
    Column("shows_first_words", Boolean, nullable=False, server_default=text("true")),
    Column("consent_line_id", Id),
    Column("quiet_hours", Boolean, nullable=False, server_default=text("true")),
    Column("texts_from", Integer, nullable=False, server_default="480"),
    Column("texts_until", Integer, nullable=False, server_default="1260"),
    Column("origin", String, nullable=False, server_default="file"),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""A number of ours. `consent_line_id`: the line of its pool under which consent is kept for all of the pool (B7); None:
its own. `texts_from`, `texts_until`: minutes of the customer's day between which agents start chats and automatic texts
go (B9), where `quiet_hours`. `origin`: as of `connection`.
"""

routing_rule = Table(
    "routing_rule",
    metadata,
    _pk(),
    Column("position", Integer, nullable=False),
    Column("prefix", String, nullable=False, server_default=""),
    Column("line_id", Id, ForeignKey("line.id")),
    Column("connection_id", String, ForeignKey("connection.id"), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""Outbound routing (D6), tried by `position`: a rule serves the destinations that begin with `prefix` (empty: all) from
`line_id` (None: any line). None matching: the line's own connection.
"""

auto_text = Table(
    "auto_text",
    metadata,
    Column("line_id", Id, ForeignKey("line.id"), primary_key=True, autoincrement=False),
    Column("policy", String, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""What a line answers by itself (A7), where that differs from `domain.auto_text`'s defaults."""

canned_reply = Table(
    "canned_reply",
    metadata,
    _pk(),
    Column("shortcut", String, nullable=False, unique=True),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)

settings_audit = Table(
    "settings_audit",
    metadata,
    _pk(),
    Column("at", BigInteger, nullable=False),
    Column("agent_id", Id, ForeignKey("agent.id")),
    Column("kind", String, nullable=False),
    Column("what", String, nullable=False),
    Column("action", String, nullable=False),
    Column("changes", Text, nullable=False, server_default="[]"),
)
"""Every change on the settings screens, never altered. `changes`: JSON of (field, before, after);
a secret only as set.
"""

contact = Table(
    "contact",
    metadata,
    _pk(),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
    *(
        Column(name, String, nullable=False, server_default="")
        for name in ("name", "company", "street", "postcode", "town", "country", "source")
    ),
    Column("search", Text, nullable=False, server_default=""),
)
"""`search`: the case-folded words and digits of all its fields and numbers, for search by hand."""

phone = Table(
    "phone",
    metadata,
    _pk(),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False),
    Column("address", String, nullable=False),
    Column("type", String, nullable=False, server_default="Mobile"),
    Column("sms", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("contact_id", "address"),
    Index(None, "address"),
)

thread = Table(
    "thread",
    metadata,
    _pk(),
    Column("address", String, nullable=False, unique=True),
    Column("repliable", Boolean, nullable=False),
    Column("contact_id", Id, ForeignKey("contact.id")),
    Column("last_line_id", Id, ForeignKey("line.id")),
    Index(None, "contact_id"),
)
"""All messages ever exchanged with one customer address. `contact_id`: the contact the agent chose or we found."""

case = Table(
    "case_file",
    metadata,
    _pk(),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("thread_id", Id, ForeignKey("thread.id"), nullable=False),
    Column("contact_id", Id, ForeignKey("contact.id")),
    Column("agent_id", Id, ForeignKey("agent.id"), nullable=False),
    Column("subject", String, nullable=False, server_default=""),
    Column("status", String, nullable=False, server_default="open"),
    Column("category", String, nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("disposition", String),
    Index(None, "thread_id", "last_at"),
    Index(None, "agent_id", "last_at"),
    Index(None, "contact_id"),
)

interaction = Table(
    "interaction",
    metadata,
    _pk(),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("thread_id", Id, ForeignKey("thread.id"), nullable=False),
    Column("line_id", Id, ForeignKey("line.id"), nullable=False),
    Column("direction", String, nullable=False),
    Column("state", String, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("waiting_since", BigInteger),
    Column("unread", Integer, nullable=False, server_default="0"),
    Column("read_up_to", BigInteger, nullable=False, server_default="0"),
    Column("why_waiting", String, nullable=False, server_default=""),
    Column("round_after", Integer, nullable=False, server_default="0"),
    Column("agent_id", Id, ForeignKey("agent.id")),
    Column("case_id", Id, ForeignKey("case_file.id")),
    Column("disposition", String),
    Column("quiet_ok_until", BigInteger, nullable=False, server_default="0"),
    _partial("uq_interaction_live", "thread_id", where="state <> 'ended'", unique=True),
    Index(None, "agent_id", "state"),
    Index(None, "case_id"),
    _partial("ix_interaction_unheld", "waiting_since", where="state IN ('queued','waiting')"),
)
"""`agent_id`: who holds it, also while it stands before others because that agent is gone (A9).

`round_after`: offers up to this number belong to an earlier round; who let one of those pass is asked again.
"""

offer = Table(
    "offer",
    metadata,
    _pk(),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("interaction_id", Id, ForeignKey("interaction.id"), nullable=False),
    Column("agent_id", Id, ForeignKey("agent.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("answered_at", BigInteger),
    UniqueConstraint("interaction_id", "number"),
    _partial("uq_offer_open", "interaction_id", where="state = 'open'", unique=True),
    _partial("ix_offer_deadline", "deadline", where="state = 'open'"),
    Index(None, "agent_id", "state"),
)

looking = Table(
    "looking",
    metadata,
    Column("thread_id", Id, ForeignKey("thread.id"), primary_key=True, autoincrement=False),
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("looks", Boolean, nullable=False, server_default=text("false")),
    Column("types_until", BigInteger, nullable=False, server_default="0"),
    Index(None, "agent_id"),
)
"""Who has a thread on the screen without holding its chat (`looks`), and who is typing in one that is shared (G2a)."""

message = Table(
    "message",
    metadata,
    _pk(),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("thread_id", Id, ForeignKey("thread.id"), nullable=False),
    Column("interaction_id", Id, ForeignKey("interaction.id")),
    Column("line_id", Id, ForeignKey("line.id"), nullable=False),
    Column("direction", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("state_at", BigInteger, nullable=False),
    Column("client_id", String, unique=True),
    Column("agent_id", Id, ForeignKey("agent.id")),
    Column("policy", String, nullable=False, server_default=""),
    Column("note", String, nullable=False, server_default=""),
    Column("parts", Integer, nullable=False, server_default="1"),
    Column("encoding", String, nullable=False, server_default="GSM-7"),
    Column("gateway_id", String, nullable=False, server_default=""),
    Column("reason", String),
    Column("reason_text", Text, nullable=False, server_default=""),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("connection_id", String),
    Column("checked_consent", String, nullable=False, server_default=""),
    Column("local_time", String, nullable=False, server_default=""),
    Column("settlement_id", Id),
    Index(None, "thread_id", "id"),
    Index(None, "interaction_id", "id"),
    _partial("ix_message_unsettled", "connection_id", "id", where="state IN ('sent','unknown')"),
)
"""`attempt`: counts Resend (E6); earlier ones are in `message_attempt`. `connection_id`: what it goes by (D6).

`checked_consent`, `local_time`: what stood between line and number, and the customer's clock, when it was let through.
`state` is what the gateway and its reports say. `settlement_id`: an agent's latest word on it, which counts for its own
attempt alone and as `domain.delivery.with_word` says.
"""

settlement = Table(
    "settlement",
    metadata,
    _pk(),
    Column("message_id", Id, ForeignKey("message.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("arrived", Boolean, nullable=False),
    Column("agent_id", Id, ForeignKey("agent.id"), nullable=False),
    Index(None, "message_id"),
)
"""What agents said of texts of which nobody else knew (D4), never altered: also words that were taken back."""

message_attempt = Table(
    "message_attempt",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("reason_text", Text, nullable=False, server_default=""),
    Column("gateway_id", String, nullable=False, server_default=""),
    Column("connection_id", String),
    Column("agent_id", Id, ForeignKey("agent.id")),
    Column("settlement_id", Id),
)
"""An attempt that was given up for a new one: how it had ended, and who pressed Resend. `settlement_id`: whose word the
end was, where no report said so.
"""

inbound_key = Table(
    "inbound_key",
    metadata,
    Column("connection_id", String, primary_key=True),
    Column("gateway_id", String, primary_key=True),
    Column("message_id", Id, ForeignKey("message.id")),
    sqlite_with_rowid=False,
)
"""Every inbound text ever taken, for ever: the gate against duplicates."""

stray_text = Table(
    "stray_text",
    metadata,
    _pk(),
    Column("connection_id", String, nullable=False),
    Column("gateway_id", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("why", String, nullable=False),
)
"""Texts to a number that is no line of ours: kept, shown to nobody yet (E2, Did not trigger)."""

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("thread_id", Id, ForeignKey("thread.id"), nullable=False),
    Column("connection_id", String, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("taken_until", BigInteger),
    Index(None, "connection_id", "due_at"),
    Index(None, "thread_id", "message_id"),
)
"""Messages on their way to a gateway, one after the other for each thread.

`connection_id` empty: scheduled; the gate chooses its connection when it is due. `taken_until` set: a submit is under
way; if it passes, nobody knows.
"""

delivery_report = Table(
    "delivery_report",
    metadata,
    _pk(),
    Column("message_id", Id, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("part", Integer),
    Column("gateway_id", String, nullable=False, server_default=""),
    Column("reason", String),
    Column("raw", Text, nullable=False),
    Column("attempt", Integer),
    Index(None, "message_id"),
)
"""Raw reports as they came. No foreign key: a report may come before we know, or for a message of another hub."""

case_event = Table(
    "case_event",
    metadata,
    _pk(),
    Column("interaction_id", Id, ForeignKey("interaction.id"), nullable=False),
    Column("case_id", Id, ForeignKey("case_file.id")),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("detail", String, nullable=False, server_default=""),
    Column("agent_id", Id, ForeignKey("agent.id")),
    Index(None, "interaction_id"),
    Index(None, "case_id"),
)

consent = Table(
    "consent",
    metadata,
    Column("line_id", Id, ForeignKey("line.id"), primary_key=True, autoincrement=False),
    Column("address", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

consent_ledger = Table(
    "consent_ledger",
    metadata,
    _pk(),
    Column("line_id", Id, ForeignKey("line.id"), nullable=False),
    Column("address", String, nullable=False),
    Column("state", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("basis", String, nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    Column("message_id", Id, ForeignKey("message.id")),
    Column("agent_id", Id, ForeignKey("agent.id")),
    Column("note", Text, nullable=False, server_default=""),
    Index(None, "address", "line_id"),
)
"""Every change of consent, never altered: when, which words, which line, who (B7)."""
