"""What gateways call: stored before they are answered, and refused clearly where they are wrong."""

import asyncio
import logging
from pathlib import Path

import pytest
from yarl import URL

from cti_client.domain.delivery import DeliveryState
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import StoreAwayError
from cti_client.wire import api, records
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.running_hub import CUSTOMER, RunningHub, running_hub, web_lines


async def test_a_text_reaches_the_desktop_as_an_offer(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        assert await hub.text_in("Hello, are you open today?") == 200
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        assert offer.call_id == f"SMS{CUSTOMER}"
        assert offer.first_words.startswith("Hello")


async def test_the_reply_is_the_connections_own(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        body = b'{"id":"1","sender":"+15551230001","recipient":"+15550100","text":"Hi"}'
        async with hub.http.post(f"{hub.url}/gateway/fake/in", data=body) as answer:
            assert (answer.status, await answer.text()) == (200, "ACK")
            assert answer.content_type == "text/xml"


async def test_the_same_text_twice_is_one(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        assert [await hub.text_in("Hello", gateway_id="same") for _ in range(3)] == [200, 200, 200]
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        thread = anna.all_of(records.Offer)[0].thread_id
        page = await hub.call("GET", f"/threads/{thread}/messages", None, api.MessagePage)
        assert [message.text for message in page.messages] == ["Hello"]


async def test_fifty_first_texts_at_once_make_one_offer(tmp_path: Path) -> None:
    """A10."""
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        statuses = await asyncio.gather(*(hub.text_in(f"Text {number}") for number in range(50)))
        assert set(statuses) == {200}
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        page = await hub.call("GET", f"/threads/{offer.thread_id}/messages?limit=100", None, api.MessagePage)
        assert len(page.messages) == 50
        assert {message.interaction_id for message in page.messages} == {offer.interaction_id}


async def test_the_connection_gets_the_call_as_it_came(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        url = f"{hub.url}/gateway/fake/report/7/delivered?a=1&a=2&b=%E9%00&empty="
        async with hub.http.put(URL(url, encoded=True), headers={"X-Key": "k"}) as answer:
            assert answer.status == 200
        (call,) = hub.gateway.calls
        assert (call.method, call.path) == ("PUT", "report/7/delivered")
        assert call.query == {"a": ("1", "2"), "b": ("\udce9\x00",), "empty": ("",)}
        assert call.raw_query == "a=1&a=2&b=%E9%00&empty="
        assert call.headers["x-key"] == "k"


async def test_a_long_text_in_the_address_is_taken(tmp_path: Path) -> None:
    """Kannel calls with GET: 1,600 characters in another script are 9,600 of an address."""
    async with running_hub(tmp_path) as hub:
        text = "ж" * 1_600
        async with hub.http.get(f"{hub.url}/gateway/fake/report/7/delivered", params={"text": text}) as answer:
            assert answer.status == 200
        assert hub.gateway.calls[0].query["text"] == (text,)


async def test_a_report_before_anyone_knows_the_message_is_taken(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub:
        url = f"{hub.url}/gateway/fake/report/4711/{DeliveryState.DELIVERED}"
        async with hub.http.get(url) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/gateway/nobody/in", b"{}", 404),
        ("/gateway/fake/in", b"no json", 400),
        ("/gateway/fake/in", b"{}", 400),
        ("/gateway/fake/elsewhere", b"", 400),
        ("/gateway/fake/in", b"x" * 70_000, 413),
        ("/gateway/fake/in?" + "&".join(f"p{number}=1" for number in range(300)), b"", 400),
    ],
)
async def test_what_is_wrong_gets_its_status_and_one_line_of_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str, body: bytes, status: int
) -> None:
    async with running_hub(tmp_path) as hub:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            async with hub.http.post(hub.url + path, data=body) as answer:
                assert answer.status == status
        assert len(web_lines(caplog)) == 1
        assert await hub.text_in("still served") == 200


async def test_wrong_credentials(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running_hub(tmp_path, FakeConnection(secret="right")) as hub, hub.desktop() as anna:
        with caplog.at_level(logging.INFO):
            assert await hub.text_in("My account number is 4711") == 403
        assert "4711" not in caplog.text
        assert "403" in caplog.text
        async with hub.http.post(
            f"{hub.url}/gateway/fake/in",
            data=b'{"id":"1","sender":"+15551230001","recipient":"+15550100","text":"Hi"}',
            headers={"X-Secret": "right"},
        ) as answer:
            assert answer.status == 200
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        assert anna.all_of(records.Offer)[0].first_words == "Hi"


async def test_a_text_with_nul_and_a_lone_surrogate_is_kept_readable(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        body = b'{"id":"1","sender":"+15551230001","recipient":"+15550100","text":"a\\u0000b \\u00e9"}'
        async with hub.http.post(f"{hub.url}/gateway/fake/in", data=body) as answer:
            assert answer.status == 200
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))
        (offer,) = anna.all_of(records.Offer)
        page = await hub.call("GET", f"/threads/{offer.thread_id}/messages", None, api.MessagePage)
        assert "\x00" not in page.messages[0].text
        assert page.messages[0].text.endswith("é")


async def test_while_the_database_is_away_the_gateway_keeps_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:

        async def away(*_: object) -> None:
            raise StoreAwayError("disk full")

        with monkeypatch.context() as patch, caplog.at_level(logging.INFO):
            patch.setattr(SqliteStore, "write", away)
            assert await hub.text_in("Secret words", gateway_id="kept") == 503
        assert "Secret words" not in caplog.text
        assert await hub.text_in("Secret words", gateway_id="kept") == 200
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))


async def test_a_mistake_of_ours_is_500_and_its_words_stay_out_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_hub(tmp_path, mistakes=True) as hub:

        async def fail(*_: object) -> None:
            raise KeyError("Secret words")

        caplog.clear()
        with monkeypatch.context() as patch, caplog.at_level(logging.INFO):
            patch.setattr(hub.gateway, "on_webhook", fail)
            assert await hub.text_in("Secret words") == 500
        assert len(web_lines(caplog)) == 1
        assert "KeyError" in caplog.text
        assert "Secret words" not in caplog.text


async def test_a_bound_connection_hands_its_texts_over(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await _hand_over(hub)
        await anna.until(lambda desk: bool(desk.all_of(records.Offer)))


async def _hand_over(hub: RunningHub) -> None:
    from cti_client.telephony.sms.connection import InboundSms, WebhookOutcome

    assert hub.gateway.intake is not None
    sms = InboundSms(gateway_id="bound-1", sender=CUSTOMER, recipient="+15550100", text="By bind")
    await hub.gateway.intake(WebhookOutcome(texts=(sms,)))
