"""What the phone button may do with a number (A12, B2, B8), and that starting a chat agrees."""

import pytest
from sqlalchemy import insert

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import OPTED_OUT_TEXT, NotFoundError, RuleError
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.store import tables
from cti_client.hub.store.numbers import LANDLINE_TEXT, NO_CONSENT_TEXT, check_number
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, Basis
from tests.helpers.service_hub import CUSTOMER, ServiceHub


def check(hub: ServiceHub, address: str = CUSTOMER, line_id: int | None = None) -> api.NumberAbilities:
    return hub.read(check_number, api.CheckNumber(address=address, line_id=line_id), line_id)


def refusal(hub: ServiceHub, address: str = CUSTOMER, line_id: int | None = None) -> str:
    """What `start_chat` says to the same; empty where it starts one."""
    try:
        hub.run(start_chat, hub.anna, api.StartChat(address=address, line_id=line_id))
    except RuleError as error:
        return str(error)
    return ""


def test_a_tagged_mobile_number_is_texted_and_called(hub: ServiceHub) -> None:
    hub.contact(CUSTOMER, type="Mobile", sms=True)
    assert check(hub, "(212) 555-1234") == api.NumberAbilities(
        address=CUSTOMER, display="+1 212-555-1234", tel=f"tel:{CUSTOMER}", consent=ConsentState.UNKNOWN
    )
    assert refusal(hub) == ""


def test_a_number_that_texted_us_is_texted_from_that_line(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    hub.set(tables.phone, {}, sms=False)
    assert check(hub).why_no_sms == ""
    assert check(hub, line_id=hub.second_line).why_no_sms == refusal(hub, line_id=hub.second_line) != ""
    assert refusal(hub) == ""


def test_an_opted_out_number_is_not(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    hub.text("STOP")
    assert check(hub).why_no_sms == refusal(hub) == OPTED_OUT_TEXT
    assert check(hub).why_no_call == ""


def test_an_untagged_number_is_not(hub: ServiceHub) -> None:
    assert check(hub).why_no_sms == refusal(hub) == NO_CONSENT_TEXT
    hub.contact(CUSTOMER, type="Mobile", sms=False)
    assert check(hub).why_no_sms == refusal(hub) == NO_CONSENT_TEXT


def test_a_number_at_home_is_not(hub: ServiceHub) -> None:
    hub.contact(CUSTOMER, type="Home", sms=False)
    assert check(hub).why_no_sms == "This is a home number; only mobile numbers are texted."
    assert refusal(hub)


def test_a_tag_on_a_number_that_is_not_mobile_does_not_count(hub: ServiceHub) -> None:
    hub.contact(CUSTOMER, type="Work", sms=True)
    assert check(hub).why_no_sms == refusal(hub) == "This is a work number; only mobile numbers are texted."


@pytest.mark.parametrize("kind", ["", "Mobile"])
def test_a_landline_by_the_countrys_plan_is_not_until_somebody_allows_it(hub: ServiceHub, kind: str) -> None:
    number = "+48225550188"
    if kind:
        hub.contact(number, type=kind, sms=False)
    found = check(hub, number)
    assert found.why_no_sms == refusal(hub, number) == LANDLINE_TEXT
    assert (found.can_allow, found.why_no_call) == (True, "")
    hub.run(allow_sms, hub.anna, AllowSms(address=number, basis=Basis.CONTRACT))
    assert check(hub, number).why_no_sms == refusal(hub, number) == ""


def test_the_customer_of_a_chat_that_waits_is(hub: ServiceHub) -> None:
    hub.text("Hello")
    hub.set(tables.phone, {}, sms=False)
    assert check(hub, line_id=hub.second_line).why_no_sms == ""
    assert refusal(hub, line_id=hub.second_line) == ""


def test_without_a_connection_nothing_is_texted(hub: ServiceHub) -> None:
    hub.contact(CUSTOMER, type="Mobile", sms=True)
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    assert check(hub, line_id=hub.line).why_no_sms == refusal(hub, line_id=hub.line)
    assert "No connection" in check(hub, line_id=hub.line).why_no_sms
    assert check(hub).why_no_sms == ""


def test_a_rule_leads_out_where_the_line_itself_does_not(hub: ServiceHub) -> None:
    hub.contact(CUSTOMER, type="Mobile", sms=True)
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    rule = {"position": 1, "prefix": "+44", "line_id": hub.line, "connection_id": "sim"}
    hub.transact(lambda conn: conn.execute(insert(tables.routing_rule), rule))
    assert "No connection" in check(hub, line_id=hub.line).why_no_sms
    hub.set(tables.routing_rule, {}, prefix=CUSTOMER[:2])
    assert check(hub, line_id=hub.line).why_no_sms == refusal(hub, line_id=hub.line) == ""


def test_a_thread_keeps_to_its_line(hub: ServiceHub) -> None:
    hub.contact(CUSTOMER, type="Mobile", sms=True)
    hub.close(hub.open_chat())
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    assert check(hub).why_no_sms == refusal(hub) != ""


@pytest.mark.parametrize("address", ["", "hello", "555-1234", "+1 212"])
def test_what_is_no_number_says_so(hub: ServiceHub, address: str) -> None:
    abilities = check(hub, address)
    assert abilities.why_no_sms == abilities.why_no_call == refusal(hub, address) != ""
    assert (abilities.address, abilities.tel) == (address, "")


def test_a_short_code_takes_no_calls(hub: ServiceHub) -> None:
    hub.contact("12345", type="Mobile", sms=True)
    abilities = check(hub, "12345")
    assert (abilities.why_no_sms, abilities.why_no_call, abilities.tel) == ("", "A short code takes no calls.", "")


def test_an_unknown_line(hub: ServiceHub) -> None:
    with pytest.raises(NotFoundError):
        check(hub, line_id=99)
