"""What the page and the hub tell each other."""

import asyncio

import msgspec
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads
from cti_client.desk.errors import HubAwayError
from cti_client.desk.views import LinkStatus
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.role import Role
from cti_client.wire import settings_api as api
from tests.helpers import fake_settings
from tests.helpers.settings_scene import SettingsScene

STALE = "Somebody else changed this since you opened it."


async def test_settings_are_loaded_once_and_shown(scene: SettingsScene) -> None:
    assert len(scene.called("settings")) == 1
    assert [one.title for one in scene.page.connections.list.entries.entries] == ["Kannel", "Simulator"]


async def test_loading_is_said_until_they_are_there(scene: SettingsScene) -> None:
    held = scene.hub.hold()
    scene.page._loaded = False
    scene.session.load()
    await scene.calm()
    assert reads(scene.page, "Loading the settings…")
    held.set_result(None)
    await scene.calm()
    assert not reads(scene.page, "Loading the settings…")


async def test_what_cannot_be_loaded_can_be_tried_again(scene: SettingsScene) -> None:
    scene.hub.failures["settings"] = HubAwayError("The hub does not answer.")
    scene.page._loaded = False
    scene.session.load()
    await scene.calm()
    assert reads(scene.page, "The settings could not be loaded")
    assert reads(scene.page, "The hub does not answer.")
    scene.hub.failures.clear()
    scene.page.state.acted.emit()
    await scene.calm()
    assert scene.page.connections.list.isVisible()


