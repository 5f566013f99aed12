"""The fake desk of the widgets' tests speaks as the real one does."""

import inspect
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from cti_client.desk.desk import Desk
from tests.helpers.fake_desk import FakeDesk

OF_QT = set(dir(QObject))
PUBLIC = sorted(name for name in vars(Desk) if not name.startswith("_") and name not in OF_QT)
METHODS = [name for name in PUBLIC if inspect.isfunction(vars(Desk)[name])]
SIGNALS = [name for name in PUBLIC if isinstance(vars(Desk)[name], Signal)]


def shape(method: Any) -> tuple[bool, list[tuple[str, Any]]]:
    parameters = inspect.signature(method).parameters.values()
    return inspect.iscoroutinefunction(method), [(one.name, one.default) for one in parameters]


@pytest.mark.parametrize("name", METHODS)
def test_each_call_takes_the_same(name: str) -> None:
    assert shape(getattr(FakeDesk, name)) == shape(getattr(Desk, name))


@pytest.mark.parametrize("name", SIGNALS)
def test_each_signal_is_there(name: str) -> None:
    assert str(vars(FakeDesk)[name]) == str(vars(Desk)[name])
