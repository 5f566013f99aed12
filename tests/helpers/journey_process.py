"""A desktop in a process of its own that kills itself with SIGKILL at a step of its work.

python -m tests.helpers.journey_process own-hub FOLDER CUSTOMER TEXT
    its own hub on the simulator: a customer texts, the agent accepts and types TEXT; killed once that is kept

python -m tests.helpers.journey_process send:STEP FOLDER URL TOKEN CALL_ID TEXT
    on a hub elsewhere that holds an open chat: the agent types TEXT, and sends it once it is kept as a draft;
    killed at STEP, which is `before-kept`, `kept`, `asked` (never by itself) or `answered`
"""

import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cti_client.bootstrap import run_in_qt
from cti_client.demo.tour_kit import press, write
from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.pending_file import PendingFile, StoredSend
from cti_client.ui.case.case_window import CaseWindow
from tests.helpers.journey import CTRL, Agent, until
from tests.helpers.journey_places import Phones, at_work, simulated_hub
from tests.helpers.killing import die


async def type_and_keep(agent: Agent, window: CaseWindow, text: str) -> None:
    """Type, and wait until the draft has reached the disk."""
    kept: list[str] = []
    whole = PendingFile.save_draft

    def save(self: PendingFile, owner: str, thread_id: int, text: str) -> None:
        whole(self, owner, thread_id, text)
        kept.append(text)

    PendingFile.save_draft = save  # type: ignore[method-assign]  # to know when it is done
    write(window.reply.editor, text)
    await until(lambda: text in kept, "the draft to be kept")


async def own_hub(app: QApplication, folder: Path, customer: str, text: str) -> int:
    async with at_work(app, folder, simulated_hub(folder)) as agent, Phones.of(agent) as phones:
        await phones.text(customer, "Hello")
        window = await agent.accept(f"SMS{customer}")
        await agent.message(window, "Hello")
        await type_and_keep(agent, window, text)
        die()
    return 1


async def send(app: QApplication, step: str, folder: Path, access: HubAccess, call_id: str, text: str) -> int:
    async with at_work(app, folder, access) as agent:
        window = await agent.accept(call_id)
        await until(lambda: agent.messages(window), "the messages")
        await type_and_keep(agent, window, text)
        arm(step)
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        await until(lambda: False, "to be killed")
    return 1


def arm(step: str) -> None:
    """From now on this step is the last."""
    keep, ask = PendingFile.add, HubClient.call

    def add(self: PendingFile, owner: str, send: StoredSend) -> None:
        if step == "before-kept":
            die()
        keep(self, owner, send)
        if step == "kept":
            die()

    async def call(
        self: HubClient, method: str, path: str, as_type: type[Any], body: object = None, seconds: float | None = None
    ) -> Any:
        answer = await ask(self, method, path, as_type, body, seconds)
        if step == "answered" and path == "/messages":
            die()
        return answer

    PendingFile.add = add  # type: ignore[method-assign]  # the seam this process exists for
    HubClient.call = call  # type: ignore[method-assign]


def main() -> int:
    what, folder, *rest = sys.argv[1:]
    if what == "own-hub":
        customer, text = rest
        return run_in_qt(lambda app: own_hub(app, Path(folder), customer, text))
    url, token, call_id, text = rest
    step = what.removeprefix("send:")
    return run_in_qt(lambda app: send(app, step, Path(folder), HubAccess(url, token), call_id, text))


if __name__ == "__main__":
    sys.exit(main())