async def test_saving_shows_progress_and_then_says_so_quietly(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Kannel of ours")
    assert section.form.unsaved.isVisible()
    held = scene.hub.hold()
    section.form.save.click()
    await scene.calm()
    assert section.form.saved.text() == "Saving…"
    assert not section.form.save.isEnabled()
    assert not section.form.body.isEnabled()
    held.set_result(None)
    await scene.calm()
    (edit,) = scene.called("put_connection")[0]
    assert (edit.id, edit.name, edit.version) == ("kannel", "Kannel of ours", 3)
    assert section.form.saved.text().startswith("Saved.")
    assert not section.form.unsaved.isVisible()
    assert section.form.title.text() == "Kannel of ours"


async def test_the_keyboard_comes_back_after_saving(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setFocus()
    QTest.keyClicks(section.form.name, "!")
    section.form.save_wanted.emit()
    await scene.calm()
    assert QApplication.focusWidget() is section.form.name


async def test_a_refusal_marks_the_field_at_fault_and_keeps_what_was_typed(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Kannel of ours")
    scene.hub.refuse("put_connection", "bad_request", "This is no address.", "options.url")
    section.form.save.click()
    await scene.calm()
    url = section.form.fields["options.url"]
    assert url.problem.text() == "This is no address."
    assert url.problem.isVisible()
    assert url.control.property("invalid")
    assert url.control.accessibleDescription() == "This is no address."
    assert QApplication.focusWidget() is url.control
    assert section.form.name.text() == "Kannel of ours"
    assert section.form.dirty
    QTest.keyClicks(url.control, "x")
    assert not url.problem.isVisible()
    assert not url.control.property("invalid")


async def test_a_refusal_of_the_whole_is_said_above(scene: SettingsScene) -> None:
    section = scene.page.replies
    await scene.go_to(4)
    section.open_new()
    for field, text in ((section.form.shortcut, "hi"), (section.form.heading, "Hello"), (section.form.text.edit, "Hi")):
        QTest.keyClicks(field, text)
    scene.hub.refuse("add_reply", "bad_request", "There are 500 canned replies already.")
    section.form.save.click()
    await scene.calm()
    assert section.form.notice.text == "There are 500 canned replies already."
    assert section.form.shortcut.text() == "hi"


async def test_no_answer_keeps_what_was_typed_and_can_be_tried_again(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Kannel of ours")
    scene.hub.failures["put_connection"] = HubAwayError("The hub does not answer.")
    section.form.save.click()
    await scene.calm()
    assert section.form.notice.text == "The hub does not answer."
    assert section.form.save.isEnabled()
    scene.hub.failures.clear()
    section.form.save.click()
    await scene.calm()
    assert not section.form.dirty
    assert section.form.notice.text == ""


async def test_somebody_faster_theirs_can_be_seen_and_mine_is_kept(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.text.edit.setPlainText("Mine")
    scene.hub.refuse("put_reply", "stale_version", STALE)
    theirs = fake_settings.reply(1, title="Their title", text="Theirs", version=4)
    scene.hub.now = msgspec.structs.replace(scene.hub.now, replies=(theirs,))
    section.form.save.click()
    await scene.calm()
    assert section.form.notice.text.startswith("Somebody else changed this")
    assert section.form.text.value() == "Mine"
    assert section.form.heading.text() == "Their title"  # which was not touched here
    section.form.notice.acted.emit()
    assert section.form.text.value() == "Theirs"
    assert section.dirty
    assert not section.form.save.isEnabled()
    section.form.notice.acted.emit()
    assert section.form.text.value() == "Mine"
    scene.hub.failures.clear()
    section.form.save.click()
    await scene.calm()
    reply_id, edit = scene.called("put_reply")[-1]
    assert (reply_id, edit.version, edit.title, edit.text) == (1, 4, "Their title", "Mine")


async def test_theirs_is_taken_by_discarding_mine(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.text.edit.setPlainText("Mine")
    scene.hub.refuse("put_reply", "stale_version", STALE)
    scene.hub.now = msgspec.structs.replace(scene.hub.now, replies=(fake_settings.reply(1, text="Theirs", version=4),))
    section.form.save.click()
    await scene.calm()
    section.form.notice.acted.emit()
    section.form.discard.click()
    assert section.form.text.value() == "Theirs"
    assert not section.dirty


async def test_what_somebody_else_removed_can_be_saved_anew(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.text.edit.setPlainText("Mine")
    scene.hub.refuse("put_reply", "not_found", "This canned reply does not exist any more.")
    scene.hub.now = msgspec.structs.replace(scene.hub.now, replies=())
    section.form.save.click()
    await scene.calm()
    assert "removed" in section.form.notice.text
    assert (section.form.shortcut.text(), section.form.text.value()) == ("late", "Mine")
    scene.hub.failures.clear()
    section.form.save.click()
    await scene.calm()
    (edit,) = scene.called("add_reply")[0]
    assert (edit.shortcut, edit.text, edit.version) == ("late", "Mine", 0)
    assert section.key == scene.hub.now.replies[0].id


async def test_what_others_change_is_shown_when_nothing_is_typed(scene: SettingsScene) -> None:
    scene.hub.now = fake_settings.all_settings(connections=(fake_settings.connection(name="Renamed"),))
    scene.desk.setup_changed.emit()
    await scene.calm()
    assert [one.title for one in scene.page.connections.list.entries.entries] == ["Renamed"]


async def test_an_answer_that_comes_late_is_not_shown_over_a_newer_one(scene: SettingsScene) -> None:
    loop = asyncio.get_running_loop()
    late, newest = loop.create_future(), loop.create_future()
    asked = iter((late, newest))

    async def settings() -> api.AllSettings:
        return await next(asked)

    scene.hub.settings = settings  # type: ignore[method-assign]
    for _ in range(2):
        scene.desk.setup_changed.emit()
        await scene.calm()
    for answer, name in ((newest, "Newest"), (late, "Late")):
        answer.set_result(fake_settings.all_settings(connections=(fake_settings.connection(name=name),)))
        await scene.calm()
        assert [one.title for one in scene.page.connections.list.entries.entries] == ["Newest"]


async def test_what_was_asked_for_before_something_was_saved_is_not_shown_after_it(scene: SettingsScene) -> None:
    before, answer = scene.hub.now, asyncio.get_running_loop().create_future()

    async def settings() -> api.AllSettings:
        return await answer  # type: ignore[no-any-return]

    scene.hub.settings = settings  # type: ignore[method-assign]
    scene.desk.setup_changed.emit()
    await scene.calm()
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Mine")
    section.form.save.click()
    await scene.calm()
    answer.set_result(before)
    await scene.calm()
    assert section.form.name.text() == "Mine"


async def test_what_others_change_waits_while_something_is_typed(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Mine")
    scene.hub.now = fake_settings.all_settings(connections=(fake_settings.connection(name="Theirs", version=9),))
    scene.desk.setup_changed.emit()
    await scene.calm()
    assert len(scene.called("settings")) == 1
    assert section.form.name.text() == "Mine"
    section.form.discard.click()
    await scene.calm()
    assert len(scene.called("settings")) == 2
    assert section.form.name.text() == "Theirs"


async def test_without_a_link_nothing_is_lost_and_save_says_why_not(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Mine")
    scene.link(LinkStatus.OFFLINE)
    assert not section.form.save.isEnabled()
    assert section.form.saved.text() == "No link to the hub: what you typed stays here."
    assert not section.form.remove.isEnabled()
    assert not section.form.trial.button.isEnabled()
    scene.link(LinkStatus.LIVE)
    await scene.calm()
    assert section.form.save.isEnabled()
    assert section.form.saved.text() == ""
    assert section.form.name.text() == "Mine"
    assert len(scene.called("settings")) == 1  # what is typed must not be typed over


async def test_without_a_link_from_the_start_it_loads_by_itself_later(scene: SettingsScene) -> None:
    scene.page._loaded = False
    scene.link(LinkStatus.OFFLINE)
    assert reads(scene.page, "Not connected")
    scene.link(LinkStatus.LIVE)
    await scene.calm()
    assert scene.page.connections.list.isVisible()


async def test_a_role_that_is_lost_turns_the_page_into_a_sentence(scene: SettingsScene) -> None:
    scene.page.connections.open("kannel")
    scene.page.connections.form.name.setText("Mine")
    scene.desk.role = Role.SUPERVISOR
    scene.desk.link_changed.emit()
    assert reads(scene.page, "Only owners and admins change these settings")
    scene.desk.role = Role.ADMIN
    scene.desk.link_changed.emit()
    assert scene.page.connections.form.name.isVisible()
    assert scene.page.connections.form.name.text() == "Mine"


@pytest.mark.parametrize("call", ["settings", "put_connection"])
async def test_a_hub_that_says_no_to_the_person_is_believed(scene: SettingsScene, call: str) -> None:
    scene.hub.refuse(call, "not_allowed", "Only owners and admins may change settings.")
    if call == "settings":
        scene.desk.setup_changed.emit()
    else:
        scene.page.connections.open("kannel")
        scene.page.connections.form.name.setText("Mine")
        scene.page.connections.form.save.click()
    await scene.calm()
    assert reads(scene.page, "Not for you any more")


async def test_of_several_the_first_stay_saved_where_a_later_one_is_refused(scene: SettingsScene) -> None:
    await scene.go_to(3)
    section = scene.page.auto_texts
    section.open(1)
    form = section.form
    form.switches[AutoPolicy.OPT_IN].click()
    form.editors[AutoPolicy.WELCOME].edit.setPlainText("Hello")
    calls: list[AutoPolicy] = []
    put = scene.hub.put_auto_text

    async def refuse_welcome(line_id: int, policy: AutoPolicy, edit: object) -> object:
        calls.append(policy)
        if policy is AutoPolicy.WELCOME:
            scene.hub.refuse("put_auto_text", "bad_request", "These do not go: x", "text")
        return await put(line_id, policy, edit)  # type: ignore[arg-type]

    scene.hub.put_auto_text = refuse_welcome  # type: ignore[assignment, method-assign]
    form.save.click()
    await scene.calm()
    assert calls == [AutoPolicy.OPT_IN, AutoPolicy.WELCOME]
    assert form.fields["welcome.text"].problem.text() == "These do not go: x"
    assert [policy for policy, _ in form.edits()] == [AutoPolicy.WELCOME]
    assert section.dirty


async def looking_at_theirs(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.text.edit.setPlainText("Mine")
    scene.hub.refuse("put_reply", "stale_version", STALE)
    theirs = fake_settings.reply(1, text="Theirs", version=4)
    scene.hub.now = msgspec.structs.replace(scene.hub.now, replies=(theirs,))
    section.form.save.click()
    await scene.calm()
    section.form.notice.acted.emit()
    scene.hub.failures.clear()


async def test_what_somebody_else_saved_is_only_looked_at(scene: SettingsScene) -> None:
    await looking_at_theirs(scene)
    form = scene.page.replies.form
    assert not form.text.edit.isEnabled()
    form.notice.acted.emit()
    assert form.text.edit.isEnabled()
    assert form.text.value() == "Mine"


async def test_leaving_by_save_while_looking_at_theirs_saves_mine(scene: SettingsScene) -> None:
    await looking_at_theirs(scene)
    await scene.go_to(0)
    assert scene.page.question is not None
    scene.page.question.save.click()
    await scene.calm()
    assert scene.called("put_reply")[-1][1].text == "Mine"
    assert scene.page.current.name == "Connections"
