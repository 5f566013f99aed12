"""Gateways."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cti_client.ui.settings.connection_form import ConnectionForm
from cti_client.ui.settings.entry_model import Entry
from cti_client.ui.settings.form import FieldError
from cti_client.ui.settings.list_section import ListSection
from cti_client.ui.settings.wishes import RemoveConnection, SaveConnection, Wish
from cti_client.ui.settings.words import connection_of, listed, rules_that_go, tr
from cti_client.ui.theme import Theme
from cti_client.wire.settings_api import AllSettings, ConnectionView, TestResult
from cti_client.wire.topics import ConnectionHealth, Connections


class ConnectionsSection(ListSection):
    """Every gateway with its state, and the form of one."""

    trial_wanted = Signal(object)
    """An `EditConnection` to be tried; answered by `show_trial` or `fail_trial`."""
    trial_stopped = Signal()

    form: ConnectionForm

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        hint = tr("Gateways that carry your texts to the phone network and back.")
        super().__init__(
            theme,
            tr("Connections"),
            partial(ConnectionForm, theme),
            hint,
            tr("Add connection"),
            parent=parent,
        )
        self.form.trial.wanted.connect(self._try)
        self.form.trial.stopped.connect(self.trial_stopped)
        self.form.changed.connect(self._forget_result)
        self.opened.connect(lambda _: self.form.trial.stop_showing())
        self._tried: dict[str, object] = {}
        self._health: dict[str, ConnectionHealth] = {}

    def show_health(self, connections: Connections) -> None:
        """Which of them work just now."""
        self._health = {one.id: one for one in connections.connections}
        self.show_entries()
        self._say_trouble()

    def show_trial(self, result: TestResult) -> None:
        """What came of it."""
        self.form.trial.show_result(result)
        self.form.see(self.form.trial)

    def fail_trial(self, why: str, field: str = "") -> None:
        """It could not be tried; `field`: what is wrong with what stands there."""
        self.form.trial.show_failure(why)
        self.form.see(self.form.trial)
        if field in self.form.fields:
            self.form.fields[field].mark(why)

    def entries(self, settings: AllSettings) -> Sequence[Entry]:
        """By their names."""
        return [self._entry(settings, one) for one in settings.connections]

    def fill(self, key: Any) -> dict[str, object]:
        """The form for this one."""
        assert self.settings is not None
        taken = frozenset(one.id for one in self.settings.connections)
        values = self.form.show_connection(connection_of(self.settings, key), self.settings.kinds, taken)
        self._say_trouble()
        return values

    def mistakes(self) -> Sequence[FieldError]:
        """What is wrong with it, as far as it can be told here."""
        return self.form.mistakes()

    def wishes(self) -> Sequence[Wish]:
        """What Save wants done."""
        return [SaveConnection(self.form.edit())]

    def wish_to_remove(self) -> Wish:
        """What Remove wants done."""
        return RemoveConnection(self.key)

    def what_stops(self) -> tuple[str, str]:
        """Which lines send nothing more."""
        assert self.settings is not None
        view = connection_of(self.settings, self.key)
        lines = [one.name for one in self.settings.lines if one.connection == self.key]
        rules = sum(one.connection == self.key for one in self.settings.rules)
        waiting = tr("What still waits there leaves by another connection, or is shown as not sent.")
        words = [rules_that_go(rules), waiting, tr("Texts that came and went by it stay.")]
        if lines:
            stops = tr("{lines}: nothing is sent and nothing arrives until there is another connection.")
            words.insert(0, stops.format(lines=listed(lines)))
        title = tr("Remove the connection {name}?").format(name=view.name if view is not None else self.key)
        return title, " ".join(one for one in words if one)

    def no_entries(self) -> tuple[str, str, str, str]:
        """What stands in an empty list."""
        words = tr("Without one no text comes or goes.")
        return "broadcast", tr("No connection yet"), words, tr("Add connection")

    def _entry(self, settings: AllSettings, one: ConnectionView) -> Entry:
        kind = next((kind.name for kind in settings.kinds if kind.kind == one.kind), one.kind)
        lines = [line.name for line in settings.lines if line.connection == one.id]
        used = tr("for {lines}").format(lines=listed(lines)) if lines else tr("no line uses it")
        parts = [kind, used] if one.editable else [kind, used, tr("settings file")]
        health = self._health.get(one.id)
        if one.trouble:
            return Entry(one.id, one.name, one.trouble, tr("Trouble"), "bad")
        if health is None:
            return Entry(one.id, one.name, " · ".join(parts))
        if not health.ok:
            return Entry(one.id, one.name, health.detail or " · ".join(parts), tr("Out of order"), "bad")
        return Entry(one.id, one.name, " · ".join(parts), tr("Works"), "good")

    def _say_trouble(self) -> None:
        view = connection_of(self.settings, self.key) if self.settings is not None else None
        health = self._health.get(view.id) if view is not None else None
        now = health.detail if health is not None and not health.ok else ""
        self.form.say_trouble(view.trouble or now if view is not None else "")

    def _try(self) -> None:
        if self.form.is_right(self.form.mistakes()):
            self._tried = self.form.values
            self.form.trial.show_trying()
            self.trial_wanted.emit(self.form.edit())

    def _forget_result(self) -> None:
        """What is typed on after a trial was not tried."""
        trial = self.form.trial
        if (trial.trying or trial.result.text) and self._tried and self.form.values != self._tried:
            self._tried = {}
            trial.stop_showing()
