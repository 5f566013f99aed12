"""Who changed what."""

from PySide6.QtWidgets import QLabel

from cti_client.demo.tour_kit import reads, visible
from cti_client.desk.errors import HubAwayError
from cti_client.ui.settings.change_card import ChangeCard
from cti_client.wire import settings_api as api
from tests.helpers.fake_settings import entry
from tests.helpers.settings_scene import SettingsScene


def said(scene: SettingsScene) -> list[list[str]]:
    return [[label.text() for label in visible(card, QLabel)] for card in visible(scene.page.log, ChangeCard)]


async def test_each_change_says_who_when_and_what(scene: SettingsScene) -> None:
    change = api.AuditChange(field="name", before="A <b>", after="B")
    scene.hub.log = api.Audit(
        entries=(
            entry(9, action="changed", changes=(change,)),
            entry(8, action="added", kind="connection", what="kannel", by="Ben", changes=(change,)),
            entry(7, action="removed", kind="canned reply", what="hi", changes=(change,)),
            entry(6, kind="routing", what="all rules", changes=(change,)),
        )
    )
    await scene.go_to(5)
    rows = said(scene)
    assert [row[0].replace("\u200b", "") for row in rows] == [
        "Anna changed the line “Support”",
        "Ben added the connection “kannel”",
        "Anna removed the canned reply “hi”",
        "Anna changed the routing rules",
    ]
    assert [row[3].replace("\u200b", "") for row in rows] == ["A <b> → B", "B", "A <b>", "A <b> → B"]
    assert not scene.page.log.more.isVisible()


async def test_older_ones_come_page_by_page(scene: SettingsScene) -> None:
    scene.hub.log = api.Audit(entries=(entry(9), entry(8)), more=True)
    await scene.go_to(5)
    scene.hub.log = api.Audit(entries=(entry(7),), more=False)
    scene.page.log.more.click()
    await scene.calm()
    assert scene.called("audit") == [(None,), (8,)]
    assert len(said(scene)) == 3
    assert not scene.page.log.more.isVisible()


async def test_it_is_loaded_anew_each_time_it_is_looked_at(scene: SettingsScene) -> None:
    await scene.go_to(5)
    await scene.go_to(0)
    scene.hub.log = api.Audit(entries=(entry(10),))
    await scene.go_to(5)
    assert len(said(scene)) == 1


async def test_what_cannot_be_loaded_can_be_tried_again(scene: SettingsScene) -> None:
    scene.hub.failures["audit"] = HubAwayError("The hub does not answer.")
    await scene.go_to(5)
    assert reads(scene.page.log, "The changes could not be loaded")
    scene.hub.failures.clear()
    scene.page.log.empty.acted.emit()
    await scene.calm()
    assert len(said(scene)) == 3
    scene.hub.failures["audit"] = HubAwayError("The hub does not answer.")
    scene.page.log.more.click()
    await scene.calm()
    assert scene.page.log.notice.text == "The hub does not answer."
    assert len(said(scene)) == 3


async def test_none_yet(scene: SettingsScene) -> None:
    scene.hub.log = api.Audit(entries=())
    await scene.go_to(5)
    assert reads(scene.page.log, "No changes yet")
