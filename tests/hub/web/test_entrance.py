"""What is written of a request that is turned away at the entrance."""

import logging
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from cti_client.hub.web.entrance import entrance
from cti_client.hub.web.peers import PeerRefusedError


class Nobody:
    """Believes no peer."""

    def of(self, *_: object) -> Any:
        raise PeerRefusedError("no HTTPS")


async def test_a_path_cannot_break_out_of_its_line_nor_a_query_get_into_it(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        raise AssertionError(request)

    nobody: Any = Nobody()
    request = make_mocked_request("GET", "/gateway/a%0D%0A%1B[2Jforged?key=REPORTKEY1")
    with caplog.at_level(logging.INFO):
        answer = await entrance(nobody)(request, handler)
    assert answer.status == 403
    (line,) = [one.getMessage() for one in caplog.records]
    assert line.isprintable()
    assert "/gateway/a%0D%0A%1B" in line
    assert "REPORTKEY1" not in line
