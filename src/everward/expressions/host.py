"""What an expression needs from whoever evaluates it: the functions that depend on context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from everward.expressions.problem import ExpressionError
from everward.values import Unknown, Value

RUN_TIME: Final = frozenset(
    {
        "reference",
        "references",
        "providers",
        "pickzones",
        "roledefinitions",
        "tologicalzone",
        "tologicalzones",
        "tophysicalzone",
        "tophysicalzones",
        "externalinput",
        "externalinputs",
        "extensions",
        "getsecret",
    }
)
"""Names (lower case) of functions that only Azure answers, while it deploys. Every `list*` function is one as well."""


class Host(Protocol):
    """Answers the functions that depend on context."""

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        """The value of a function: `parameters`, `variables`, `copyIndex`, `resourceGroup`, `field`.

        `name` is as written (compare without case); a function of the template's author comes as `namespace.name`.
        Arguments of user functions and run-time functions may be or hold holes; other functions are only called with
        known arguments. `at` is the offset of the call in the expression's text.

        A hole without `text` gets the call's own partially evaluated form. What the host does not know it passes on
        to `call_default`.

        Raises:
            ExpressionError: when the function is not available here, or fails.

        """
        ...


READS: Final = ("parameters", "variables", "copyindex")
"""Functions (lower case) that read something by its name, for which a host may have a way of its own."""


def reader(host: Host, function: str) -> Callable[[str | None], Value] | None:
    """The way of a host to read one of what a function names, when it has one beside `call`.

    It is a method of the function's lower-case name that takes the name alone, or None without one.
    """
    own: Callable[[str | None], Value] | None = getattr(host, function, None)
    return own


def is_run_time(name: str) -> bool:
    """Whether only Azure answers this function, while it deploys."""
    lowered = name.lower()
    return lowered in RUN_TIME or (lowered.startswith("list") and "." not in lowered)


def call_default(name: str, at: int) -> Value:
    """What a function gives when the host has no answer: a hole for a run-time function, and the public cloud for
    `environment`.

    Raises:
        ExpressionError: for every other function, since it needs a context that is not there.

    """
    if is_run_time(name):
        return Unknown(reason=f"known only at run time: {name}(...)")
    if name.lower() == "environment":
        from everward.expressions.functions.clouds import public_cloud

        return public_cloud()
    raise ExpressionError(f"`{name}` is not available here", position=at)


class Functions:
    """A host that looks functions up in a table by their name without case; `call_default` answers the others."""

    def __init__(self, table: Mapping[str, Callable[..., Value]] | None = None) -> None:
        self._table = {name.lower(): function for name, function in (table or {}).items()}

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        """The result of the table's function, called with the arguments."""
        function = self._table.get(name.lower())
        return call_default(name, at) if function is None else function(*arguments)
