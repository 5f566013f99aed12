"""Desks for tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cti_client.desk.credentials import Credentials


@pytest.fixture
def failures() -> list[str]:
    """What tasks broke down."""
    return []


@pytest.fixture
def note_failure(failures: list[str]) -> Callable[[str, BaseException], None]:
    def note(name: str, error: BaseException) -> None:
        failures.append(f"{name}: {error!r}")

    return note


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    """Secrets in a file: no test touches the keyring of whoever runs it."""
    return Credentials(tmp_path, open_keyring=lambda: None)
