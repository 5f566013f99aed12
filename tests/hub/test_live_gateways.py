"""Gateways come, change and go while the hub runs: nothing is doubled, nothing is lost, nobody else is disturbed."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.secrets import new_key
from cti_client.hub.store.tables import message, outbox
from cti_client.hub.web import connection_test
from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    InboundMode,
    OutboundSms,
    SmsConnection,
    SubmitOutcome,
    Taken,
    Unclear,
)
from cti_client.wire import records
from cti_client.wire import settings_api as api
from cti_client.wire.api import Accept, Accepted
from cti_client.wire.topics import Connections
from tests.helpers.running_hub import Desktop
from tests.helpers.settings_hub import (
    KANNEL,
    NUMBER,
    PASSWORD,
    SIMULATOR,
    Fakes,
    KnownConnection,
    SettingsHub,
    beside,
    edited,
    settings_hub,
    shown,
)

SALES = api.EditLine(address=NUMBER, name="Sales", connection="spare", quiet_hours=False)


async def sales(hub: SettingsHub, connection: api.EditConnection = SIMULATOR) -> int:
    """A connection and a line on it, made on the screens; the line's id."""
    await hub.put(connection)
    made = await hub.ask("POST", "/lines", msgspec.structs.replace(SALES, connection=connection.id))
    return made.lines[-1].id


def health(desk: Desktop) -> dict[str, tuple[str, bool, str]]:
    """The header's gateways."""
    topic = desk.topics.get("connections")
    found = topic.connections if isinstance(topic, Connections) else ()
    return {one.id: (one.name, one.ok, one.detail) for one in found}


def states(desk: Desktop) -> dict[str, DeliveryState]:
    """Of Anna's texts."""
    return {one.text: one.state for one in desk.all_of(records.Message) if one.state is not DeliveryState.RECEIVED}


