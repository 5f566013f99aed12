"""The kinds of gateway and the options of each, as an operator is asked for them.

A test holds them to what the adapters read, and `registry.py` makes the connection that a kind stands for. Data alone:
who reads it imports no adapter, and an adapter does not import it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a kind: what it is called and what it means, in the operator's words.

    A `secret` is kept encrypted and never shown again. An `address` says where the secrets go: they hold for this one
    alone. `default` is what the adapter takes where nothing is said.
    """

    key: str
    label: str
    help: str = ""
    default: str = ""
    secret: bool = False
    required: bool = False
    address: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of gateway. `inbound`: what follows `/gateway/ID/` in the address it calls with a customer's text."""

    kind: str
    name: str
    options: tuple[Option, ...] = ()
    needs_secret: bool = False
    can_separate: bool = True
    inbound: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of its options."""
        return tuple(one.key for one in self.options)

    @property
    def secrets(self) -> frozenset[str]:
        """The names of those that are secret."""
        return frozenset(one.key for one in self.options if one.secret)


KANNEL = Kind(
    kind="kannel",
    name="Kannel",
    needs_secret=True,
    inbound="inbound?key=KEY&from=%p&to=%P&id=%I&coding=%c&charset=%C&at=%T",
    options=(
        Option(
            key="url",
            label="Address of sendsms",
            help="The whole address, as http://127.0.0.1:13013/cgi-bin/sendsms",
            required=True,
            address=True,
        ),
        Option(key="username", label="User name", help="The user name of the sendsms-user.", required=True),
        Option(key="password", label="Password", help="The password of the sendsms-user.", secret=True, required=True),
        Option(
            key="max_messages",
            label="Longest text, in parts",
            help="The max-messages of the sendsms-user. Kannel cuts what is longer, so it is refused here.",
            default="30",
        ),
        Option(key="smsc", label="SMSC", help="The smsc-id to send through, where Kannel shall not choose."),
        Option(
            key="answer_seconds",
            label="Wait for an answer, in seconds",
            help="How long Kannel may take to answer, from 1 to 30.",
            default="20",
        ),
    ),
)

SIMULATOR = Kind(
    kind="simulator",
    name="Simulator",
    options=(
        Option(
            key="answer_limit_ms",
            label="Wait for an answer, in milliseconds",
            help="After this time a text that was not answered is unknown, from 100 to 30000.",
            default="10000",
        ),
    ),
)

ALL_KINDS = (KANNEL, SIMULATOR)
"""In the order in which they are offered."""


def kind_named(kind: str) -> Kind | None:
    """The kind of this name, if there is one."""
    return next((one for one in ALL_KINDS if one.kind == kind), None)
