"""D6, F4, G1, E10: the settings over the wire: who may, what is refused with which field, what nobody is ever told."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import msgspec
import pytest

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.role import Role
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.web import api_settings
from cti_client.hub.web.settings_handlers import HANDLERS
from cti_client.wire import settings_api as api
from cti_client.wire.topics import Setup
from tests.helpers.engines import ENGINES
from tests.helpers.postgres import SharedDatabase
from tests.helpers.running_hub import LINE, OTHER_TOKEN, TOKEN, RefusedError
from tests.helpers.settings_hub import (
    KANNEL,
    NUMBER,
    PASSWORD,
    SECRET,
    SIMULATOR,
    SettingsHub,
    edited,
    edited_line,
    everything_stored,
    settings_hub,
    shown,
    with_roles,
)

Home = Callable[..., AbstractAsyncContextManager[SettingsHub]]


@pytest.fixture(params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Opens a hub on each engine in turn."""
    if request.param == "sqlite":
        return partial(settings_hub, tmp_path)
    shared: SharedDatabase = request.getfixturevalue("shared_postgres")
    shared.empty()
    return partial(settings_hub, tmp_path, database=shared.url)


ROUTES = [
    ("GET", "", None),
    ("PUT", "/connections/main", KANNEL),
    ("DELETE", "/connections/main", None),
    ("POST", "/connections/test", KANNEL),
    ("POST", "/lines", api.EditLine(address=NUMBER, name="Sales")),
    ("PUT", "/lines/1", api.EditLine(address=NUMBER, name="Sales")),
    ("DELETE", "/lines/1", None),
    ("PUT", "/lines/1/texts/help", api.EditAutoText(enabled=True, text="Help")),
    ("PUT", "/routing", api.EditRouting(rules=(), version=0)),
    ("POST", "/replies", api.EditCannedReply(shortcut="hi", title="Hi", text="Hello")),
    ("PUT", "/replies/1", api.EditCannedReply(shortcut="hi", title="Hi", text="Hello")),
    ("DELETE", "/replies/1", None),
    ("GET", "/audit", None),
]


def test_every_route_is_answered_and_tried() -> None:
    assert set(api_settings.ROUTES) == HANDLERS.keys()
    assert len(ROUTES) == len(HANDLERS)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
async def test_nobody_else_sees_or_changes_anything(home: Home, role: Role) -> None:
    async with home(agents=with_roles(Bo=role)) as hub:
        before = await hub.settings()
        for method, path, body in ROUTES:
            assert await hub.refused(method, path, body, OTHER_TOKEN) == (403, "not_allowed", "")
            assert await hub.refused(method, path, body, "x" * 40) == (401, "unauthorised", "")
        assert await hub.settings() == before


async def test_an_admin_may_as_an_owner_does(home: Home) -> None:
    async with home(agents=with_roles(Bo=Role.ADMIN)) as hub:
        assert await hub.settings(OTHER_TOKEN) == await hub.settings()
        await hub.ask("POST", "/replies", api.EditCannedReply(shortcut="hi", title="Hi", text="Hello"), OTHER_TOKEN)
        (entry,) = (await hub.audit()).entries
        assert (entry.by, entry.kind, entry.what, entry.action) == ("Bo", "canned reply", "hi", "added")


async def test_a_desktop_knows_its_role(home: Home) -> None:
    async with home() as hub, hub.hub.desktop() as anna, hub.hub.desktop(token=OTHER_TOKEN) as bo:
        assert anna.welcome is not None
        assert bo.welcome is not None
        assert (anna.welcome.role, bo.welcome.role) == (Role.OWNER, Role.AGENT)


