"""Settings without a hub: the same calls as `desk.settings.SettingsDesk`, kept in memory."""

import asyncio
from typing import Any

import msgspec

from cti_client.desk.errors import HubRefusedError
from cti_client.domain.auto_text import DEFAULTS, AutoPolicy
from cti_client.wire import settings_api as api
from cti_client.wire.api import Problem
from cti_client.wire.frames import Line

HOUR = 3_600_000
START = 1_741_100_400_000
LINE = Line(id=1, name="Support 1-800", address="+18005550100", display="+1 800-555-0100")
LINE_PL = Line(id=2, name="Orders PL", address="+48732080100", display="+48 732 080 100")

KANNEL = api.ConnectionKind(
    kind="kannel",
    name="Kannel",
    needs_secret=True,
    options=(
        api.OptionField(
            key="url",
            label="Address of sendsms",
            help="The whole address, as http://127.0.0.1:13013/cgi-bin/sendsms",
            required=True,
        ),
        api.OptionField(key="username", label="User name", help="Of the sendsms-user.", required=True),
        api.OptionField(key="password", label="Password", help="Of the sendsms-user.", secret=True, required=True),
        api.OptionField(key="max_messages", label="Longest text, in parts", default="30"),
        api.OptionField(key="smsc", label="SMSC", help="Where Kannel shall not choose."),
    ),
)
SIMULATOR = api.ConnectionKind(
    kind="simulator",
    name="Simulator",
    options=(api.OptionField(key="mode", label="Mode", default="fast", choices=("fast", "slow")),),
)


FIXED = ("name", "connection", "country", "offer_seconds", "shows_first_words", "carrier_answers_keywords")
"""What the settings file always says of a line."""


def connection(id: str = "kannel", **changes: Any) -> api.ConnectionView:  # noqa: A002 - the record's own name
    values: dict[str, Any] = {
        "id": id,
        "kind": "kannel",
        "name": "Kannel",
        "version": 3,
        "options": {
            "url": "http://127.0.0.1:13013/cgi-bin/sendsms",
            "username": "hub",
            "password": api.SECRET_KEPT,
        },
        "secret": api.SECRET_KEPT,
        "webhook_url": f"https://hub.example.com/gateway/{id}/inbound?key=KEY&from=%p&to=%P&id=%I&coding=%c",
    }
    return api.ConnectionView(**(values | changes))


def auto_texts(**on: bool) -> tuple[api.AutoTextView, ...]:
    return tuple(
        api.AutoTextView(policy=one, enabled=on.get(one.name, DEFAULTS[one].enabled), text=DEFAULTS[one].text)
        for one in AutoPolicy
    )


def line(id: int = LINE.id, **changes: Any) -> api.LineView:  # noqa: A002 - the record's own name
    values: dict[str, Any] = {
        "id": id,
        "address": LINE.address,
        "display": LINE.display,
        "name": LINE.name,
        "version": 2,
        "connection": "kannel",
        "auto_texts": auto_texts(HELP=True),
    }
    return api.LineView(**(values | changes))


def reply(id: int = 1, **changes: Any) -> api.CannedReplyView:  # noqa: A002 - the record's own name
    values: dict[str, Any] = {
        "id": id,
        "shortcut": "late",
        "title": "The courier is late",
        "text": "Sorry, {first_name}! The courier is late today. {agent}, {line}",
    }
    return api.CannedReplyView(**(values | changes))


def all_settings(**changes: Any) -> api.AllSettings:
    """Two connections, two lines, two rules and two replies."""
    values: dict[str, Any] = {
        "version": 7,
        "kinds": (KANNEL, SIMULATOR),
        "connections": (
            connection(),
            connection("simulator", kind="simulator", name="Simulator", editable=False, options={}, webhook_url=""),
        ),
        "lines": (
            line(),
            line(
                LINE_PL.id,
                address=LINE_PL.address,
                display=LINE_PL.display,
                name=LINE_PL.name,
                country="PL",
                connection="simulator",
                editable=False,
                fixed=FIXED,
            ),
        ),
        "rules": (
            api.RoutingRuleView(connection="simulator", prefix="+48"),
            api.RoutingRuleView(connection="kannel", line_id=LINE_PL.id),
        ),
        "replies": (reply(), reply(2, shortcut="hours", title="Opening hours", text="We are here from 9 to 17.")),
    }
    return api.AllSettings(**(values | changes))


def entry(id: int = 1, **changes: Any) -> api.AuditEntry:  # noqa: A002 - the record's own name
    values: dict[str, Any] = {
        "id": id,
        "at": START - id * HOUR,
        "by": "Anna",
        "kind": "line",
        "what": "Support",
        "action": "changed",
        "changes": (
            api.AuditChange(field="name", before="Support", after="Support 1-800"),
            api.AuditChange(field="connection", before="", after="kannel"),
        ),
    }
    return api.AuditEntry(**(values | changes))


