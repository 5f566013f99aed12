"""B2, B7: consent by hand over the wire, and what every desktop sees of it."""

from pathlib import Path
from typing import Any

import pytest

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import ONLY_START_TEXT
from cti_client.wire import api, records
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, NumberConsent, OptOut
from tests.helpers.running_hub import CUSTOMER, OTHER_TOKEN, RefusedError, RunningHub, running_hub, web_lines

SECRET_NOTE = "She said so on Tuesday"
NEW_NUMBER = "+12125550199"


async def ask(hub: RunningHub, address: str = CUSTOMER) -> NumberConsent:
    return await hub.call("POST", "/numbers/consent", AskConsent(address=address), NumberConsent)


async def test_allowed_by_one_agent_and_texted_by_another(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        assert (await ask(hub, NEW_NUMBER)).state is ConsentState.UNKNOWN
        wish = AllowSms(address=NEW_NUMBER, basis=Basis.WEB_FORM, note=SECRET_NOTE)
        allowed = await hub.call("POST", "/numbers/allow", wish, NumberConsent)
        assert (allowed.state, allowed.ledger[0].basis, allowed.ledger[0].by) == ("opted_in", "web_form", "Anna")
        assert await ask(hub, NEW_NUMBER) == allowed
        start = api.StartChat(address=NEW_NUMBER)
        await hub.call("POST", "/chats", start, api.Accepted, token=OTHER_TOKEN)


async def test_an_opt_out_by_hand_reaches_the_desktop_that_has_the_chat(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        assert offer.consent is ConsentState.OPTED_IN
        await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
        await anna.until(lambda desk: bool(desk.all_of(records.Interaction)))
        wish = OptOut(address=CUSTOMER, note=SECRET_NOTE)
        out = await hub.call("POST", "/numbers/opt-out", wish, NumberConsent, token=OTHER_TOKEN)
        assert (out.state, out.can_allow, out.ledger[0].by) == ("opted_out", True, "Bo")
        await anna.until(lambda desk: desk.all_of(records.Interaction)[0].consent is ConsentState.OPTED_OUT)
        (chat,) = anna.all_of(records.Interaction)
        assert chat.contact is not None
        assert [phone.sms for phone in chat.contact.phones] == [False]


async def test_after_their_own_stop_the_hub_says_why_not(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        await hub.text_in("STOP")
        known = await ask(hub)
        assert (known.can_allow, known.why_not) == (False, ONLY_START_TEXT)
        with pytest.raises(RefusedError, match="403 opted_out") as refused:
            await hub.call("POST", "/numbers/allow", AllowSms(address=CUSTOMER, basis=Basis.CONTRACT), NumberConsent)
        assert refused.value.problem.text == ONLY_START_TEXT


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("consent", {"line_id": 1}, "400 bad_request"),
        ("consent", AskConsent(address="PARCELS"), "400 not_a_number"),
        ("consent", AskConsent(address=CUSTOMER, line_id=99), "404 not_found"),
        ("allow", {"address": CUSTOMER}, "400 bad_request"),
        ("allow", {"address": CUSTOMER, "basis": "a hunch"}, "400 bad_request"),
        ("allow", AllowSms(address=CUSTOMER, basis=Basis.OTHER), "400 bad_request"),
        ("allow", AllowSms(address="", basis=Basis.CONTRACT), "400 not_a_number"),
        ("allow", AllowSms(address=CUSTOMER, basis=Basis.CONTRACT, contact_id=99), "404 not_found"),
        ("opt-out", {"note": 7}, "400 bad_request"),
        ("opt-out", OptOut(address="hello"), "400 not_a_number"),
        ("opt-out", OptOut(address=CUSTOMER, note="x" * 501), "400 bad_request"),
        ("opt-out", OptOut(address=CUSTOMER, line_id=99), "404 not_found"),
    ],
)
async def test_refusals(tmp_path: Path, path: str, body: Any, refusal: str, caplog: pytest.LogCaptureFixture) -> None:
    async with running_hub(tmp_path) as hub:
        with caplog.at_level("INFO"), pytest.raises(RefusedError, match=f"^({refusal})"):
            await hub.call("POST", f"/numbers/{path}", body, NumberConsent)
        assert len(web_lines(caplog)) == 1


async def test_nobody_without_a_token(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        for path, body in (
            ("allow", AllowSms(address=CUSTOMER, basis=Basis.CONTRACT)),
            ("opt-out", OptOut(address="1")),
        ):
            with pytest.raises(RefusedError, match="401"):
                await hub.call("POST", f"/numbers/{path}", body, NumberConsent, token="none")


async def test_numbers_and_notes_stay_out_of_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running_hub(tmp_path) as hub:
        with caplog.at_level("DEBUG", "cti_client"):
            await hub.call("POST", "/numbers/opt-out", OptOut(address=CUSTOMER, note=SECRET_NOTE), NumberConsent)
        assert SECRET_NOTE not in caplog.text
        assert CUSTOMER not in caplog.text
