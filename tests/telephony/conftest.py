"""The real Kannel, for the tests here that ask for it."""

from tests.helpers.kannel import kannel

__all__ = ["kannel"]