async def test_secrets_are_told_to_nobody(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with home() as hub:
            made = await hub.put(KANNEL)
            view = shown(made, "main")
            assert view.options["password"] == view.secret == api.SECRET_KEPT
            renamed = await hub.put(edited(view, name="First gateway", options=view.options | {"password": "an0ther"}))
            await hub.test(edited(shown(renamed, "main")))
            told = msgspec.json.encode(await hub.settings()) + msgspec.json.encode(await hub.audit())
            stored = await everything_stored(hub.hub.config.database)
    for words in (PASSWORD, SECRET, "an0ther"):
        assert words not in caplog.text
        assert words.encode() not in told
        assert words not in stored


async def test_a_kept_secret_stays_and_the_audit_says_which_was_set(home: Home) -> None:
    async with home() as hub:
        view = shown(await hub.put(KANNEL), "main")
        view = shown(await hub.put(edited(view, options=view.options | {"smsc": "two"})), "main")
        view = shown(await hub.put(edited(view, secret="an-other-secret")), "main")
        assert view.version == 3
        again, smsc, added = (await hub.audit()).entries
        assert [(one.field, one.before, one.after) for one in smsc.changes] == [("smsc", "", "two")]
        assert [(one.field, one.after) for one in again.changes] == [("secret (secret)", "set again")]
        fields = {one.field: one.after for one in added.changes}
        assert (fields["password"], fields["secret"], fields["username"]) == ("set", "set", "chat")
        assert (await hub.audit(f"?limit=1&before={again.id}")).entries == (smsc,)
        assert (await hub.audit("?limit=2")).more


async def test_nothing_changed_is_no_change(home: Home) -> None:
    async with home() as hub:
        made = await hub.put(KANNEL)
        assert await hub.put(edited(shown(made, "main"))) == made
        (line,) = made.lines
        assert await hub.ask("PUT", f"/lines/{line.id}", edited_line(line)) == made
        assert len((await hub.audit()).entries) == 1


async def test_somebody_else_was_faster(home: Home) -> None:
    async with home() as hub:
        view = shown(await hub.put(KANNEL), "main")
        first = await hub.put(edited(view, name="First"))
        assert await hub.refused("PUT", "/connections/main", edited(view, name="Second")) == (409, "stale_version", "")
        assert await hub.refused("PUT", "/connections/main", KANNEL) == (400, "bad_request", "id")
        (line,) = first.lines
        await hub.ask("PUT", f"/lines/{line.id}", edited_line(line, texts_from=540))
        late = edited_line(line, texts_from=600)
        assert (await hub.refused("PUT", f"/lines/{line.id}", late))[1] == "stale_version"
        rules = api.EditRouting(rules=(), version=first.version)
        assert (await hub.refused("PUT", "/routing", rules))[1] == "stale_version"
        text = api.EditAutoText(enabled=True, text="Help is on its way")
        await hub.ask("PUT", f"/lines/{line.id}/texts/help", text)
        assert (await hub.refused("PUT", f"/lines/{line.id}/texts/help", text))[1] == "stale_version"
        reply = api.EditCannedReply(shortcut="hi", title="Hi", text="Hello")
        (stored,) = (await hub.ask("POST", "/replies", reply)).replies
        hey = msgspec.structs.replace(reply, text="Hey", version=stored.version)
        await hub.ask("PUT", f"/replies/{stored.id}", hey)
        assert (await hub.refused("PUT", f"/replies/{stored.id}", hey))[1] == "stale_version"


def kannel(**options: str) -> dict[str, str]:
    return {**KANNEL.options, **options}


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"id": "no good"}, "id"),
        ({"id": "fake"}, "id"),
        ({"kind": "pigeon"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"country": "USA"}, "country"),
        ({"per_second": 0.0}, "per_second"),
        ({"per_second": 1e9}, "per_second"),
        ({"secret": ""}, "secret"),
        ({"secret": "no blanks"}, "secret"),
        ({"secret": api.SECRET_KEPT}, "secret"),
        ({"options": kannel(url="")}, "options.url"),
        ({"options": kannel(url="nowhere")}, "options.url"),
        ({"options": kannel(url="http://chat:open-pass-word@127.0.0.1:9/cgi-bin/sendsms")}, "options.url"),
        ({"options": kannel(password="")}, "options.password"),
        ({"options": kannel(password=api.SECRET_KEPT)}, "options.password"),
        ({"options": kannel(answer_seconds="31")}, "options.answer_seconds"),
        ({"options": kannel(smsc="x" * 1001)}, "options.smsc"),
        ({"options": kannel(colour="red")}, "options.colour"),
    ],
)
async def test_what_is_wrong_with_a_connection_is_named(home: Home, edit: dict[str, object], field: str) -> None:
    wrong = msgspec.structs.replace(KANNEL, **edit)
    async with home() as hub:
        path = f"/connections/{wrong.id.replace(' ', '%20')}"
        assert await hub.refused("PUT", path, wrong) == (400, "bad_request", field)
        assert [one.id for one in (await hub.settings()).connections] == ["fake"]
        assert (await hub.audit()).entries == ()


