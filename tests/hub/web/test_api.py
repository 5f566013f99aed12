"""Commands and queries of a desktop: each by its route, and each refusal with its status and code."""

from pathlib import Path
from typing import Any

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.interaction import CaseChoice, CaseStatus, Disposition
from cti_client.hub.config import LineConfig
from cti_client.wire import api, records, topics
from tests.helpers.running_hub import (
    CUSTOMER,
    LINE,
    OTHER_TOKEN,
    TOKEN,
    Desktop,
    RefusedError,
    RunningHub,
    running_hub,
    web_lines,
)

CLIENT_ID = "22222222-2222-4222-8222-222222222222"


async def accepted(hub: RunningHub, anna: Desktop) -> api.Accepted:
    await hub.text_in("Hello")
    await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
    (offer,) = anna.all_of(records.Offer)
    chat = await hub.call("POST", f"/offers/{offer.id}/accept", api.Accept(number=offer.number), api.Accepted)
    await anna.until(lambda desk: bool(desk.all_of(records.Case)))
    return chat


def composed(anna: Desktop, chat: api.Accepted, text: str, **more: Any) -> api.Send:
    at = anna.welcome.now if anna.welcome else 0
    fields = {"client_id": CLIENT_ID, "composed_at": at, **more}
    return api.Send(interaction_id=chat.interaction_id, text=text, **fields)


