"""What phones and agents saw, and the judgement on it. Knows nothing of hubs or their tables.

Everybody who takes part writes down what happened before their own eyes: phones what they sent and what reached them,
gateways what was acknowledged, desktops what stood on their screens. `judge` compares these. Times are seconds of one
clock that never goes back.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chaos.overlaps import Overlaps

LONGEST_OVERLAP_S = 40.0
"""So long may two desktops show what only one of them has: a link that went dead without a word is noticed within 15 s,
and a desktop that comes back to a hub that is busy starting may take some seconds more."""

SETTLED_STATES = frozenset({"unknown", "failed", "undelivered"})
"""The agent is told that a reply did not, or may not have, reached the phone."""

_NUMBER = re.compile(r"\+[0-9]+")


@dataclass(slots=True)
class Text:
    """One text of a customer. `seen`: the ids under which it stood in chats. `calm`: sent before the first fault."""

    token: str
    address: str
    sent_at: float
    calm: bool
    acknowledged: bool = False
    offered_at: float | None = None
    seen: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Reply:
    """One reply of an agent. `state` is the newest that any desktop was told; `reached`: the phones it came to."""

    token: str
    address: str
    agent: int
    taken: bool = False
    refused: str = ""
    state: str = ""
    version: int = 0
    reached: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Acceptance:
    agent: int
    asked_at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; each entry is a sentence with what and where."""

    texts: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    gaps: tuple[str, ...]
    double_accepts: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return not (self.lost or self.doubled or self.gaps or self.double_accepts)

    def line(self, kills: int) -> str:
        """The one line that says it all."""
        return (
            f"chaos: texts {self.texts}, kills {kills}, lost {len(self.lost)}, doubled {len(self.doubled)}, "
            f"gaps {len(self.gaps)}, double accepts {len(self.double_accepts)}"
        )


