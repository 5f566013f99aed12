"""Roles and settings as a desk has them, against a real hub (F4, G1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from cti_client.desk.credentials import Credentials
from cti_client.desk.desk import Desk
from cti_client.desk.errors import HubRefusedError
from cti_client.desk.hub_client import HubAccess
from cti_client.desk.views import LinkStatus
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.role import Role
from cti_client.wire import settings_api as api
from cti_client.wire.codec import encode
from cti_client.wire.frames import Topic
from cti_client.wire.topics import OwnPresence
from tests.helpers.qt_loop import until
from tests.helpers.running_hub import OTHER_TOKEN, TOKEN
from tests.helpers.settings_hub import SIMULATOR, SettingsHub, settings_hub

pytestmark = pytest.mark.usefixtures("qapp")


class Office:
    def __init__(self, hub: SettingsHub, folder: Path, credentials: Credentials) -> None:
        self.hub, self._folder, self._credentials = hub, folder, credentials
        self.broke: list[str] = []

    @asynccontextmanager
    async def desk(self, token: str) -> AsyncIterator[Desk]:
        async def find() -> HubAccess:
            return HubAccess(self.hub.hub.url, token)

        def note(name: str, error: BaseException) -> None:
            self.broke.append(f"{name}: {error}")

        desk = Desk(find, self._folder / f"{token}.db", self._credentials, on_failure=note)
        desk.start()
        try:
            await until(lambda: desk.link.status is LinkStatus.LIVE, desk.link_changed)
            yield desk
        finally:
            await desk.close()
        assert self.broke == []


@asynccontextmanager
async def office(folder: Path, credentials: Credentials) -> AsyncIterator[Office]:
    async with settings_hub(folder) as hub:
        yield Office(hub, folder, credentials)


async def test_who_signs_in_is_known_by_role_and_agents_are_refused(tmp_path: Path, credentials: Credentials) -> None:
    async with office(tmp_path, credentials) as team, team.desk(TOKEN) as anna, team.desk(OTHER_TOKEN) as bo:
        assert (anna.role, bo.role) == (Role.OWNER, Role.AGENT)
        settings = await anna.settings.settings()
        assert [one.name for one in settings.lines] == ["Support"]
        with pytest.raises(HubRefusedError) as refusal:
            await bo.settings.settings()
        assert refusal.value.problem.code == "not_allowed"


async def test_another_role_counts_while_one_is_signed_in(tmp_path: Path, credentials: Credentials) -> None:
    """That the hub says so at once: `tests/hub/test_settings_everywhere.py`."""
    async with office(tmp_path, credentials) as team, team.desk(OTHER_TOKEN) as bo:
        told = OwnPresence(role=Role.ADMIN)
        bo._show_topic(Topic(name=OwnPresence.topic, value=msgspec.Raw(encode(told))))
        assert bo.role is Role.ADMIN
        bo._show_topic(Topic(name=OwnPresence.topic, value=msgspec.Raw(encode(OwnPresence()))))  # an older hub's
        assert bo.role is Role.ADMIN


async def test_everything_that_is_set_is_heard_by_others(tmp_path: Path, credentials: Credentials) -> None:
    async with office(tmp_path, credentials) as team, team.desk(TOKEN) as anna, team.desk(OTHER_TOKEN) as bo:
        mine = anna.settings
        heard = 0

        def hear() -> None:
            nonlocal heard
            heard += 1

        bo.setup_changed.connect(hear)
        settings = await mine.put_connection(SIMULATOR)
        assert (await mine.test_connection(SIMULATOR)).ok
        settings = await mine.add_line(api.EditLine(address="+12125550177", name="Sales", connection=SIMULATOR.id))
        sales = next(one for one in settings.lines if one.name == "Sales")
        text = api.EditAutoText(enabled=True, text="Hello from {line}")
        settings = await mine.put_auto_text(sales.id, AutoPolicy.WELCOME, text)
        reply = api.EditCannedReply(shortcut="hi", title="Hi", text="Hi!")
        settings = await mine.add_reply(reply)
        await until(lambda: [one.shortcut for one in bo.replies] == ["hi"], bo.setup_changed)
        assert [one.name for one in bo.lines] == ["Support", "Sales"]
        before = heard
        rule = api.RoutingRuleView(connection=SIMULATOR.id, prefix="+44", line_id=sales.id)
        await mine.put_routing(api.EditRouting(rules=(rule,), version=settings.version))
        await until(lambda: heard > before, bo.setup_changed)
        await mine.delete_reply(settings.replies[0].id)
        await mine.delete_line(sales.id)
        await mine.delete_connection(SIMULATOR.id)
        page = await mine.audit(limit=3)
        assert [(one.kind, one.action) for one in page.entries] == [
            ("connection", "removed"),
            ("line", "removed"),
            ("canned reply", "removed"),
        ]
        assert page.more
        older = await mine.audit(page.entries[-1].id)
        assert older.entries[0].kind == "routing"
        bo.setup_changed.disconnect(hear)