async def test_a_chat_from_accept_to_close(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        chat = await accepted(hub, anna)
        sent = await hub.call("POST", "/messages", composed(anna, chat, "Hi"), records.Message)
        assert (sent.text, sent.client_id, sent.thread_id) == ("Hi", CLIENT_ID, chat.thread_id)
        (case,) = anna.all_of(records.Case)
        edited = await hub.call(
            "PATCH",
            f"/cases/{case.id}",
            api.EditCase(version=case.version, subject="Opening hours", status=CaseStatus.PENDING),
            records.Case,
        )
        assert (edited.subject, edited.status) == ("Opening hours", CaseStatus.PENDING)
        (talk,) = anna.all_of(records.Interaction)
        assert talk.contact is not None
        contact = await hub.call(
            "PUT",
            f"/contacts/{talk.contact.id}",
            api.EditContact(version=talk.contact.version, name="Zoë Baker"),
            records.Contact,
        )
        assert contact.name == "Zoë Baker"
        first = anna.all_of(records.Message)[0]
        path = f"/interactions/{chat.interaction_id}"
        await hub.call("POST", f"{path}/read", api.MarkRead(message_id=first.id), api.Done)
        timeline = await hub.call("GET", f"{path}/timeline", None, api.Timeline)
        assert {"offered", "accepted"} <= {entry.kind for entry in timeline.entries}
        moved = await hub.call("POST", f"{path}/case", api.ChooseCase(choice=CaseChoice.NEW), api.Accepted)
        assert moved.interaction_id == chat.interaction_id
        cases = await hub.call("GET", "/cases?limit=10", None, api.CaseList)
        assert moved.case_id in {row.id for row in cases.cases}
        close = api.Close(disposition=Disposition.RESOLVED, notes="Told the hours.")
        for _ in range(2):
            await hub.call("POST", f"{path}/close", close, api.Done)
        await anna.until(lambda desk: not desk.all_of(records.Interaction))
        with pytest.raises(RefusedError, match="409 chat_ended"):
            await hub.call("POST", "/messages", composed(anna, chat, "More", client_id=CLIENT_ID[:-1] + "3"), api.Done)


async def test_the_second_to_accept_is_told_who_was_faster(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        accept = api.Accept(number=offer.number)
        first = await hub.call("POST", f"/offers/{offer.id}/accept", accept, api.Accepted)
        again = await hub.call("POST", f"/offers/{offer.id}/accept", accept, api.Accepted)
        assert again == first
        with pytest.raises(RefusedError) as caught:
            await hub.call("POST", f"/offers/{offer.id}/accept", accept, api.Accepted, OTHER_TOKEN)
        assert (caught.value.status, caught.value.problem.code, caught.value.problem.by) == (409, "offer_gone", "Anna")


async def test_a_declined_chat_waits_and_can_be_taken(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        await hub.call("POST", f"/offers/{offer.id}/decline", api.Decline(number=offer.number), api.Done)
        await anna.until(lambda desk: "waiting" in desk.topics and desk.topic(topics.Waiting).total == 1)
        taken = await hub.call("POST", f"/waiting/{offer.interaction_id}/take", api.Take(), api.Accepted)
        assert taken.interaction_id == offer.interaction_id


async def test_an_opted_out_customer_is_refused_in_the_exact_words(tmp_path: Path) -> None:
    """B8: before the gateway sees it."""
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        chat = await accepted(hub, anna)
        assert await hub.text_in("STOP") == 200
        with pytest.raises(RefusedError) as caught:
            await hub.call("POST", "/messages", composed(anna, chat, "Wait"), records.Message)
        assert (caught.value.status, caught.value.problem.text) == (403, OPTED_OUT_TEXT)
        assert "Wait" not in [sms.text for sms in hub.gateway.submitted]


async def test_a_chat_is_started_from_our_side(tmp_path: Path) -> None:
    """A12: with a customer whose number carries the SMS tag (B2), and with nobody else."""
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        chat = await accepted(hub, anna)
        path = f"/interactions/{chat.interaction_id}"
        await hub.call("POST", f"{path}/close", api.Close(disposition=Disposition.FOLLOW_UP), api.Done)
        check = await hub.call("POST", "/numbers/check", api.CheckNumber(address=CUSTOMER), api.NumberAbilities)
        assert (check.address, check.why_no_sms) == (CUSTOMER, "")
        again = await hub.call("POST", "/chats", api.StartChat(address=CUSTOMER), api.Accepted)
        assert again.thread_id == chat.thread_id
        await anna.until(lambda desk: [talk.id for talk in desk.all_of(records.Interaction)] == [again.interaction_id])
        stranger = "+15551239999"
        check = await hub.call("POST", "/numbers/check", api.CheckNumber(address=stranger), api.NumberAbilities)
        assert check.why_no_sms
        with pytest.raises(RefusedError):
            await hub.call("POST", "/chats", api.StartChat(address=stranger), api.Accepted)


async def test_a_chat_begun_in_quiet_hours_needs_a_yes(tmp_path: Path) -> None:
    """B9. One minute a day, by the clocks of all zones of a number that says nothing: it never comes."""
    line = LineConfig(address=LINE, name="Support", connection="fake", texts_from=0, texts_until=1)
    async with running_hub(tmp_path, lines=(line,)) as hub, hub.desktop() as anna:
        chat = await accepted(hub, anna)
        await hub.call("POST", "/messages", composed(anna, chat, "A reply passes"), records.Message)
        path = f"/interactions/{chat.interaction_id}/close"
        await hub.call("POST", path, api.Close(disposition=Disposition.FOLLOW_UP), api.Done)
        with pytest.raises(RefusedError, match="409 quiet_hours"):
            await hub.call("POST", "/chats", api.StartChat(address=CUSTOMER), api.Accepted)
        yes = api.StartChat(address=CUSTOMER, in_quiet_hours=True)
        again = await hub.call("POST", "/chats", yes, api.Accepted)
        text = composed(anna, again, "It is urgent", client_id=CLIENT_ID[:-1] + "4")
        sent = await hub.call("POST", "/messages", text, records.Message)
        with pytest.raises(RefusedError, match="400 bad_request"):
            await hub.call("POST", f"/messages/{sent.id}/cancel", api.Cancel(), records.Message)


async def test_presence_is_set(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await hub.call("POST", "/presence", api.SetPresence(presence=Presence.AWAY, reason="Lunch"), api.Done)
        await anna.until(lambda desk: "presence" in desk.topics and desk.topic(topics.OwnPresence).reason == "Lunch")


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("POST", "/offers/999/accept", api.Accept(number=1), "409 offer_gone|404 not_found"),
        ("POST", "/offers/x/accept", api.Accept(number=1), "404 not_found"),
        ("POST", "/offers/1/accept", b"no json", "400 bad_request"),
        ("POST", "/offers/1/accept", {"number": "one"}, "400 bad_request"),
        ("POST", "/waiting/999/take", api.Take(), "404 not_found|409"),
        ("POST", "/chats", api.StartChat(address="not a number"), "400 not_a_number"),
        ("POST", "/interactions/999/close", api.Close(disposition=Disposition.SPAM), "404 not_found|409 chat_ended"),
        ("GET", "/interactions/999/timeline", None, "404 not_found"),
        ("PATCH", "/cases/999", api.EditCase(version=1), "404 not_found"),
        ("GET", "/cases?limit=many", None, "400 bad_request"),
        ("GET", "/threads/1/messages?before=-1", None, "400 bad_request"),
        ("PUT", "/contacts/999", api.EditContact(version=1), "404 not_found"),
        ("POST", "/directory/nowhere/lookup", api.Lookup(query="Baker"), "404 not_found"),
        ("POST", "/directory/contacts/lookup", api.Lookup(), "400 bad_request"),
        ("POST", "/messages/999/settle", api.Settle(arrived=True), "404 not_found"),
        ("POST", "/messages/999/cancel", api.Cancel(), "404 not_found"),
        ("GET", "/nothing", None, "404 not_found"),
        ("DELETE", "/cases", None, "405 bad_request"),
        ("GET", "/agent", None, "400 bad_request"),
        ("POST", "/messages", {"text": "x" * 300_000}, "413 too_large"),
    ],
)
async def test_refusals(
    tmp_path: Path, method: str, path: str, body: Any, refusal: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_hub(tmp_path) as hub:
        with caplog.at_level("INFO"), pytest.raises(RefusedError, match=f"^({refusal})"):
            await hub.call(method, path, body, api.Done)
        assert len(web_lines(caplog)) == 1
        assert TOKEN not in caplog.text


async def test_own_contacts_are_looked_up_by_number_and_by_words(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await accepted(hub, anna)
        (talk,) = anna.all_of(records.Interaction)
        assert talk.contact is not None
        edit = api.EditContact(version=talk.contact.version, name="Zoë Baker", town="Leeds")
        await hub.call("PUT", f"/contacts/{talk.contact.id}", edit, records.Contact)
        sources = await hub.call("GET", "/directory/sources", None, api.SourceList)
        assert [source.id for source in sources.sources] == ["contacts"]
        for lookup in (api.Lookup(address=CUSTOMER), api.Lookup(query="baker"), api.Lookup(query="leeds")):
            found = await hub.call("POST", "/directory/contacts/lookup", lookup, api.LookupResult)
            assert [candidate.name for candidate in found.candidates] == ["Zoë Baker"]
