"""Routing rules (D6)."""

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cti_client.domain.role import Role
from cti_client.wire import settings_api as api
from tests.helpers.fake_desk import LINE_PL
from tests.helpers.qt_loop import until, watched
from tests.helpers.settings_scene import SettingsScene

ALT = Qt.KeyboardModifier.AltModifier
POLISH = api.RoutingRuleView(connection="simulator", prefix="+48")
ORDERS = api.RoutingRuleView(connection="kannel", line_id=LINE_PL.id)


async def test_rules_stand_in_their_order(scene: SettingsScene) -> None:
    await scene.go_to(2)
    rows = [(one.title, one.detail) for one in scene.page.routing.rules.list.entries.entries]
    assert rows == [("1.  To +48…", "from any line, by Simulator"), ("2.  To all numbers", "from Orders PL, by Kannel")]
    assert not scene.page.routing.dirty


async def test_a_rule_is_moved_by_keys(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    routing.rules.list.go_to(1)
    routing.rules.list.setFocus()
    QTest.keyClick(routing.rules.list, Qt.Key.Key_Up, ALT)
    assert routing.rules.value() == (ORDERS, POLISH)
    assert routing.rules.place == 0
    assert not routing.rules.up.isEnabled()
    assert routing.dirty
    QTest.keyClick(routing.rules.list, Qt.Key.Key_Down, ALT)
    assert routing.rules.value() == (POLISH, ORDERS)
    assert not routing.dirty


async def test_rules_are_added_changed_and_saved_together(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    routing.rules.add.click()
    assert routing.rules.prefix.hasFocus()
    QTest.keyClicks(routing.rules.prefix, "+4420")
    routing.rules.line.setCurrentIndex(routing.rules.line.findData(1))
    routing.form.save.click()
    await scene.calm()
    (edit,) = scene.called("put_routing")[0]
    new = api.RoutingRuleView(connection="kannel", prefix="+4420", line_id=1)
    assert edit == api.EditRouting(rules=(POLISH, ORDERS, new), version=7)
    assert not routing.dirty
    assert routing.rules.place == 2


async def test_a_rule_is_removed_by_a_key(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    routing.rules.list.go_to(0)
    routing.rules.list.setFocus()
    QTest.keyClick(routing.rules.list, Qt.Key.Key_Delete)
    assert routing.rules.value() == (ORDERS,)
    routing.rules.remove.click()
    assert routing.rules.value() == ()
    assert routing.rules.none.isVisible()
    assert routing.rules.add.hasFocus()
    routing.form.discard.click()
    assert routing.rules.value() == (POLISH, ORDERS)


async def test_a_refusal_goes_to_the_rule_and_field_at_fault(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    routing.rules.list.go_to(0)
    routing.rules.prefix.setText("+48x")
    routing.rules.list.go_to(1)
    scene.hub.refuse("put_routing", "bad_request", "A prefix is + and digits.", "rules[0].prefix")
    routing.form.save.click()
    await scene.calm()
    assert routing.rules.place == 0
    assert routing.rules.fields["prefix"].problem.text() == "A prefix is + and digits."
    assert routing.rules.prefix.hasFocus()
    assert routing.dirty


async def test_somebody_faster(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    routing.rules.remove.click()
    mine = routing.rules.value()
    scene.hub.refuse("put_routing", "stale_version", "Somebody else changed this.")
    scene.hub.now = msgspec.structs.replace(scene.hub.now, rules=(POLISH,), version=8)
    routing.form.save.click()
    await scene.calm()
    assert routing.rules.value() == mine
    routing.form.notice.acted.emit()
    assert routing.rules.value() == (POLISH,)
    routing.form.notice.acted.emit()
    assert routing.rules.value() == mine
    scene.hub.failures.clear()
    routing.form.save.click()
    await scene.calm()
    assert scene.called("put_routing")[-1][0].version == 8


async def test_the_way_of_a_number_is_told_by_what_stands_on_the_screen(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    trial = routing.trial
    said = []
    for number in ("", "nobody", "+48 601 234 567", "+1 555 123 4567"):
        trial.number.edit.setText(number)
        said.append(trial.answer.text())
    trial.line.setCurrentIndex(trial.line.findData(LINE_PL.id))
    said.append(trial.answer.text())
    assert said == [
        "Type a number to see it.",
        "“nobody” is not a phone number.",
        "+48 601 234 567: by Simulator, for rule 1.",
        "+1 555-123-4567: by Kannel, the line’s own connection. No rule fits.",
        "+1 555-123-4567: by Kannel, for rule 2.",
    ]
    routing.rules.list.go_to(1)
    routing.rules.remove.click()
    assert trial.answer.text() == "+1 555-123-4567: by Simulator, the line’s own connection. No rule fits."


async def test_a_number_that_goes_nowhere_is_told(scene: SettingsScene) -> None:
    lines = tuple(msgspec.structs.replace(one, connection=None) for one in scene.hub.now.lines)
    scene.hub.now = msgspec.structs.replace(scene.hub.now, lines=lines, rules=())
    scene.desk.setup_changed.emit()
    await scene.calm()
    await scene.go_to(2)
    scene.page.routing.trial.number.edit.setText("+48601234567")
    assert "nowhere" in scene.page.routing.trial.answer.text()


async def test_a_role_that_the_presence_tells_of_counts_at_once(scene: SettingsScene) -> None:
    scene.desk.role = Role.AGENT
    scene.desk.presence_changed.emit()
    assert not scene.page.bar.isVisible()


async def test_the_keys_that_move_a_rule_still_open_a_choice_below_it(scene: SettingsScene) -> None:
    await scene.go_to(2)
    routing = scene.page.routing
    routing.rules.connection.setFocus()
    QTest.keyClick(routing.rules.connection, Qt.Key.Key_Down, ALT)
    assert routing.rules.value() == (POLISH, ORDERS)
    assert routing.rules.connection.view().isVisible()
    routing.rules.connection.hidePopup()


async def test_a_key_leads_back_to_the_list(scene: SettingsScene) -> None:
    page = scene.page
    page.connections.open("kannel")
    assert page.connections.form.back.toolTip().startswith("<qt>All connections (")
    with watched(page.connections.form.back.clicked) as pressed:
        QTest.keyClick(page.connections.form.name, Qt.Key.Key_Left, ALT)
        await until(lambda: bool(pressed), page.connections.form.back.clicked)
    assert not page.connections.form_shown


async def test_with_no_connection_it_says_what_to_do_first(scene: SettingsScene) -> None:
    scene.hub.now = msgspec.structs.replace(scene.hub.now, connections=(), lines=(), rules=())
    scene.desk.setup_changed.emit()
    await scene.calm()
    await scene.go_to(2)
    assert not scene.page.routing.rules.add.isEnabled()
    assert scene.page.routing.rules.none.text() == "Rules lead to connections; add one under Connections first."
    assert scene.page.routing.trial.answer.text() == "There is no line yet."