async def test_a_secret_goes_nowhere_but_where_it_was_entered_for(home: Home) -> None:
    async with home() as hub:
        view = shown(await hub.put(KANNEL), "main")
        elsewhere = edited(view, options=view.options | {"url": "http://127.0.0.1:10/cgi-bin/sendsms"})
        for method, path in (("PUT", "/connections/main"), ("POST", "/connections/test")):
            assert await hub.refused(method, path, elsewhere) == (400, "bad_request", "options.password")
        entered = msgspec.structs.replace(elsewhere, options=elsewhere.options | {"password": PASSWORD})
        assert await hub.refused("PUT", "/connections/main", entered) == (400, "bad_request", "secret")
        await hub.put(msgspec.structs.replace(entered, secret=SECRET))


async def test_without_a_key_no_secret_is_kept_and_all_else_works(home: Home) -> None:
    async with home(secrets_key="") as hub:
        assert not (await hub.settings()).keeps_secrets
        with pytest.raises(RefusedError, match="has no key to keep secrets with") as refused:
            await hub.put(KANNEL)
        assert (refused.value.status, refused.value.problem.field) == (400, "secret")
        await hub.put(SIMULATOR)
        await hub.ask("POST", "/lines", api.EditLine(address=NUMBER, name="Sales", connection="spare"))


LINE_EDIT = api.EditLine(address=NUMBER, name="Sales")


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"address": "Sales"}, "address"),
        ({"address": "+1212"}, "address"),
        ({"address": ""}, "address"),
        ({"name": ""}, "name"),
        ({"country": "1"}, "country"),
        ({"offer_seconds": 4}, "offer_seconds"),
        ({"texts_from": 1260, "texts_until": 480}, "texts_until"),
        ({"texts_until": 1441}, "texts_until"),
        ({"connection": "none"}, "connection"),
        ({"pool_line_id": 99}, "pool_line_id"),
    ],
)
async def test_what_is_wrong_with_a_line_is_named(home: Home, edit: dict[str, object], field: str) -> None:
    wrong = msgspec.structs.replace(LINE_EDIT, **edit)
    async with home() as hub:
        before = await hub.settings()
        assert await hub.refused("POST", "/lines", wrong) == (400, "bad_request", field)
        made = await hub.ask("POST", "/lines", LINE_EDIT)
        assert await hub.refused("POST", "/lines", LINE_EDIT) == (400, "bad_request", "address")
        (sales,) = [one for one in made.lines if one.address == NUMBER]
        if field != "address":
            put = msgspec.structs.replace(wrong, version=sales.version)
            assert await hub.refused("PUT", f"/lines/{sales.id}", put) == (400, "bad_request", field)
        await hub.ask("DELETE", f"/lines/{sales.id}")
        after = await hub.settings()
        assert (after.lines, after.connections) == (before.lines, before.connections)
        assert await hub.refused("PUT", f"/lines/{sales.id}", LINE_EDIT) == (404, "not_found", "")


async def test_what_no_database_holds_is_no_fault_of_the_hub(home: Home) -> None:
    async with home() as hub:
        for body in (
            b'{"address": "+12125550177", "name": "Sales", "pool_line_id": 1180591620717411303424}',
            b'{"address": "+12125550177", "name": "Sales", "offer_seconds": 1180591620717411303424}',
            b'{"address": "+12125550177", "name": "Sales", "texts_from": -1180591620717411303424}',
        ):
            assert (await hub.refused("POST", "/lines", body))[:2] == (400, "bad_request")
        (line,) = (await hub.settings()).lines
        huge = b'{"address": "+15550100", "name": "Support", "version": 1180591620717411303424}'
        assert (await hub.refused("PUT", f"/lines/{line.id}", huge))[0] in (400, 409)
        odd = msgspec.structs.replace(LINE_EDIT, name="Sa\0les")
        assert "\0" not in (await hub.ask("POST", "/lines", odd)).lines[-1].name
        reply = api.EditCannedReply(shortcut="h\0i", title="H\0i", text="He\0llo")
        assert "\0" not in (await hub.ask("POST", "/replies", reply)).replies[0].text
        odd_options = KANNEL.options | {"username": "ch\0at"}
        await hub.put(msgspec.structs.replace(KANNEL, options=odd_options))
        assert (await hub.refused("GET", "/audit?before=99999999999999999999"))[0] == 400
        assert (await hub.refused("PUT", f"/lines/{10**17}", LINE_EDIT))[0] == 404
        assert (await hub.refused("DELETE", "/connections/ma%00in"))[0] == 404
        odd_id = msgspec.structs.replace(KANNEL, id="ma\0in")
        for method, path in (("PUT", "/connections/ma%00in"), ("POST", "/connections/test")):
            assert await hub.refused(method, path, odd_id) == (400, "bad_request", "id")
        nowhere = msgspec.structs.replace(LINE_EDIT, address="+12125550188", connection="ma\0in")
        assert await hub.refused("POST", "/lines", nowhere) == (400, "bad_request", "connection")
        assert await hub.call_of_gateway("ma%00in") == 404


