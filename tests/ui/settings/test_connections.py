"""Connections: the form that a kind of gateway describes, secrets, the trial, removal."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from cti_client.desk.errors import HubAwayError
from cti_client.domain.text_policy import TextPolicy
from cti_client.ui.settings.connection_form import ConnectionForm, new_id
from cti_client.ui.settings.secret_field import SecretField
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.select import Select
from cti_client.wire import settings_api as api
from cti_client.wire import topics
from tests.helpers import fake_settings
from tests.helpers.fake_desk import START
from tests.helpers.settings_scene import SettingsScene


def control(form: ConnectionForm, name: str) -> QWidget:
    return form.fields[name].control


def secret(form: ConnectionForm, name: str) -> SecretField:
    found = control(form, name)
    assert isinstance(found, SecretField)
    return found


async def test_a_new_connection_is_filled_in_by_its_kinds_description(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.add_button.click()
    form = section.form
    assert form.title.text() == "New connection"
    assert not form.remove.isVisible()
    assert form.fields["webhook"].isHidden()
    QTest.keyClicks(form.name, "Our Kannel")
    for name, text in (("options.url", "http://127.0.0.1:13013/x"), ("options.username", "hub")):
        QTest.keyClicks(control(form, name), text)
    QTest.keyClicks(secret(form, "options.password").edit, "pass-word")
    form.secret.make.click()
    made = form.secret.value()
    assert len(made) > 20
    assert form.secret.edit.echoMode() is QLineEdit.EchoMode.Normal  # it is to be copied
    assert form.fields["secret"].note.text().startswith("Copy it into the gateway’s settings now")
    QTest.keyClicks(form.per_second, "2,5")
    form.policy.setCurrentIndex(form.policy.findData(TextPolicy.GSM))
    form.save.click()
    await scene.calm()
    (edit,) = scene.called("put_connection")[0]
    assert edit == api.EditConnection(
        id="our-kannel",
        kind="kannel",
        name="Our Kannel",
        text_policy=TextPolicy.GSM,
        per_second=2.5,
        options={"url": "http://127.0.0.1:13013/x", "username": "hub", "password": "pass-word"},
        secret=made,
    )
    assert form.title.text() == "Our Kannel"
    assert section.key == "our-kannel"
    assert form.fields["webhook"].isVisible()
    assert form.secret.value() == api.SECRET_KEPT  # never shown again
    assert form.fields["secret"].note.text().startswith("The gateway shows it")
    assert form.secret.edit.text() == ""


async def test_another_kind_asks_for_other_options(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.add_button.click()
    form = section.form
    QTest.keyClicks(form.name, "Trial")
    form.kind.setCurrentIndex(form.kind.findData("simulator"))
    assert set(form.fields) >= {"options.mode"}
    assert "options.url" not in form.fields
    assert form.fields["secret"].isHidden()
    mode = control(form, "options.mode")
    assert isinstance(mode, Select)
    assert [mode.itemText(at) for at in range(mode.count())] == ["fast", "slow"]
    form.save.click()
    await scene.calm()
    (edit,) = scene.called("put_connection")[0]
    assert (edit.kind, edit.options, edit.secret) == ("simulator", {"mode": "fast"}, "")


@pytest.mark.parametrize(
    ("empty", "said"),
    [
        ("name", "Give it a name."),
        ("options.url", "Address of sendsms is needed."),
        ("options.username", "User name is needed."),
    ],
)
async def test_what_is_missing_is_said_without_asking_the_hub(scene: SettingsScene, empty: str, said: str) -> None:
    section = scene.page.connections
    section.open("kannel")
    edit = control(section.form, empty)
    assert isinstance(edit, QLineEdit)
    edit.clear()
    section.form.save.click()
    await scene.calm()
    assert section.form.fields[empty].problem.text() == said
    assert edit.hasFocus()
    assert scene.called("put_connection") == []


async def test_a_rate_that_is_no_number_is_said(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    for typed in ("fast", "inf", "nan", "1_000"):  # JSON has no word for endless: the hub would take it for no limit
        section.form.per_second.clear()
        QTest.keyClicks(section.form.per_second, typed)
        section.form.save.click()
        assert section.form.fields["per_second"].problem.text() == "A number, or nothing for no limit."


async def test_a_secret_is_kept_unless_it_is_replaced(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    password = secret(section.form, "options.password")
    assert password.edit.isReadOnly()
    assert password.edit.placeholderText() == "Set, and never shown"
    section.form.name.setText("Mine")
    section.form.save.click()
    await scene.calm()
    assert scene.called("put_connection")[0][0].options["password"] == api.SECRET_KEPT
    password.replace.click()
    assert password.edit.hasFocus()
    QTest.keyClicks(password.edit, "new")
    password.replace.click()  # it says Keep by now
    assert password.value() == api.SECRET_KEPT
    assert not section.form.dirty
    password.replace.click()
    QTest.keyClicks(password.edit, "newer")
    section.form.save.click()
    await scene.calm()
    assert scene.called("put_connection")[1][0].options["password"] == "newer"
    assert password.edit.text() == ""


async def test_the_trial_tries_what_stands_on_the_screen(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Not saved")
    trial = section.form.trial
    held = scene.hub.hold()
    trial.button.click()
    await scene.calm()
    assert trial.button.text() == "Stop"
    assert trial.progress.isVisible()
    held.set_result(None)
    await scene.calm()
    assert scene.called("test_connection")[0][0].name == "Not saved"
    assert trial.result.text == "Kannel answers and takes texts."
    assert trial.button.text() == "Test this connection"
    assert scene.called("put_connection") == []
    section.form.name.setText("Typed on")
    assert trial.result.text == ""  # that was not tried


@pytest.mark.parametrize("height", [480, 560, 640, 720, 800])
async def test_what_came_of_a_trial_is_in_sight(scene: SettingsScene, height: int) -> None:
    scene.page.resize(560, height)
    section = scene.page.connections
    section.add_button.click()
    form = section.form
    QTest.keyClicks(form.name, "Ours")
    for name, text in (("options.url", "http://127.0.0.1:13013/x"), ("options.username", "hub")):
        QTest.keyClicks(control(form, name), text)
    QTest.keyClicks(secret(form, "options.password").edit, "pass-word")
    form.secret.make.click()
    form.trial.button.setFocus()
    QTest.mouseClick(form.trial.button, Qt.MouseButton.LeftButton)
    await scene.calm()
    assert form.trial.result.text
    assert form.trial.result.visibleRegion().boundingRect().height() == form.trial.result.height() > 0


async def test_a_trial_can_be_stopped(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    trial = section.form.trial
    held = scene.hub.hold()
    trial.button.click()
    await scene.calm()
    trial.button.click()
    await scene.calm()
    assert held.cancelled()
    assert not trial.trying
    assert trial.result.text == ""


async def test_a_trial_ends_with_the_form_it_was_of(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    held = scene.hub.hold()
    section.form.trial.button.click()
    await scene.calm()
    section.form.back.click()
    await scene.calm()
    section.open("simulator")
    await scene.calm()
    assert held.cancelled()
    assert section.form.trial.result.text == ""


async def test_a_trial_that_fails_says_why(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    scene.hub.result = api.TestResult(ok=False, text="Kannel refuses the password.")
    section.form.trial.button.click()
    await scene.calm()
    assert section.form.trial.result.text == "Kannel refuses the password."
    scene.hub.refuse("test_connection", "bad_request", "This is no address.", "options.url")
    section.form.trial.button.click()
    await scene.calm()
    assert section.form.trial.result.text == "This is no address."
    assert section.form.fields["options.url"].problem.text() == "This is no address."
    scene.hub.failures["test_connection"] = HubAwayError("The hub does not answer.")
    section.form.trial.button.click()
    await scene.calm()
    assert section.form.trial.result.text == "The hub does not answer."


async def test_what_the_settings_file_says_is_only_read_and_can_be_tried(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("simulator")
    form = section.form
    assert form.from_file.isVisible()
    assert not form.name.isEnabled()
    assert not form.save.isVisible()
    assert not form.remove.isVisible()
    form.trial.button.click()
    await scene.calm()
    assert form.trial.result.text == "Kannel answers and takes texts."


async def test_removing_asks_first_and_says_what_stops(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.remove.click()
    assert section.question is not None
    said = section.question.accessibleDescription()
    assert said.startswith("Support 1-800: nothing is sent")
    assert "One routing rule goes with it." in said
    assert "What still waits there leaves by another connection, or is shown as not sent." in said
    section.question.keep.click()
    await scene.calm()
    assert scene.called("delete_connection") == []
    section.form.remove.click()
    section.question.remove.click()
    await scene.calm()
    assert scene.called("delete_connection") == [("kannel",)]
    assert not section.form_shown
    assert [one.key for one in section.list.entries.entries] == ["simulator"]


async def test_the_address_for_received_texts_is_copied(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.webhook.copy.click()
    assert QGuiApplication.clipboard().text() == scene.hub.now.connections[0].webhook_url
    assert section.form.webhook.copy.text() == "Copied"


async def test_what_each_choice_means_stands_below_it(scene: SettingsScene) -> None:
    form = scene.page.connections.form
    scene.page.connections.open("kannel")
    notes = set()
    for at in range(form.policy.count()):
        form.policy.setCurrentIndex(at)
        notes.add(form.fields["text_policy"].note.text())
    assert len(notes) == len(TextPolicy)
    assert "" not in notes
    form.separate.setCurrentIndex(1)
    assert "140 characters" in form.fields["separate"].note.text()


def test_an_id_is_made_of_the_name() -> None:
    assert new_id("Our Kannel!", frozenset()) == "our-kannel"
    assert new_id("Our Kannel!", frozenset({"our-kannel", "our-kannel-2"})) == "our-kannel-3"
    assert new_id("Główna bramka", frozenset()) == "gowna-bramka"
    assert new_id("网关", frozenset()) == "connection"
    assert len(new_id("x" * 200, frozenset())) <= 40


def test_a_secret_can_be_looked_at_while_it_is_typed(qtbot: QtBot, theme: Theme) -> None:
    field = SecretField(theme, "Password")
    qtbot.addWidget(field)
    field.show()
    QTest.keyClicks(field.edit, "abc")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    QTest.mouseClick(field.show_button, Qt.MouseButton.LeftButton)
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal
    assert field.show_button.accessibleName() == "Hide the secret"
    field.put("")
    assert field.edit.text() == ""


async def test_the_list_says_which_of_them_work(scene: SettingsScene) -> None:
    def health(name: str, ok: bool, detail: str = "") -> topics.ConnectionHealth:
        return topics.ConnectionHealth(id=name, name=name, kind="kannel", ok=ok, since=START, detail=detail)

    section = scene.page.connections
    scene.desk.connections = topics.Connections(
        connections=(health("kannel", False, "Kannel refuses the password."), health("simulator", True))
    )
    scene.desk.connections_changed.emit()
    assert [(one.detail, one.state) for one in section.list.entries.entries] == [
        ("Kannel refuses the password.", "Out of order"),
        ("Simulator · for Orders PL · settings file", "Works"),
    ]
    section.open("kannel")
    assert section.form.trouble.text == "Kannel refuses the password."
    scene.desk.connections = topics.Connections(connections=(health("kannel", True),))
    scene.desk.connections_changed.emit()
    assert section.form.trouble.text == ""
    section.form.back.click()
    trouble = fake_settings.connection(trouble="Enter the secrets again.")
    scene.hub.now = fake_settings.all_settings(connections=(trouble,))
    scene.desk.setup_changed.emit()
    await scene.calm()
    first = section.list.entries.entries[0]
    assert (first.detail, first.state, first.role) == ("Enter the secrets again.", "Trouble", "bad")


async def test_what_others_change_does_not_stop_a_trial(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    held = scene.hub.hold()
    section.form.trial.button.click()
    await scene.calm()
    scene.desk.setup_changed.emit()
    await scene.calm()
    assert section.form.trial.trying
    held.set_result(None)
    await scene.calm()
    assert section.form.trial.result.text == "Kannel answers and takes texts."
    section.form.back.click()
    section.open("kannel")
    assert section.form.trial.result.text == ""


async def test_the_keyboard_is_somewhere_after_a_save_by_its_button(scene: SettingsScene) -> None:
    section = scene.page.connections
    section.open("kannel")
    section.form.name.setText("Mine")
    section.form.save.setFocus()
    section.form.save.click()
    await scene.calm()
    assert section.form.back.hasFocus()