class Ledger:
    """One run's observations."""

    def __init__(
        self, longest_overlap_s: float = LONGEST_OVERLAP_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.calm = True
        """No fault has been made yet."""
        self.texts: dict[str, Text] = {}
        self.replies: dict[str, Reply] = {}
        self.threads: dict[str, int] = {}
        """Of each customer's number, once a chat with it stood on a desktop."""
        self.gaps: list[str] = []
        """Written by `numbers.NumberWatch` and by the comparison at the end."""
        self.counts: Counter[str] = Counter()
        """Of whatever is worth knowing besides."""
        self._journal: dict[str, list[str]] = defaultdict(list)
        self._began = clock()
        self._clock = clock
        self._lost: list[str] = []
        self._doubled: list[str] = []
        self._double_accepts: list[str] = []
        self._held = Overlaps("interaction", "agent", longest_overlap_s)
        self._live = Overlaps("customer", "interaction", longest_overlap_s)
        self._by_offer: dict[tuple[int, int], int] = {}
        self._accepted: dict[int, _Acceptance] = {}
        self._live_since: dict[int, float] = {}
        self._addresses: dict[int, str] = {}

    def note(self, address: str, words: str) -> None:
        """One line of what happened around this customer, for whoever has to find out why."""
        self._journal[address].append(f"{self._clock() - self._began:8.2f} s  {words}")

    def journals(self, findings: Iterable[str]) -> list[str]:
        """The journal of each customer whose number stands in one of these."""
        numbers = {number: None for one in findings for number in _NUMBER.findall(one)}
        lines = []
        for number in numbers:
            lines += [f"{number}:", *self._journal.get(number, ())]
        return lines

    # --- the phones' side ----------------------------------------------------------------------------------------

    def text_sent(self, token: str, address: str, at: float) -> None:
        """A customer pressed Send."""
        self.texts[token] = Text(token, address, at, self.calm)
        self.note(address, f"phone sends {token}")

    def text_acknowledged(self, token: str) -> None:
        """A hub said 2xx to the gateway."""
        text = self.texts[token]
        text.acknowledged = True
        self.note(text.address, f"a hub has {token}")

    def reply_reached(self, token: str, address: str) -> None:
        """A phone shows it."""
        reply = self.replies.get(token)
        if reply is None:
            self._lost.append(f"{token} reached {address}, and no agent wrote it")
            return
        reply.reached.append(address)
        self.note(address, f"phone shows {token}")

    # --- the agents' side ----------------------------------------------------------------------------------------

    def text_offered(self, token: str, at: float) -> None:
        """A request that begins with this text stands before an agent."""
        text = self.texts.get(token)
        if text is not None and text.offered_at is None:
            text.offered_at = at

    def text_seen(self, token: str, message_id: int, address: str) -> None:
        """It stands in a chat with this customer."""
        text = self.texts.get(token)
        if text is None:
            self._lost.append(f"message {message_id} ({token}) stands in a chat, and no phone sent it")
        elif text.address != address:
            self._lost.append(f"text {token} of {text.address} stands in the chat with {address}")
        elif message_id not in text.seen:
            text.seen.add(message_id)
            self.note(address, f"{token} stands in a chat as message {message_id}")

    def reply_written(self, token: str, address: str, agent: int) -> None:
        """An agent pressed Send."""
        self.replies[token] = Reply(token, address, agent)
        self.note(address, f"agent {agent} writes {token}")

    def reply_taken(self, token: str) -> None:
        """The hub answered the agent's desktop that it has the reply."""
        self.replies[token].taken = True

    def reply_refused(self, token: str, code: str) -> None:
        """The hub said no, and the agent took the text back."""
        self.replies[token].refused = code

    def reply_state(self, token: str, state: str, version: int) -> None:
        """What a desktop shows of it; the newest version counts."""
        reply = self.replies.get(token)
        if reply is not None and version >= reply.version:
            reply.state, reply.version = state, version

    def accepted(self, agent: int, interaction_id: int, asked_at: float, offer: tuple[int, int] | None = None) -> None:
        """A hub answered 200 to an Accept (of the offer with this id and number) or a Take asked for at that time."""
        if offer is not None:
            first = self._by_offer.setdefault(offer, agent)
            if first != agent:
                self._double_accepts.append(
                    f"offer {offer[0]} number {offer[1]} was given to agents {first} and {agent}"
                )
        before = self._accepted.get(interaction_id)
        address = self._addresses.get(interaction_id, "")
        if before is not None and before.agent != agent:
            live_since = self._live_since.get(before.agent)
            if live_since is not None and live_since <= before.asked_at:
                self._double_accepts.append(
                    f"interaction {interaction_id} with {address} was given to agent {agent}; {before.agent}, who has"
                    " it, was there"
                )
        self.note(address, f"interaction {interaction_id} is given to agent {agent}")
        self._accepted[interaction_id] = _Acceptance(agent, asked_at)

    def closed(self, agent: int, interaction_id: int) -> None:
        """The agent asks to end the chat: from now on it is perhaps nobody's."""
        before = self._accepted.get(interaction_id)
        if before is not None and before.agent == agent:
            del self._accepted[interaction_id]

    def link_live(self, agent: int, at: float) -> None:
        """The agent's desktop has a live link from now on."""
        self._live_since[agent] = at

    def link_lost(self, agent: int) -> None:
        """Not any more. Requests may get through all the same; the hub counts the agent as gone after a while."""
        self._live_since.pop(agent, None)

    def shows_held(self, agent: int, interaction_id: int, address: str, at: float) -> None:
        """A desktop with a live link shows this chat as its own."""
        self._addresses[interaction_id] = address
        self.note(address, f"agent {agent} shows interaction {interaction_id}")
        self._held.show(interaction_id, agent, agent, at)
        self._live.show(address, interaction_id, agent, at)

    def hides_held(self, agent: int, interaction_id: int, address: str, at: float) -> None:
        """Not any more."""
        self.note(address, f"agent {agent} does not show interaction {interaction_id} any more")
        self._held.hide(interaction_id, agent, agent, at)
        self._live.hide(address, interaction_id, agent, at)

    # --- the end -------------------------------------------------------------------------------------------------

    def open_points(self) -> list[str]:
        """What may still come right: nothing is judged before these are gone, or for too long the same."""
        points = [f"text {one.token} is with no agent" for one in self.texts.values() if not one.seen]
        for reply in self.replies.values():
            if not reply.taken and not reply.refused:
                points.append(f"reply {reply.token} has no answer")
            elif reply.taken and not reply.reached and reply.state not in SETTLED_STATES:
                points.append(f"reply {reply.token} is {reply.state or 'nowhere'}")
        return points

    def judge(self, at: float) -> Verdict:
        """Everything has settled, or never will."""
        lost, doubled = list(self._lost), list(self._doubled)
        for text in self.texts.values():
            if not text.seen:
                how = "acknowledged" if text.acknowledged else "never acknowledged"
                lost.append(f"text {text.token} of {text.address}, {how}, came to no agent")
            elif not text.acknowledged:
                lost.append(f"text {text.token} of {text.address} was never acknowledged to the gateway")
            if len(text.seen) > 1:
                doubled.append(f"text {text.token} of {text.address} stands in chats as {_list(text.seen)}")
        for reply in self.replies.values():
            self._judge_reply(reply, lost, doubled)
        doubled += self._live.ended(at)
        return Verdict(
            texts=len(self.texts),
            lost=tuple(lost),
            doubled=tuple(doubled),
            gaps=tuple(self.gaps),
            double_accepts=(*self._double_accepts, *self._held.ended(at)),
        )

    @staticmethod
    def _judge_reply(reply: Reply, lost: list[str], doubled: list[str]) -> None:
        name = f"reply {reply.token} of agent {reply.agent} to {reply.address}"
        if len(reply.reached) > 1:
            doubled.append(f"{name} reached phones {len(reply.reached)} times")
        if any(address != reply.address for address in reply.reached):
            lost.append(f"{name} reached {_list(set(reply.reached))}")
        if reply.refused and reply.reached:
            doubled.append(f"{name} was refused to the agent ({reply.refused}) and went to the phone all the same")
        if not reply.taken and not reply.refused:
            lost.append(f"{name} was neither taken nor refused")
        elif reply.taken and not reply.reached and reply.state not in SETTLED_STATES:
            lost.append(f"{name} was taken, is {reply.state or 'nowhere'} at the agent, and did not reach the phone")
        elif reply.state in ("queued", "sending"):
            lost.append(f"{name} is {reply.state} for ever")


def _list(values: "set[int] | set[str]") -> str:
    return ", ".join(str(one) for one in sorted(values))
