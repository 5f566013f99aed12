from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication

from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import Theme
from tests.helpers.fake_desk import FakeDesk
from tests.helpers.shell_stage import stage

__all__ = ["stage"]  # a fixture


@pytest.fixture(autouse=True)
def _no_leftovers(qapp: QApplication) -> Iterator[None]:
    """Widgets of one test are gone before the next."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(scope="session")
def _theme(qapp: QApplication) -> Theme:
    made = Theme(dark=False)
    made.apply(qapp)
    return made


@pytest.fixture
def theme(_theme: Theme) -> Iterator[Theme]:
    """The light theme, worn by the application."""
    yield _theme
    _theme.force(False)


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> QSettings:
    return QSettings(str(tmp_path_factory.mktemp("settings") / "desktop.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def preferences(settings: QSettings) -> Preferences:
    return Preferences(settings)


@pytest.fixture
def desk(qapp: QApplication) -> FakeDesk:
    return FakeDesk()
