"""Who gets to the settings of the hub (F4), and that nothing typed there is lost on the way out."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import reads
from cti_client.domain.role import Role
from cti_client.ui.settings.page import SettingsPage
from tests.helpers.fake_desk import interaction, offer
from tests.helpers.qt_loop import settled
from tests.helpers.shell_stage import Stage


async def calm() -> None:
    for _ in range(6):
        await settled()


async def opened(stage: Stage) -> SettingsPage:
    stage.window.navigation.admin.click()
    await calm()
    page = stage.shell.admin.page
    assert page is not None
    return page


async def test_only_owners_and_admins_see_a_way_there(stage: Stage) -> None:
    shown = {}
    for role in Role:
        stage.desk.role = role
        stage.desk.link_changed.emit()
        shown[role] = stage.window.navigation.admin.isVisible()
    assert shown == {Role.AGENT: False, Role.SUPERVISOR: False, Role.ADMIN: True, Role.OWNER: True}


async def test_the_page_is_made_when_it_is_first_wanted(stage: Stage) -> None:
    assert stage.shell.admin.page is None
    assert stage.desk.settings.calls == []
    stage.window.resize(1360, 800)
    page = await opened(stage)
    assert stage.window.pages.currentWidget() is page
    assert page.connections.list.isVisible()
    assert stage.window.telephony.isVisible()
    assert stage.window.open_chats.isVisible()
    stage.window.navigation.desk.click()
    assert stage.window.pages.currentWidget() is stage.window.cases
    assert await opened(stage) is page


async def test_leaving_for_the_desk_asks_where_something_is_typed(stage: Stage) -> None:
    page = await opened(stage)
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    stage.window.navigation.desk.click()
    assert stage.window.pages.currentWidget() is page
    assert stage.window.navigation.admin.isChecked()
    assert page.question is not None
    page.question.discard.click()
    assert stage.window.pages.currentWidget() is stage.window.cases
    assert stage.window.navigation.desk.isChecked()


async def test_quitting_asks_too_and_goes_on_once_it_is_saved(stage: Stage) -> None:
    ended: list[bool] = []
    stage.shell.quit_wanted.connect(lambda: ended.append(True))
    page = await opened(stage)
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    stage.window.navigation.quit_wanted.emit()
    assert not ended
    assert page.question is not None
    page.question.save.click()
    await calm()
    assert ended == [True]
    assert stage.desk.settings.now.connections[0].name == "Mine"


async def test_quitting_from_the_tray_brings_the_question_into_sight(stage: Stage) -> None:
    page = await opened(stage)
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    stage.window.navigation.page_wanted.emit("admin")
    stage.window.hide()
    stage.tray.quit_wanted.emit()
    assert stage.window.isVisible()
    assert page.question is not None
    page.question.stay.click()


async def test_going_to_another_hub_asks_too(stage: Stage) -> None:
    places: list[bool] = []
    stage.shell.place_wanted.connect(lambda: places.append(True))
    page = await opened(stage)
    stage.window.navigation.place_wanted.emit()
    assert places == [True]
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    stage.window.navigation.place_wanted.emit()
    assert places == [True]
    assert page.question is not None
    page.question.discard.click()
    assert places == [True, True]


async def test_a_role_lost_while_it_is_open_says_so_and_leads_back(stage: Stage) -> None:
    page = await opened(stage)
    stage.desk.role = Role.AGENT
    stage.desk.link_changed.emit()
    assert not stage.window.navigation.admin.isVisible()
    assert reads(page, "Only owners and admins change these settings")
    page.state.acted.emit()
    assert stage.window.pages.currentWidget() is stage.window.cases


async def test_the_phone_beside_a_line_asks_what_it_allows(stage: Stage) -> None:
    page = await opened(stage)
    page.bar.buttons[1].click()
    page.lines.open(1)
    page.lines.form.phone.click()
    await calm()
    assert stage.desk.called("check_number") == [{"address": "+18005550100", "line_id": None}]


async def test_tab_goes_from_the_rail_through_the_page_to_the_telephony_panel(stage: Stage) -> None:
    window = stage.window
    window.resize(1360, 800)
    stage.desk.put_interaction(interaction(12))
    stage.desk.put_offer(offer())
    page = await opened(stage)
    page.bar.buttons[1].click()
    page.lines.open(1)
    window.activateWindow()
    await calm()
    window.navigation.desk.setFocus()
    places = {
        window.navigation: "navigation",
        window.header: "header",
        window.open_chats: "open chats",
        page: "page",
        window.telephony: "telephony",
    }
    seen: list[str] = []
    for _ in range(60):
        focus = QApplication.focusWidget()
        assert focus is not None
        place = next((name for part, name in places.items() if part.isAncestorOf(focus)), "")
        if place and (not seen or seen[-1] != place):
            seen.append(place)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert seen[:5] == list(places.values())