async def test_a_line_that_is_added_again_has_its_history(home: Home) -> None:
    async with home() as hub:
        made = await hub.ask("POST", "/lines", LINE_EDIT)
        line_id = made.lines[-1].id
        await hub.ask("DELETE", f"/lines/{line_id}")
        again = await hub.ask("POST", "/lines", msgspec.structs.replace(LINE_EDIT, name="Orders"))
        assert (again.lines[-1].id, again.lines[-1].name, again.lines[-1].version) == (line_id, "Orders", 3)
        assert [one.action for one in (await hub.audit()).entries] == ["added", "removed", "added"]


async def test_what_the_file_says_is_not_changed_here(home: Home) -> None:
    async with home() as hub:
        settings = await hub.settings()
        fake, (line,) = shown(settings, "fake"), settings.lines
        assert (fake.editable, line.editable) == (False, False)
        assert await hub.refused("PUT", "/connections/fake", edited(fake, kind="simulator")) == (
            400,
            "bad_request",
            "id",
        )
        assert (await hub.refused("DELETE", "/connections/fake"))[0] == 400
        assert (await hub.refused("DELETE", f"/lines/{line.id}"))[0] == 400
        assert set(line.fixed) >= {"name", "connection", "quiet_hours"}
        for name, value in (("name", "Other"), ("quiet_hours", True), ("offer_seconds", 30)):
            wrong = edited_line(line, **{name: value})
            assert await hub.refused("PUT", f"/lines/{line.id}", wrong) == (400, "bad_request", name)
        changed = await hub.ask("PUT", f"/lines/{line.id}", edited_line(line, texts_from=600))
        assert changed.lines[0].texts_from == 600


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (api.EditAutoText(enabled=True, text=" "), "text"),
        (api.EditAutoText(enabled=True, text="x" * 1601), "text"),
        (api.EditAutoText(enabled=True, text="Hello \N{GRINNING FACE}"), "text"),
    ],
)
async def test_an_automatic_text_must_be_one_that_can_go(home: Home, edit: api.EditAutoText, field: str) -> None:
    async with home() as hub:
        await hub.put(SIMULATOR)
        made = await hub.ask("POST", "/lines", msgspec.structs.replace(LINE_EDIT, connection="spare"))
        path = f"/lines/{made.lines[-1].id}/texts/welcome"
        assert await hub.refused("PUT", path, edit) == (400, "bad_request", field)
        assert (await hub.refused("PUT", "/lines/99/texts/welcome", edit))[0] == 404
        assert (await hub.refused("PUT", f"/lines/{made.lines[-1].id}/texts/poem", edit))[0] == 404


