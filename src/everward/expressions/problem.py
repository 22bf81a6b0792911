"""What goes wrong in an expression."""

from __future__ import annotations

from everward.values import Origin, ProblemError


class ExpressionError(ProblemError):
    """An expression that cannot be read, or whose evaluation fails as it would in Azure."""

    def __init__(
        self,
        message: str,
        *,
        position: int | None = None,
        text: str | None = None,
        origin: Origin | None = None,
        help: str | None = None,
        limit: str | None = None,
    ) -> None:
        super().__init__(message, origin=origin, help=help)
        self.position = position
        """Offset in `text` of what is at fault, counted from 0 and from the opening bracket."""
        self.text = text
        """The expression it happened in, as written."""
        self.limit = limit
        """The limit that was met, if one was: a field of `Bounds`."""

    def within(self, text: str) -> ExpressionError:
        """This error, which now knows its expression; an expression further inside is kept."""
        if self.text is None:
            self.text = text
        return self

    def at(self, position: int) -> ExpressionError:
        """This error, which now knows its position; a position further inside is kept."""
        if self.position is None:
            self.position = position
        return self


class Failure(Exception):
    """Why a function cannot give a result; the call that it happens in makes an `ExpressionError` of it."""

    def __init__(self, message: str, *, help: str | None = None, limit: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.limit = limit
        """The limit that was met, if one was: a field of `Bounds`."""
