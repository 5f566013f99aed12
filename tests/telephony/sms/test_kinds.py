"""The options that an operator is asked for are those that the adapters read."""

import inspect
import re

import pytest

from cti_client.telephony.sms import kannel, simulator
from cti_client.telephony.sms.connection import ConnectionSettings
from cti_client.telephony.sms.kinds import ALL_KINDS, Kind, kind_named
from cti_client.telephony.sms.registry import KINDS, make_connection
from cti_client.telephony.sms.settings import SettingsError

ADAPTERS = {"kannel": kannel, "simulator": simulator}
GOOD = {"url": "http://127.0.0.1:1/cgi-bin/sendsms", "username": "u", "password": "p"}


def settings(kind: Kind, **options: str) -> ConnectionSettings:
    given = {one.key: GOOD.get(one.key, one.default) for one in kind.options if one.required or one.default}
    secret = "s" if kind.needs_secret else ""
    return ConnectionSettings(
        id="x", kind=kind.kind, name="X", public_url="http://127.0.0.1:2", secret=secret, options=given | options
    )


def test_there_is_one_of_each_kind() -> None:
    assert {one.kind for one in ALL_KINDS} == set(KINDS)
    assert kind_named("pigeon") is None


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.kind)
def test_the_adapter_takes_these_options_and_no_others(kind: Kind) -> None:
    make_connection(settings(kind))
    with pytest.raises(SettingsError, match="not known; the options are") as refused:
        make_connection(settings(kind, nonsense="x"))
    assert set(re.findall(r"\w+", str(refused.value).partition("options are ")[2])) == set(kind.keys)
    for option in kind.options:
        if option.required:
            with pytest.raises(SettingsError) as missing:
                make_connection(settings(kind, **{option.key: ""}))
            assert missing.value.key == f"options.{option.key}"


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.kind)
def test_what_is_asked_for_is_what_the_adapter_says_of_itself(kind: Kind) -> None:
    words = inspect.getdoc(ADAPTERS[kind.kind]) or ""
    for option in kind.options:
        assert option.key in words
        assert option.default in words, f"{option.key} is {option.default} where nothing is said"


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.kind)
def test_a_secret_is_needed_where_it_is_said(kind: Kind) -> None:
    bare = ConnectionSettings(
        id="x", kind=kind.kind, name="X", public_url="http://127.0.0.1:2", options=settings(kind).options
    )
    if kind.needs_secret:
        with pytest.raises(SettingsError, match=r"^secret"):
            make_connection(bare)
    else:
        make_connection(bare)