class Held:
    """A gateway's answer that comes when the test says so."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, sms: OutboundSms) -> SubmitOutcome:
        self.heard.set()
        await self.go.wait()
        return Taken(gateway_id=f"held-{sms.message_id}")


async def test_a_new_one_works_at_once_both_ways(tmp_path: Path) -> None:
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes) as hub, hub.hub.desktop() as anna:
        assert await hub.call_of_gateway("spare") == 404
        line_id = await sales(hub)
        assert await hub.call_of_gateway("spare") == 200
        await anna.until(lambda desk: [one.line_name for one in desk.all_of(records.Offer)] == ["Sales"])
        await anna.until(lambda desk: "spare" in health(desk))
        chat = await hub.chat(line_id, "+12125551299")
        await hub.say(chat, "Good morning")
        await fakes.until(lambda: fakes.texts("spare") == ["Good morning"])


async def test_only_what_was_changed_starts_anew(tmp_path: Path) -> None:
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes) as hub, hub.hub.desktop() as anna:
        view = shown(await hub.put(SIMULATOR), "spare")
        await hub.put(msgspec.structs.replace(SIMULATOR, id="third", name="Third"))
        renamed = await hub.put(edited(view, name="Reserve", text_policy=TextPolicy.GSM))
        assert len(fakes.started("spare")) == 1
        await anna.until(lambda desk: "spare" in health(desk) and health(desk)["spare"][0] == "Reserve")
        await hub.put(edited(shown(renamed, "spare"), per_second=5.0))
        former, present = fakes.started("spare")
        await fakes.until(lambda: former.stopped)
        assert (present.settings.per_second, present.stopped) == (5.0, False)
        (third,) = fakes.started("third")
        assert not third.stopped
        assert not hub.hub.gateway.stopped


async def test_a_submit_under_way_ends_with_the_gateway_that_has_it(tmp_path: Path) -> None:
    """D4: the new one takes what waits meanwhile, and the text under way is neither doubled nor unknown."""
    fakes, held = Fakes(), Held()
    async with settings_hub(tmp_path, connect=fakes) as hub, hub.hub.desktop() as anna:
        line_id = await sales(hub)
        view = shown(await hub.settings(), "spare")
        (former,) = fakes.started("spare")
        former.answer = held
        first, second = await hub.chat(line_id), await hub.chat(line_id, "+12125551299")
        await hub.say(first, "Under way")
        await held.heard.wait()
        await hub.put(edited(view, separate=True))
        await hub.say(second, "Later")
        present = fakes.started("spare")[1]
        await fakes.until(lambda: [sms.text for sms in present.submitted] == ["Later"])
        assert not former.stopped
        held.go.set()
        await anna.until(lambda desk: states(desk) == dict.fromkeys(("Under way", "Later"), DeliveryState.SENT))
        await fakes.until(lambda: former.stopped)
        assert fakes.texts("spare") == ["Under way", "Later"]


async def test_a_session_that_a_gateway_allows_once_ends_before_the_next_begins(tmp_path: Path) -> None:
    fakes = Fakes(InboundMode.BIND)
    async with settings_hub(tmp_path, connect=fakes) as hub:
        view = shown(await hub.put(SIMULATOR), "spare")
        (former,) = fakes.started("spare")
        await hub.put(edited(view, country="GB"))
        assert former.stopped
        assert [one.settings.country for one in fakes.started("spare")] == ["US", "GB"]


async def test_what_waits_for_a_removed_one_goes_where_a_new_text_would(tmp_path: Path) -> None:
    """D6. Its gateway keeps what it would bring, for as long as it can."""
    fakes, held = Fakes(), Held()
    async with settings_hub(tmp_path, connect=fakes) as hub, hub.hub.desktop() as anna:
        line_id = await sales(hub)
        await hub.put(msgspec.structs.replace(SIMULATOR, id="third", name="Third"))
        (former,) = fakes.started("spare")
        former.answer = held
        chat = await hub.chat(line_id)
        await hub.say(chat, "Under way")
        await held.heard.wait()
        await hub.say(chat, "Waits behind it")
        rule = api.RoutingRuleView(connection="third", prefix="+1")
        version = (await hub.settings()).version
        version = (await hub.ask("PUT", "/routing", api.EditRouting(rules=(rule,), version=version))).version
        after = await hub.ask("DELETE", "/connections/spare")
        assert [(one.name, one.connection) for one in after.lines] == [("Support", "fake"), ("Sales", None)]
        assert await hub.call_of_gateway("spare") == 503
        await anna.until(lambda desk: bool(health(desk)) and "spare" not in health(desk))
        await fakes.until(lambda: fakes.texts("third") == ["Waits behind it"])
        held.go.set()
        await anna.until(
            lambda desk: states(desk) == dict.fromkeys(("Under way", "Waits behind it"), DeliveryState.SENT)
        )
        assert fakes.texts("spare") == ["Under way"]


async def test_with_no_other_way_it_fails_and_says_so(tmp_path: Path) -> None:
    fakes, held = Fakes(), Held()
    async with settings_hub(tmp_path, connect=fakes) as hub, hub.hub.desktop() as anna:
        line_id = await sales(hub)
        (former,) = fakes.started("spare")
        former.answer = held
        chat = await hub.chat(line_id)
        await hub.say(chat, "Under way")
        await held.heard.wait()
        await hub.say(chat, "Waits behind it")
        await hub.ask("DELETE", "/connections/spare")
        await anna.until(lambda desk: states(desk).get("Waits behind it") is DeliveryState.FAILED)
        (failed,) = [one for one in anna.all_of(records.Message) if one.text == "Waits behind it"]
        assert failed.reason is FailureReason.NO_ROUTING_RULE
        held.go.set()
        await anna.until(lambda desk: states(desk)["Under way"] is DeliveryState.SENT)


async def test_a_text_to_a_line_that_was_removed_rings_and_cannot_be_answered(tmp_path: Path) -> None:
    """As the screens say before they remove it."""
    async with settings_hub(tmp_path, connect=Fakes()) as hub, hub.hub.desktop() as anna:
        line_id = await sales(hub)
        await hub.ask("DELETE", f"/lines/{line_id}")
        assert await hub.call_of_gateway("spare") == 200
        await anna.until(lambda desk: [one.line_name for one in desk.all_of(records.Offer)] == ["Sales"])
        (offer,) = anna.all_of(records.Offer)
        accept = Accept(number=offer.number)
        chat = (await hub.hub.call("POST", f"/offers/{offer.id}/accept", accept, Accepted)).interaction_id
        sent = await hub.say(chat, "Good morning")
        assert (sent.state, sent.reason) == (DeliveryState.FAILED, FailureReason.NO_ROUTING_RULE)


async def test_one_that_was_removed_comes_back_as_what_it_was(tmp_path: Path) -> None:
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes) as hub:
        await hub.put(SIMULATOR)
        await hub.ask("DELETE", "/connections/spare")
        again = await hub.put(msgspec.structs.replace(SIMULATOR, name="Again"))
        assert (shown(again, "spare").name, shown(again, "spare").version) == ("Again", 3)
        assert await hub.call_of_gateway("spare", "+15550100") == 200
        assert [one.stopped for one in fakes.started("spare")] == [True, False]


async def test_all_of_it_is_there_after_a_restart(tmp_path: Path) -> None:
    async with settings_hub(tmp_path, connect=Fakes()) as hub:
        line_id = await sales(hub, KANNEL)
        await hub.ask("PUT", f"/lines/{line_id}/texts/help", api.EditAutoText(enabled=True, text="Call us"))
        rule = api.RoutingRuleView(connection="main", prefix="+44", line_id=line_id)
        version = (await hub.settings()).version
        await hub.ask("PUT", "/routing", api.EditRouting(rules=(rule,), version=version))
        before = await hub.ask("POST", "/replies", api.EditCannedReply(shortcut="hi", title="Hi", text="Hello"))
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes) as hub:
        after = await hub.settings()
        address = shown(after, "main").webhook_url
        assert address.startswith(f"{hub.hub.url}/gateway/main/inbound?key=")
        here = tuple(msgspec.structs.replace(one, webhook_url="") for one in after.connections)
        there = tuple(msgspec.structs.replace(one, webhook_url="") for one in before.connections)
        assert here == there
        assert (after.lines, after.rules, after.replies) == (before.lines, before.rules, before.replies)
        (started,) = fakes.started("main")
        assert started.settings.options["password"] == PASSWORD


async def test_a_lost_key_shows_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with settings_hub(tmp_path, connect=Fakes()) as hub:
        await hub.put(KANNEL)
        await hub.put(SIMULATOR)
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes, secrets_key=new_key()) as hub, hub.hub.desktop() as anna:
        view = shown(await hub.settings(), "main")
        assert "does not open the stored secrets" in view.trouble
        assert (view.secret, view.options) == ("", {key: KANNEL.options[key] for key in ("url", "username")})
        await anna.until(lambda desk: "main" in health(desk))
        assert health(anna)["main"] == ("Main gateway", False, view.trouble)
        assert (fakes.started("main"), len(fakes.started("spare"))) == ([], 1)
        assert await hub.call_of_gateway("main") == 503
        entered = await hub.put(edited(view, options=KANNEL.options, secret=KANNEL.secret))
        assert shown(entered, "main").trouble == ""
        await anna.until(lambda desk: health(desk)["main"] == ("Main gateway", True, ""))
        assert len(fakes.started("main")) == 1


async def test_a_key_that_comes_late_opens_what_is_kept(tmp_path: Path) -> None:
    """One's own hub does not wait for a keyring that asks the person first."""
    async with settings_hub(tmp_path, connect=Fakes()) as hub:
        await hub.put(KANNEL)
        key = hub.hub.config.secrets_key
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes, secrets_key="") as hub:
        assert "has no key" in shown(await hub.settings(), "main").trouble
        hub.hub.hub.learn_keys(key)
        await fakes.until(lambda: len(fakes.started("main")) == 1)
        settings = await hub.settings()
        assert (settings.keeps_secrets, shown(settings, "main").trouble) == (True, "")


