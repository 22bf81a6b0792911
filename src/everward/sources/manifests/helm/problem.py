"""Why a chart, or a part of it, cannot be rendered."""

from __future__ import annotations


class TemplateError(Exception):
    """A template cannot be read or rendered. `refused` tells that Helm does not do it either."""

    def __init__(
        self, message: str, line: int | None = None, *, refused: bool = False, help: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.file: str | None = None
        """The file as the user would open it, where it is not that of the template itself."""
        self.refused = refused
        self.help = help


class LimitError(TemplateError):
    """A limit of reading is met."""