async def test_automatic_texts_of_a_line(home: Home) -> None:
    async with home() as hub:
        (line,) = (await hub.settings()).lines
        on = {one.policy: one.enabled for one in line.auto_texts}
        assert on == {policy: policy is AutoPolicy.OPT_OUT for policy in AutoPolicy}
        edit = api.EditAutoText(enabled=True, text="{line}: call 911 in an emergency")
        (line,) = (await hub.ask("PUT", f"/lines/{line.id}/texts/help", edit)).lines
        (text,) = [one for one in line.auto_texts if one.policy is AutoPolicy.HELP]
        assert (text.enabled, text.text, text.version) == (True, edit.text, 1)
        (entry,) = (await hub.audit()).entries
        assert (entry.kind, entry.what) == ("automatic text", "Support: help")


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (api.RoutingRuleView(connection="none"), "rules[1].connection"),
        (api.RoutingRuleView(connection="fake", line_id=99), "rules[1].line_id"),
        (api.RoutingRuleView(connection="fake", prefix="+44x"), "rules[1].prefix"),
        (api.RoutingRuleView(connection="fake", prefix="+"), "rules[1].prefix"),
    ],
)
async def test_what_is_wrong_with_a_rule_is_named(home: Home, rule: api.RoutingRuleView, field: str) -> None:
    async with home() as hub:
        version = (await hub.settings()).version
        good = api.RoutingRuleView(connection="fake", prefix="+1 (212)")
        edit = api.EditRouting(rules=(good, rule), version=version)
        assert await hub.refused("PUT", "/routing", edit) == (400, "bad_request", field)
        edit = api.EditRouting(rules=(good,), version=version)
        assert (await hub.ask("PUT", "/routing", edit)).rules == (msgspec.structs.replace(good, prefix="+1212"),)


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"shortcut": "two words"}, "shortcut"),
        ({"shortcut": ""}, "shortcut"),
        ({"shortcut": "HI"}, "shortcut"),
        ({"title": ""}, "title"),
        ({"text": ""}, "text"),
        ({"text": "x" * 1601}, "text"),
    ],
)
async def test_what_is_wrong_with_a_reply_is_named(home: Home, edit: dict[str, str], field: str) -> None:
    reply = api.EditCannedReply(shortcut="bye", title="Bye", text="Goodbye")
    async with home() as hub:
        await hub.ask("POST", "/replies", msgspec.structs.replace(reply, shortcut="/hi"))
        wrong = msgspec.structs.replace(reply, **edit)
        assert await hub.refused("POST", "/replies", wrong) == (400, "bad_request", field)
        made = await hub.ask("POST", "/replies", reply)
        assert [one.shortcut for one in made.replies] == ["bye", "hi"]
        bye = made.replies[0]
        put = msgspec.structs.replace(wrong, version=bye.version)
        assert await hub.refused("PUT", f"/replies/{bye.id}", put) == (400, "bad_request", field)
        assert [one.shortcut for one in (await hub.ask("DELETE", f"/replies/{bye.id}")).replies] == ["hi"]
        assert (await hub.refused("DELETE", f"/replies/{bye.id}"))[0] == 404


async def test_a_shortcut_is_taken_in_whatever_case_and_alphabet(home: Home) -> None:
    """Databases know the case of some letters alone."""
    async with home() as hub:
        reply = api.EditCannedReply(shortcut="Äpfel", title="Apples", text="We have apples.")
        (made,) = (await hub.ask("POST", "/replies", reply)).replies
        for same in ("Äpfel", "äpfel", "ÄPFEL"):
            taken = msgspec.structs.replace(reply, shortcut=same)
            assert await hub.refused("POST", "/replies", taken) == (400, "bad_request", "shortcut")
        own = msgspec.structs.replace(reply, shortcut="äpfel", version=made.version)
        assert [one.shortcut for one in (await hub.ask("PUT", f"/replies/{made.id}", own)).replies] == ["äpfel"]


async def test_desktops_hear_of_lines_and_replies_at_once(home: Home) -> None:
    async with home() as hub, hub.hub.desktop(token=OTHER_TOKEN) as bo:
        await bo.until(lambda desk: "setup" in desk.topics)
        await hub.put(SIMULATOR)
        await hub.ask("POST", "/lines", msgspec.structs.replace(LINE_EDIT, connection="spare"))
        await hub.ask("POST", "/replies", api.EditCannedReply(shortcut="hi", title="Hi", text="Hello"))
        await bo.until(lambda desk: [one.shortcut for one in desk.topic(Setup).replies] == ["hi"])
        assert [(one.address, one.text_policy) for one in bo.topic(Setup).lines] == [
            (LINE, TextPolicy.LETTERS),
            (NUMBER, TextPolicy.LETTERS),
        ]
        gsm = msgspec.structs.replace(SIMULATOR, text_policy=TextPolicy.GSM, separate=True, version=1)
        await hub.put(gsm)
        await bo.until(lambda desk: desk.topic(Setup).lines[1].text_policy is TextPolicy.GSM)
        assert bo.topic(Setup).lines[1].separate


async def test_a_connection_of_another_id_is_not_what_the_path_names(home: Home) -> None:
    async with home() as hub:
        assert await hub.refused("PUT", "/connections/other", KANNEL) == (400, "bad_request", "id")
        assert (await hub.refused("PUT", "/connections/main", b"{}"))[:2] == (400, "bad_request")
        assert (await hub.refused("DELETE", "/connections/none"))[0] == 404
        assert TOKEN not in str(await hub.settings())
