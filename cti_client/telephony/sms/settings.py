"""Reading the adapters' own options, with errors that name the one at fault."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A connection's settings make no sense. `key` names the setting; `str()` is a sentence for the operator."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key


class Options:
    """One connection's options. Every reader raises `SettingsError`; options nobody knows are errors too."""

    def __init__(self, values: Mapping[str, str], known: Collection[str]) -> None:
        for key in values:
            if key not in known:
                raise SettingsError(f"options.{key}", f"not known; the options are {', '.join(sorted(known))}")
        self._values = values

    def text(self, key: str, default: str | None = None) -> str:
        """The option, which must not be empty unless the default is."""
        value = self._values.get(key, default)
        if value is None or (not value and default != ""):
            raise SettingsError(f"options.{key}", "must be given")
        return value

    def whole_number(self, key: str, default: int, *, least: int, most: int) -> int:
        """The option as a whole number within bounds."""
        value = self._values.get(key)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise SettingsError(f"options.{key}", f"must be a whole number from {least} to {most}")
        return int(value)

    def url(self, key: str) -> str:
        """The option as an http(s) address."""
        return checked_url(f"options.{key}", self.text(key))


def checked_url(key: str, value: str) -> str:
    """Give back `value` if it is an http(s) address with a host and no query."""
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:
        well_formed = False
    else:
        well_formed = well_formed and not parts.query and not parts.fragment
    if not well_formed:
        raise SettingsError(key, "must be an address such as http://127.0.0.1:13013/cgi-bin/sendsms")
    return value
