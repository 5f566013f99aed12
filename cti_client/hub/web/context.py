"""What the web handlers are given: one value of the application, made by the hub's bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from cti_client.domain import Millis
from cti_client.hub.config import HubConfig
from cti_client.hub.directory import Directory
from cti_client.hub.gateways import Gateways
from cti_client.hub.readiness import Readiness
from cti_client.hub.secrets import SecretBox
from cti_client.hub.store.store import Store
from cti_client.hub.web.agent_sockets import AgentSockets
from cti_client.hub.web.tokens import TokenBook
from cti_client.hub.web.topic_feed import TopicFeed

if TYPE_CHECKING:
    from cti_client.hub.metrics import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class WebContext:
    """The parts of the hub which requests reach."""

    config: HubConfig
    store: Store
    clock: Callable[[], Millis]
    tokens: TokenBook
    sockets: AgentSockets
    gateways: Gateways
    box: SecretBox
    topics: TopicFeed
    directory: Directory
    readiness: Readiness
    metrics: "Metrics | None" = None


CONTEXT: web.AppKey[WebContext] = web.AppKey("context", WebContext)
