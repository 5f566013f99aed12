"""Lines: our numbers, with what each is set to."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cti_client.wire import settings_api as api
from tests.helpers import fake_settings
from tests.helpers.settings_scene import SettingsScene

LEFT = Qt.MouseButton.LeftButton


async def test_a_new_line_is_made_of_what_is_filled_in(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.add_button.click()
    form = section.form
    assert not form.phone.isEnabled()
    QTest.keyClicks(form.number.field.edit, "+1 212 555 0177")
    assert form.phone.isEnabled()  # A12
    QTest.keyClicks(form.name, "Sales")
    form.connection.setCurrentIndex(form.connection.findData("kannel"))
    form.seconds.selectAll()
    QTest.keyClicks(form.seconds, "45")
    form.carrier.click()
    form.hours.begin.setCurrentIndex(form.hours.begin.findData(9 * 60))
    form.save.click()
    await scene.calm()
    (edit,) = scene.called("add_line")[0]
    assert edit == api.EditLine(
        address="+1 212 555 0177",
        name="Sales",
        connection="kannel",
        offer_seconds=45,
        carrier_answers_keywords=True,
        texts_from=540,
    )
    assert section.key == 3
    assert form.title.text() == "Sales"
    assert form.number.field.edit.isReadOnly()


@pytest.mark.parametrize(
    ("name", "said"),
    [("address", "Enter the number."), ("name", "Give it a name."), ("offer_seconds", "A whole number from 5 to 600.")],
)
async def test_what_makes_no_sense_is_said_without_asking_the_hub(scene: SettingsScene, name: str, said: str) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.add_button.click()
    form = section.form
    if name != "address":
        QTest.keyClicks(form.number.field.edit, "+12125550177")
    if name != "name":
        QTest.keyClicks(form.name, "Sales")
    if name == "offer_seconds":
        form.seconds.setText("soon")
    form.save.click()
    assert form.fields[name].problem.text() == said
    assert scene.called("add_line") == []


async def test_hours_that_end_before_they_begin_are_said(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(1)
    section.form.hours.put((20 * 60, 8 * 60))
    section.form.save.click()
    assert section.form.fields["hours"].problem.text() == "They must begin before they end."
    section.form.hours.put((8 * 60, 20 * 60))
    scene.hub.refuse("put_line", "bad_request", "The hours must begin before they end.", "texts_until")
    section.form.save.click()
    await scene.calm()
    assert section.form.fields["hours"].problem.text() == "The hours must begin before they end."


async def test_odd_hours_that_were_set_elsewhere_stay(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(1)
    section.form.hours.put((8 * 60 + 10, 24 * 60))
    assert section.form.hours.value() == (490, 1440)
    assert section.form.hours.begin.currentText() == "08:10"
    assert section.form.hours.end.currentText() == "24:00"


async def test_without_quiet_hours_no_hours_are_asked_for(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(1)
    assert section.form.fields["hours"].isVisible()
    QTest.mouseClick(section.form.fields["quiet_hours"].caption, LEFT)
    assert not section.form.quiet.isChecked()
    assert not section.form.fields["hours"].isVisible()
    section.form.save.click()
    await scene.calm()
    assert scene.called("put_line")[0][1].quiet_hours is False


async def test_consent_can_be_shared_with_another_line_alone(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(1)
    pool = section.form.pool
    assert [pool.itemData(at) for at in range(pool.count())] == [None, 2]
    pool.setCurrentIndex(1)
    section.form.save.click()
    await scene.calm()
    assert scene.called("put_line")[0][1].pool_line_id == 2


async def test_of_a_line_of_the_settings_file_what_that_leaves_open_can_be_set(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(2)
    form = section.form
    enabled = {name for name, field in form.fields.items() if field.control.isEnabled()}
    assert enabled == {"address", "pool_line_id", "quiet_hours", "hours"}  # the number can be texted all the same
    assert form.number.field.edit.isReadOnly()
    assert form.from_file.isVisible()
    assert not form.remove.isVisible()
    form.quiet.click()
    form.save.click()
    await scene.calm()
    assert scene.called("put_line")[0][1].quiet_hours is False


async def test_removing_asks_first(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(1)
    section.form.remove.click()
    assert section.question is not None
    assert "+1 800-555-0100" in section.question.accessibleDescription()
    assert "routing rule" not in section.question.accessibleDescription()
    section.question.remove.click()
    await scene.calm()
    assert scene.called("delete_line") == [(1,)]
    assert not section.form_shown


async def test_enter_opens_and_the_list_comes_back_where_it_was(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.list.setFocus()
    QTest.keyClick(section.list, Qt.Key.Key_Down)
    QTest.keyClick(section.list, Qt.Key.Key_Return)
    assert section.key == 2
    section.form.back.click()
    assert section.list.current == 2
    assert section.list.hasFocus()


async def test_the_phone_of_a_row_is_asked_and_the_row_not_opened(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    asked: list[str] = []
    section.list.phone.asked.connect(asked.append)
    row = section.list.visualRect(section.list.entries.index(0))
    QTest.mouseClick(section.list.viewport(), LEFT, pos=section.list._delegate.phone_box(row).center())
    assert asked == ["+18005550100"]
    assert not section.form_shown
    section.list.phone.refused.emit("Opted out.")
    assert section.notice.text == "Opted out."
    QTest.mouseClick(section.list.viewport(), LEFT, pos=row.center())
    assert section.form_shown


async def test_what_was_chosen_stays_where_somebody_else_has_removed_it(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.open(1)
    section.form.connection.setCurrentIndex(section.form.connection.findData("simulator"))
    scene.hub.now = msgspec.structs.replace(
        scene.hub.now, connections=scene.hub.now.connections[:1], lines=(fake_settings.line(version=5),)
    )
    scene.hub.refuse("put_line", "stale_version", "Somebody else changed this.")
    section.form.save.click()
    await scene.calm()
    assert section.form.connection.currentData() == "simulator"
    assert section.form.connection.currentText() == "Simulator"
    scene.hub.refuse("put_line", "bad_request", "This connection does not exist any more.", "connection")
    section.form.save.click()
    await scene.calm()
    assert section.form.fields["connection"].problem.text() == "This connection does not exist any more."


async def test_routing_rules_that_go_with_a_line_are_said(scene: SettingsScene) -> None:
    await scene.go_to(1)
    section = scene.page.lines
    section.key = 2
    assert section.what_stops()[1].endswith("One routing rule goes with it.")
