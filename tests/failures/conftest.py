"""A screen for the failures that have a desktop."""

from tests.helpers.journey_places import screen

__all__ = ["screen"]
