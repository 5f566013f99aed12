import pytest

from cti_client.telephony.sms.connection import ConnectionSettings, InboundMode
from cti_client.telephony.sms.registry import KINDS, make_connection
from cti_client.telephony.sms.settings import SettingsError

GOOD = {
    "simulator": ConnectionSettings(id="one", kind="simulator", name="One"),
    "kannel": ConnectionSettings(
        id="one",
        kind="kannel",
        name="One",
        public_url="http://127.0.0.1:8080",
        secret="key-1",
        options={"url": "http://127.0.0.1:13013/cgi-bin/sendsms", "username": "chat", "password": "secret"},
    ),
}


def changed(kind: str, **changes: object) -> ConnectionSettings:
    good = GOOD[kind]
    options = {**good.options, **{key[4:]: str(value) for key, value in changes.items() if key.startswith("opt_")}}
    return ConnectionSettings(
        id=good.id,
        kind=good.kind,
        name=good.name,
        public_url=str(changes.get("public_url", good.public_url)),
        secret=str(changes.get("secret", good.secret)),
        options=options,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_made_and_keeps_its_settings(kind: str) -> None:
    connection = make_connection(GOOD[kind])
    assert connection.settings is GOOD[kind]
    assert connection.inbound is InboundMode.WEBHOOK


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="simulator, kannel") as refusal:
        make_connection(ConnectionSettings(id="x", kind="pigeon", name="X"))
    assert refusal.value.key == "kind"


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [
        ("simulator", {"opt_answer_limit_ms": "99"}, "options.answer_limit_ms"),
        ("simulator", {"opt_answer_limit_ms": "soon"}, "options.answer_limit_ms"),
        ("simulator", {"opt_anser_limit_ms": "100"}, "options.anser_limit_ms"),
        ("kannel", {"secret": ""}, "secret"),
        ("kannel", {"secret": "with%percent"}, "secret"),
        ("kannel", {"public_url": ""}, "public_url"),
        ("kannel", {"public_url": "http://hub/%41"}, "public_url"),
        ("kannel", {"opt_url": "127.0.0.1:13013"}, "options.url"),
        ("kannel", {"opt_url": "http://127.0.0.1/cgi-bin/sendsms?x=1"}, "options.url"),
        ("kannel", {"opt_url": "http://127.0.0.1:99999/cgi-bin/sendsms"}, "options.url"),
        ("kannel", {"opt_username": ""}, "options.username"),
        ("kannel", {"opt_password": ""}, "options.password"),
        ("kannel", {"opt_max_messages": "0"}, "options.max_messages"),
        ("kannel", {"opt_answer_seconds": "31"}, "options.answer_seconds"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(kind: str, changes: dict[str, object], key: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        make_connection(changed(kind, **changes))
    assert refusal.value.key == key
    assert str(refusal.value).startswith(f"{key}: ")
