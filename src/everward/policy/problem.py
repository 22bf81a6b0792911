"""What goes wrong with policies."""

from __future__ import annotations

from everward.values import Origin, ProblemError


class DefinitionError(ProblemError):
    """A policy definition that cannot be used: it does not follow the language, or its parameters do not fit."""

    def __init__(self, message: str, *, path: str = "", origin: Origin | None = None, help: str | None = None) -> None:
        super().__init__(message, origin=origin, help=help)
        self.path = path
        """Where in the definition: `policyRule.if.allOf[1].field`."""
        self.steps: tuple[str | int, ...] = ()
        """The same as keys and indexes, where it was found by going along them."""


class EvaluationError(ProblemError):
    """A condition that cannot be evaluated for this resource: a function fails, values have no order."""


MAX_MEANT = 400
"""Characters of a name that is compared with others: what is longer was meant as none of them."""


def closest(name: str, known: list[str] | tuple[str, ...]) -> str | None:
    """The known name that was probably meant, compared without case."""
    import difflib

    if len(name) > MAX_MEANT:
        return None
    folded = {item.lower(): item for item in known}
    found = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(name: str, known: list[str] | tuple[str, ...]) -> str:
    """A help line for an unknown name: the closest known one, or all of them."""
    near = closest(name, known)
    return f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
