"""Errors that people read: what is wrong, where, and what to do."""

from __future__ import annotations

from everward.values.origin import Origin


class ProblemError(Exception):
    """Something the user can mend. The message is lower case, user input in backticks, no full stop."""

    def __init__(self, message: str, *, origin: Origin | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin
        """Where it is wrong."""
        self.help = help
        """What to do about it."""

    def __str__(self) -> str:
        place = f"{self.origin}: " if self.origin is not None else ""
        return f"{place}{self.message}"


class UsageError(ProblemError):
    """The command was asked for something that does not exist: an option, an id, a path."""


class UnreadableError(ProblemError):
    """An input cannot be read, wholly or in part."""
