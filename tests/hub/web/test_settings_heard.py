"""Whoever looks at the settings hears that somebody else has changed them, whatever it was."""

from pathlib import Path

from cti_client.wire import settings_api as api
from cti_client.wire.topics import Setup
from tests.helpers.running_hub import OTHER_TOKEN
from tests.helpers.settings_hub import SIMULATOR, settings_hub


async def test_a_change_that_agents_see_nothing_of_is_told_too(tmp_path: Path) -> None:
    async with settings_hub(tmp_path) as hub:
        settings = await hub.put(SIMULATOR)
        async with hub.hub.desktop(token=OTHER_TOKEN) as desktop:
            await desktop.until(lambda one: Setup.topic in one.topics)
            before = desktop.topic(Setup)
            rule = api.RoutingRuleView(connection=SIMULATOR.id, prefix="+4420", line_id=settings.lines[0].id)
            changed = await hub.ask("PUT", "/routing", api.EditRouting(rules=(rule,), version=settings.version))
            await desktop.until(lambda one: one.topic(Setup) != before)
            assert desktop.topic(Setup).version == changed.version
            assert desktop.topic(Setup).lines == before.lines
