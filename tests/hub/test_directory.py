"""Address lookup through the hub: own contacts, a real HTTP directory, and a broken one (A4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from cti_client.hub.config import OWN_CONTACTS, ConfigError, SourceConfig
from cti_client.hub.directory import Directory
from cti_client.wire import api
from tests.helpers.running_hub import CUSTOMER, running_hub
from tests.helpers.scripted_store import ScriptedStore


@asynccontextmanager
async def crm() -> AsyncIterator[str]:
    """An HTTP directory that knows one customer and wants a key."""

    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("X-Key") != "k3y":
            return web.Response(status=403)
        known = {CUSTOMER, "Baker"} & {request.query.get("n"), request.query.get("q")}
        people = [{"fullName": "Zoë Baker", "address": {"city": "Leeds"}}] if known else []
        return web.json_response({"people": people})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def source(url: str, key: str) -> SourceConfig:
    options = {
        "url": url + "/?n={number}",
        "search_url": url + "/?q={query}",
        "results": "people",
        "fields": {"name": "fullName", "town": "address.city"},
        "headers": {"X-Key": key},
    }
    return SourceConfig(id="crm", name="CRM", kind="http", options=options)


async def test_an_http_directory_is_asked_by_number_and_by_words(tmp_path: Path) -> None:
    async with crm() as url, running_hub(tmp_path, directory=(*OWN_CONTACTS, source(url, "k3y"))) as hub:
        sources = await hub.call("GET", "/directory/sources", None, api.SourceList)
        assert [(one.id, one.name) for one in sources.sources] == [("contacts", "Contacts"), ("crm", "CRM")]
        for question in (api.Lookup(address=CUSTOMER), api.Lookup(query="Baker")):
            found = await hub.call("POST", "/directory/crm/lookup", question, api.LookupResult)
            assert [(one.name, one.town, one.source) for one in found.candidates] == [("Zoë Baker", "Leeds", "crm")]
            assert found.error == ""
        nobody = await hub.call("POST", "/directory/crm/lookup", api.Lookup(query="Smith"), api.LookupResult)
        assert nobody == api.LookupResult(source="crm")


async def test_a_source_that_lets_us_not_in_says_so(tmp_path: Path) -> None:
    async with crm() as url, running_hub(tmp_path, directory=(source(url, "wrong"),)) as hub:
        found = await hub.call("POST", "/directory/crm/lookup", api.Lookup(address=CUSTOMER), api.LookupResult)
        assert found.candidates == ()
        assert found.error.startswith("CRM ")


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (SourceConfig(id="crm", name="CRM", kind="http", options={}), "directory[0].url"),
        (SourceConfig(id="crm", name="CRM", kind="http", options={"urls": "x"}), "directory[0].urls"),
        (SourceConfig(id="own", name="Own", kind="contacts", options={"url": "x"}), "directory[0].url"),
    ],
)
def test_a_wrong_option_is_named(wrong: SourceConfig, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Directory([wrong], ScriptedStore())
    assert caught.value.key == key
