"""Canned replies (E10)."""

import pytest
from PySide6.QtTest import QTest

from cti_client.demo.tour_kit import reads
from cti_client.domain.canned_reply import Placeholder
from cti_client.wire import settings_api as api
from tests.helpers.settings_scene import SettingsScene


async def test_a_reply_is_made_with_a_placeholder_from_the_menu(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.add_button.click()
    form = section.form
    QTest.keyClicks(form.shortcut, "/hi")
    QTest.keyClicks(form.heading, "Hello")
    QTest.keyClicks(form.text.edit, "Hello !")
    cursor = form.text.edit.textCursor()
    cursor.setPosition(6)
    form.text.edit.setTextCursor(cursor)
    menu = form.text.insert._menu
    assert menu is not None
    assert len(menu.actions()) == len(Placeholder)
    next(one for one in menu.actions() if "first_name" in one.text()).trigger()
    assert form.text.value() == "Hello {first_name}!"
    assert form.text.edit.hasFocus()
    assert form.preview.text() == "Hello Maria!"
    form.save.click()
    await scene.calm()
    assert scene.called("add_reply") == [
        (api.EditCannedReply(shortcut="hi", title="Hello", text="Hello {first_name}!"),)
    ]
    assert form.title.text() == "/hi"
    assert section.key == 3


async def test_what_is_no_placeholder_is_warned_of(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.text.edit.setPlainText("Hi {nmae}")
    assert section.form.text.warning.text() == "{nmae}: no placeholder, so it goes out as it stands."
    section.form.text.edit.setPlainText("Hi {name}")
    assert section.form.text.warning.isHidden()
    assert section.form.preview.text() == "Hi Maria Kowalska"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("shortcut", "two words", "One word."), ("title", "", "Give it a title."), ("text", "", "Write the text.")],
)
async def test_what_makes_no_sense_is_said(scene: SettingsScene, name: str, text: str, said: str) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.fields[name].put(text)
    section.form.save.click()
    assert section.form.fields[name].problem.text() == said
    assert scene.called("put_reply") == []


async def test_search_finds_as_the_reply_box_does(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    found = {}
    for typed in ("", "/ho", "courier", "9 to", "zzz"):
        section.search.setText(typed)
        found[typed] = [one.key for one in section.list.entries.entries]
    assert found == {"": [1, 2], "/ho": [2], "courier": [1], "9 to": [2], "zzz": []}
    assert reads(section, "Nothing fits")


async def test_removing_asks_first(scene: SettingsScene) -> None:
    await scene.go_to(4)
    section = scene.page.replies
    section.open(1)
    section.form.remove.click()
    assert section.question is not None
    section.question.remove.click()
    await scene.calm()
    assert scene.called("delete_reply") == [(1,)]
    assert not section.form_shown