class FakeSettings:
    """Every call is appended to `calls`; `failures[name]` makes one raise; `held` keeps the next from answering."""

    def __init__(self) -> None:
        self.now = all_settings()
        self.log = api.Audit(entries=tuple(entry(one) for one in range(3, 0, -1)), more=True)
        self.result = api.TestResult(ok=True, text="Kannel answers and takes texts.")
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.failures: dict[str, Exception] = {}
        self.held: asyncio.Future[None] | None = None

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for called, arguments in self.calls if called == name]

    def refuse(self, name: str, code: str, text: str, field: str = "") -> None:
        self.failures[name] = HubRefusedError(Problem(code=code, text=text, field=field))

    def hold(self) -> "asyncio.Future[None]":
        self.held = asyncio.get_running_loop().create_future()
        return self.held

    async def settings(self) -> api.AllSettings:
        await self._note("settings")
        return self.now

    async def put_connection(self, edit: api.EditConnection) -> api.AllSettings:
        await self._note("put_connection", edit)
        secrets = {"password": api.SECRET_KEPT} if edit.options.get("password") else {}
        made = connection(
            edit.id,
            kind=edit.kind,
            name=edit.name,
            version=edit.version + 1,
            country=edit.country,
            text_policy=edit.text_policy,
            separate=edit.separate,
            per_second=edit.per_second,
            options={**edit.options, **secrets},
            secret=api.SECRET_KEPT if edit.secret else "",
        )
        return self._with(connections=_put(self.now.connections, made))

    async def delete_connection(self, connection_id: str) -> api.AllSettings:
        await self._note("delete_connection", connection_id)
        return self._with(connections=tuple(one for one in self.now.connections if one.id != connection_id))

    async def test_connection(self, edit: api.EditConnection) -> api.TestResult:
        await self._note("test_connection", edit)
        return self.result

    async def add_line(self, edit: api.EditLine) -> api.AllSettings:
        await self._note("add_line", edit)
        new_id = max((one.id for one in self.now.lines), default=0) + 1
        return self._with(lines=(*self.now.lines, _line_of(new_id, edit)))

    async def put_line(self, line_id: int, edit: api.EditLine) -> api.AllSettings:
        await self._note("put_line", line_id, edit)
        return self._with(lines=_put(self.now.lines, _line_of(line_id, edit)))

    async def delete_line(self, line_id: int) -> api.AllSettings:
        await self._note("delete_line", line_id)
        return self._with(lines=tuple(one for one in self.now.lines if one.id != line_id))

    async def put_auto_text(self, line_id: int, policy: AutoPolicy, edit: api.EditAutoText) -> api.AllSettings:
        await self._note("put_auto_text", line_id, policy, edit)
        view = api.AutoTextView(policy=policy, enabled=edit.enabled, text=edit.text, version=edit.version + 1)
        lines = []
        for one in self.now.lines:
            texts = tuple(view if text.policy is policy else text for text in one.auto_texts)
            lines.append(msgspec.structs.replace(one, auto_texts=texts) if one.id == line_id else one)
        return self._with(lines=tuple(lines))

    async def put_routing(self, edit: api.EditRouting) -> api.AllSettings:
        await self._note("put_routing", edit)
        return self._with(rules=edit.rules)

    async def add_reply(self, edit: api.EditCannedReply) -> api.AllSettings:
        await self._note("add_reply", edit)
        made = api.CannedReplyView(
            id=max((one.id for one in self.now.replies), default=0) + 1,
            shortcut=edit.shortcut,
            title=edit.title,
            text=edit.text,
        )
        return self._with(replies=(*self.now.replies, made))

    async def put_reply(self, reply_id: int, edit: api.EditCannedReply) -> api.AllSettings:
        await self._note("put_reply", reply_id, edit)
        made = api.CannedReplyView(
            id=reply_id, shortcut=edit.shortcut, title=edit.title, text=edit.text, version=edit.version + 1
        )
        return self._with(replies=_put(self.now.replies, made))

    async def delete_reply(self, reply_id: int) -> api.AllSettings:
        await self._note("delete_reply", reply_id)
        return self._with(replies=tuple(one for one in self.now.replies if one.id != reply_id))

    async def audit(self, before: int | None = None, limit: int = 50) -> api.Audit:
        await self._note("audit", before)
        return self.log

    async def _note(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
        held, self.held = self.held, None
        if held is not None:
            await held
        if name in self.failures:
            raise self.failures[name]

    def _with(self, **changes: Any) -> api.AllSettings:
        self.now = msgspec.structs.replace(self.now, version=self.now.version + 1, **changes)
        return self.now


def _put(views: tuple[Any, ...], made: Any) -> tuple[Any, ...]:
    if any(one.id == made.id for one in views):
        return tuple(made if one.id == made.id else one for one in views)
    return (*views, made)


def _line_of(line_id: int, edit: api.EditLine) -> api.LineView:
    return line(
        line_id,
        address=edit.address,
        display=edit.address,
        name=edit.name,
        version=edit.version + 1,
        connection=edit.connection,
        country=edit.country,
        offer_seconds=edit.offer_seconds,
        shows_first_words=edit.shows_first_words,
        carrier_answers_keywords=edit.carrier_answers_keywords,
        pool_line_id=edit.pool_line_id,
        quiet_hours=edit.quiet_hours,
        texts_from=edit.texts_from,
        texts_until=edit.texts_until,
    )
