"""Joins the connect page to the trial of a hub, and keeps what was found."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from cti_client.desk.credentials import Credentials
from cti_client.desk.errors import DeskError
from cti_client.desk.hub_trial import TrialStep, try_hub
from cti_client.desk.hub_trouble import HubTroubleError, Trouble
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, Place, TeamPlace, read_address
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.connect.connect_page import ConnectPage

log = logging.getLogger(__name__)

Trial = Callable[[TeamPlace, str, Callable[[TrialStep], None]], Awaitable[TeamPlace]]


class ConnectSession(QObject):
    """From a page to a place. Owns its tasks until `close`.

    A token is kept only after the hub has said whose it is; a place only after that.
    """

    settled = Signal(object)
    """The `Place` chosen. It is kept, and its token is known to the credentials."""

    def __init__(
        self,
        page: ConnectPage,
        credentials: Credentials,
        store: PlaceStore,
        trial: Trial = try_hub,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._credentials, self._store, self._try = page, credentials, store, trial
        self._tasks = TaskOwner("connect", self._report)
        self._trying: asyncio.Task[None] | None = None
        page.own_wanted.connect(self._own)
        page.team_wanted.connect(self._team)
        page.stop_wanted.connect(self._stop)
        self._tasks.start(self._say_how_long_a_token_is_kept(), "keyring")

    async def close(self) -> None:
        """End what is under way. May be called again."""
        await self._tasks.close()

    def _own(self) -> None:
        self._tasks.start(self._keep(OwnPlace()), "own hub")

    def _team(self, typed: str, token: str, ca_file: str) -> None:
        try:
            place = TeamPlace(address=read_address(typed), ca_file=ca_file)
        except DeskError as error:
            self._page.show_problem(str(error), Trouble.ADDRESS)
            return
        self._page.show_step(TrialStep.REACHING, place.host)
        self._trying = self._tasks.start(self._connect(place, token.strip()), "trial of a hub")

    def _stop(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
        self._page.show_stopped()

    async def _connect(self, place: TeamPlace, token: str) -> None:
        try:
            found = await self._try(place, token, lambda step: self._page.show_step(step, place.host))
        except HubTroubleError as error:
            self._page.show_problem(str(error), error.trouble)
            return
        await self._credentials.keep_token(found.address, token)
        await self._keep(found)

    async def _keep(self, place: Place) -> None:
        try:
            await asyncio.to_thread(self._store.save, place)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._page.show_problem(self.tr("Your choice cannot be kept on this computer: {why}.").format(why=why))
            return
        self.settled.emit(place)

    async def _say_how_long_a_token_is_kept(self) -> None:
        self._page.show_keeping(await self._credentials.keeps_tokens())

    def _report(self, name: str, error: BaseException) -> None:
        log.error("%s failed", name, exc_info=error)
        self._page.show_problem(self.tr("Something went wrong. The log has the details."))
