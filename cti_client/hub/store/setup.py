"""What is set for everybody: our lines, and the canned replies (`wire.topics.Setup`)."""

from sqlalchemy import Connection, and_, exists, or_, select, true

from cti_client.domain.phone_number import display
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.store.origin import REMOVED
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import canned_reply, connection, hub, line, routing_rule
from cti_client.telephony.sms.connection import SplitMode
from cti_client.wire import topics
from cti_client.wire.frames import Line

USUAL_OFFER_SECONDS = 20

_of_rule = connection.alias("of_rule")
_HAS_RULES = exists().where(
    or_(routing_rule.c.line_id.is_(None), routing_rule.c.line_id == line.c.id),
    _of_rule.c.id == routing_rule.c.connection_id,
    _of_rule.c.active == true(),
)
_LINES = Statement(
    select(
        *(line.c.id, line.c.name, line.c.address, line.c.origin, line.c.offer_seconds),
        *(connection.c.id.label("own"), connection.c.text_policy, connection.c.split),
        _HAS_RULES.label("has_rules"),
    )
    .outerjoin(connection, and_(connection.c.id == line.c.connection_id, connection.c.active == true()))
    .order_by(line.c.id)
)
_REPLIES = Statement(
    select(canned_reply.c.id, canned_reply.c.shortcut, canned_reply.c.title, canned_reply.c.text).order_by(
        canned_reply.c.shortcut, canned_reply.c.id
    )
)
_VERSION = Statement(select(hub.c.settings_version))


def read_setup(conn: Connection) -> topics.Setup:
    """As of now."""
    rows = _LINES.rows(conn)
    lines = tuple(
        Line(
            id=row.id,
            name=row.name,
            address=row.address,
            display=display(row.address),
            can_send=row.origin != REMOVED and (row.own is not None or row.has_rules),
            text_policy=TextPolicy(row.text_policy or TextPolicy.EVERYTHING),
            separate=row.split == SplitMode.SEPARATE,
        )
        for row in rows
    )
    replies = tuple(
        topics.CannedReply(id=row.id, shortcut=row.shortcut, title=row.title, text=row.text)
        for row in _REPLIES.rows(conn)
    )
    return topics.Setup(
        lines=lines,
        offer_seconds=max((row.offer_seconds for row in rows), default=USUAL_OFFER_SECONDS),
        replies=replies,
        version=int(_VERSION.scalar(conn)),
    )