@pytest.mark.parametrize("wrong", ["", "The gateway refuses the password."])
async def test_a_test_is_made_and_kept_nowhere(tmp_path: Path, wrong: str) -> None:
    fakes = Fakes()

    def connect(settings: ConnectionSettings) -> SmsConnection:
        made = fakes(settings)
        made.wrong = wrong
        return made

    async with settings_hub(tmp_path, connect=connect) as hub:
        before = await hub.settings()
        result = await hub.test(KANNEL)
        assert (result.ok, result.text) == (not wrong, wrong or "It works: the gateway answers and knows this hub.")
        (tried,) = fakes.started("main")
        assert tried.stopped
        assert (await hub.settings(), (await hub.audit()).entries) == (before, ())
        assert await hub.call_of_gateway("main") == 404
        kept = shown(await hub.put(KANNEL), "main")
        await hub.test(edited(kept, name="As it stands"))
        assert fakes.started("main")[-1].settings.options["password"] == PASSWORD
        assert (await hub.test(edited(shown(before, "fake")))).ok


async def test_a_test_of_what_runs_says_how_that_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads *It works* does not read *is down* beside it until the next look."""
    fakes, wrong = Fakes(), "Kannel cannot be reached."

    def connect(settings: ConnectionSettings) -> SmsConnection:
        made = fakes(settings)
        made.wrong = wrong
        return made

    async with settings_hub(tmp_path, connect=connect) as hub, hub.hub.desktop() as anna:
        view = shown(await hub.put(KANNEL), "main")
        await anna.until(lambda desk: health(desk).get("main") == ("Main gateway", False, wrong))
        wrong = ""
        assert (await hub.test(edited(view, name="Not saved"))).ok
        await anna.until(lambda desk: health(desk)["main"] == ("Main gateway", True, ""))
        wrong = "Kannel does not know whoever this is."
        assert not (await hub.test(edited(view, options=view.options | {"username": "other"}))).ok
        wrong = "Kannel refuses the user name or the password."
        assert not (await hub.test(edited(view))).ok
        await anna.until(lambda desk: health(desk)["main"] == ("Main gateway", False, wrong))
    assert "whoever this is" not in caplog.text  # said of what is not in use


async def test_what_it_carries_is_counted(tmp_path: Path) -> None:
    """A gateway of the screens is no stranger to the metrics."""
    fakes = Fakes()
    async with settings_hub(tmp_path, connect=fakes, metrics_from=("127.0.0.1",)) as hub:
        line_id = await sales(hub)
        await hub.say(await hub.chat(line_id), "Good morning")
        await fakes.until(lambda: fakes.texts("spare") == ["Good morning"])
        assert await hub.call_of_gateway("spare") == 200
        async with hub.hub.http.get(f"{hub.hub.url}/metrics") as answer:
            told = await answer.text()
        assert 'cti_texts_received_total{connection="spare"} 1.0' in told


async def test_a_hub_that_stops_waits_for_no_former_gateway(tmp_path: Path) -> None:
    """Its text under way becomes unknown, as any that a stopping hub leaves unanswered (D4)."""
    fakes, held = Fakes(), Held()
    async with settings_hub(tmp_path, connect=fakes) as hub:
        line_id = await sales(hub)
        view = shown(await hub.settings(), "spare")
        fakes.started("spare")[0].answer = held
        sent = await hub.say(await hub.chat(line_id), "Under way")
        await held.heard.wait()
        await hub.put(edited(view, separate=True))
        hub.hub.hub.hurry()
    assert [one.stopped for one in fakes.started("spare")] == [True, True]
    async with beside(tmp_path / "hub.db") as store:
        (row,) = await store.read(lambda conn: conn.execute(select(outbox)).all())
        assert row.message_id == sent.id
        assert row.taken_until is not None


async def test_a_hub_that_stops_gives_a_former_gateway_a_moment_too(tmp_path: Path) -> None:
    """What it has under way is answered and recorded, as with those in use (D4)."""
    fakes, heard, go = Fakes(), asyncio.Event(), asyncio.Event()

    async def unless_stopped(sms: OutboundSms) -> SubmitOutcome:
        heard.set()
        await go.wait()
        return Unclear(detail="cut off") if former.stopped else Taken(gateway_id=f"held-{sms.message_id}")

    async with settings_hub(tmp_path, connect=fakes) as hub:
        line_id = await sales(hub)
        view = shown(await hub.settings(), "spare")
        (former,) = fakes.started("spare")
        former.answer = unless_stopped
        sent = await hub.say(await hub.chat(line_id), "Under way")
        await heard.wait()
        await hub.put(edited(view, separate=True))
        stopping = asyncio.create_task(hub.hub.hub.stop())
        await fakes.until(lambda: fakes.started("spare")[1].stopped)
        for _ in range(200):  # turns of the loop, in which a hub that gave no moment would stop it
            await asyncio.sleep(0)
        go.set()
        await stopping
    async with beside(tmp_path / "hub.db") as store:
        state = select(message.c.state).where(message.c.id == sent.id)
        assert await store.read(lambda conn: conn.scalar(state)) == DeliveryState.SENT


class Trying(KnownConnection):
    """A gateway whose test never ends, or ends in a mistake that names what it should not."""

    hangs = True

    async def test(self) -> str:
        if self.hangs:
            await asyncio.Event().wait()
        raise ZeroDivisionError(PASSWORD)


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_test_that_goes_wrong_ends_in_time_and_says_nothing_secret(
    tmp_path: Path, hangs: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection_test, "TEST_SECONDS", 0.05)
    made: list[Trying] = []

    def connect(settings: ConnectionSettings) -> SmsConnection:
        one = Trying(settings, InboundMode.WEBHOOK, Fakes().told)
        one.hangs = hangs
        made.append(one)
        return one

    async with settings_hub(tmp_path, connect=connect, mistakes=True) as hub:
        result = await hub.test(KANNEL)
        words = connection_test.NO_ANSWER if hangs else "The gateway cannot be asked (ZeroDivisionError)."
        assert (result.ok, result.text) == (False, words)
    assert [one.stopped for one in made if one.intake is not None] == [True]
    assert PASSWORD not in caplog.text
