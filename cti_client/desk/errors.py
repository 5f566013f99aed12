"""What can go wrong between the desk and the hub. `str()` of each is a sentence for the person."""

from cti_client.wire.api import Problem


class DeskError(Exception):
    """The base of all of these. Each is meant to be shown to the person whose action it stopped."""


class HubRefusedError(DeskError):
    """The hub answered and said no; nothing was changed. `problem.code` as in `domain.errors`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class HubAwayError(DeskError):
    """The hub did not answer, or cannot work now. What was asked may or may not have been done; it may be repeated."""

    def __init__(self, text: str = "The hub does not answer.") -> None:
        super().__init__(text)


class UndecidedSendError(HubAwayError):
    """A text cannot be taken back while the hub may already hold it."""

    def __init__(self) -> None:
        super().__init__("The hub may already have this text. It shows here as soon as the hub answers.")


class InsecureHubError(DeskError):
    """The hub's address would send everything readable over a network."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is not encrypted. Use an address that begins with https://.")


class KeepingError(DeskError):
    """This computer's disk does not take what must not be lost."""

    def __init__(self) -> None:
        super().__init__("This computer cannot keep the text: its disk is full or broken. Nothing was sent.")


class HubStartError(DeskError):
    """One's own hub cannot start; the sentence names what to mend (a setting, a port, the database)."""


class AddressError(DeskError):
    """What was typed is no address of a hub."""


class CaFileError(DeskError):
    """The file of the team's own certificate authority cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} cannot be used as a certificate authority: {why}")


class TokenNeededError(DeskError):
    """The hub is known, but not with which token to sign in."""

    def __init__(self, host: str, *, asked_each_time: bool) -> None:
        why = " This computer has no keyring that can be used, so it is asked for at each start."
        super().__init__(f"Sign in to {host} with your token.{why if asked_each_time else ''}")


class NoSocketError(ConnectionError):
    """There is no socket to the hub; `sentence` says what is wrong where more is known than that, else it is empty."""

    def __init__(self, cause: str, sentence: str = "") -> None:
        super().__init__(cause)
        self.sentence = sentence
