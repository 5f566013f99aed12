from tests.helpers.settings_scene import scene

__all__ = ["scene"]  # a fixture
