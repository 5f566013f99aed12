"""Automatic texts of a line (A7)."""

from PySide6.QtTest import QTest

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.text_policy import TextPolicy
from cti_client.wire import settings_api as api
from tests.helpers import fake_settings
from tests.helpers.settings_scene import SettingsScene


async def test_the_list_says_what_each_line_sends_by_itself(scene: SettingsScene) -> None:
    await scene.go_to(3)
    first = scene.page.auto_texts.list.entries.entries[0]
    assert (first.title, first.detail, first.state) == (
        "Support 1-800",
        "Confirmation of STOP, Answer to HELP",
        "2 on",
    )


async def test_only_what_is_changed_is_saved(scene: SettingsScene) -> None:
    await scene.go_to(3)
    section = scene.page.auto_texts
    section.open(1)
    section.form.switches[AutoPolicy.WELCOME].click()
    editor = section.form.editors[AutoPolicy.WELCOME]
    editor.edit.clear()
    QTest.keyClicks(editor.edit, "Hi from ")
    editor.insert.open_menu()
    menu = editor.insert._menu
    assert menu is not None
    menu.actions()[0].trigger()
    menu.close()
    section.form.save.click()
    await scene.calm()
    assert scene.called("put_auto_text") == [
        (1, AutoPolicy.WELCOME, api.EditAutoText(enabled=True, text="Hi from {line}", version=0))
    ]
    assert not section.dirty
    assert section.form.saved.text().startswith("Saved.")


async def test_what_it_costs_is_counted_as_it_goes_out(scene: SettingsScene) -> None:
    await scene.go_to(3)
    section = scene.page.auto_texts
    section.open(1)
    editor = section.form.editors[AutoPolicy.HELP]
    editor.edit.setPlainText("{line}")
    left = 160 - len("Support 1-800")
    assert editor.counter.text() == f"GSM-7 · 1 part · {left} left"
    editor.edit.setPlainText("{line} ł")
    assert editor.counter.text().startswith("UCS-2 because of ł")


async def test_what_the_line_does_not_send_is_marked_and_not_saved(scene: SettingsScene) -> None:
    scene.hub.now = fake_settings.all_settings(connections=(fake_settings.connection(text_policy=TextPolicy.GSM),))
    scene.desk.setup_changed.emit()
    await scene.calm()
    await scene.go_to(3)
    section = scene.page.auto_texts
    section.open(1)
    editor = section.form.editors[AutoPolicy.HELP]
    editor.edit.setPlainText("Zmieniłam")
    assert editor.edit.extraSelections()
    section.form.save.click()
    assert "ł" in section.form.fields["help.text"].problem.text()
    assert editor.edit.hasFocus()
    assert scene.called("put_auto_text") == []
    editor.edit.setPlainText("  ")
    section.form.save.click()
    assert section.form.fields["help.text"].problem.text() == "Write the text."


async def test_what_the_settings_file_says_is_only_read(scene: SettingsScene) -> None:
    texts = tuple(
        api.AutoTextView(policy=one, enabled=True, text="From the file", editable=one is not AutoPolicy.HELP)
        for one in AutoPolicy
    )
    scene.hub.now = fake_settings.all_settings(lines=(fake_settings.line(auto_texts=texts),))
    scene.desk.setup_changed.emit()
    await scene.calm()
    await scene.go_to(3)
    section = scene.page.auto_texts
    section.open(1)
    assert not section.form.switches[AutoPolicy.HELP].isEnabled()
    assert section.form.editors[AutoPolicy.HELP].edit.isReadOnly()
    assert "settings file" in section.form.fields["help.enabled"].note.text()
    assert section.form.switches[AutoPolicy.WELCOME].isEnabled()


async def test_a_line_whose_carrier_answers_says_so(scene: SettingsScene) -> None:
    scene.hub.now = fake_settings.all_settings(lines=(fake_settings.line(carrier_answers_keywords=True),))
    scene.desk.setup_changed.emit()
    await scene.calm()
    await scene.go_to(3)
    scene.page.auto_texts.open(1)
    assert scene.page.auto_texts.form.carrier.isVisible()


async def test_a_welcome_that_offers_help_says_where_none_comes(scene: SettingsScene) -> None:
    await scene.go_to(3)
    section = scene.page.auto_texts
    section.open(1)
    form = section.form
    note = form.fields["help.enabled"].note
    form.switches[AutoPolicy.HELP].setChecked(False)
    form.editors[AutoPolicy.WELCOME].edit.setPlainText("Text HELP for help.")
    assert "nothing answers" not in note.text()
    form.switches[AutoPolicy.WELCOME].setChecked(True)
    assert "nothing answers it until this is on" in note.text()
    form.switches[AutoPolicy.HELP].setChecked(True)
    assert "nothing answers" not in note.text()
    form.switches[AutoPolicy.HELP].setChecked(False)
    form.editors[AutoPolicy.WELCOME].edit.setPlainText("Welcome.")
    assert "nothing answers" not in note.text()
    form.editors[AutoPolicy.WELCOME].edit.setPlainText("HELP")
    form.save.click()
    await scene.calm()
    section.form.back.click()
    section.open(1)
    assert "nothing answers it until this is on" in note.text(), "also of what is saved"
