"""How functions are declared and called: kinds of parameters, conversions, holes and sensitive values."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from everward.sources.limits import Limits
from everward.sources.terraform.language.conversions import laid_out
from everward.sources.terraform.language.types import ANY, BOOL, NUMBER, STRING, Type
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    Sensitive,
    SetValue,
    ValueProblem,
    bared,
    convert,
    describe,
    has_sensitive,
    holes_of,
    hushed,
    is_null,
    kind_name,
    nfc,
    unmark,
)
from everward.values import Unknown, combine, placeholder

Holes: TypeAlias = Literal["strict", "shallow", "raw"]
"""`strict`: any hole at any depth makes the result a hole. `shallow`: only an argument that is one itself does.
`raw`: the function sees them."""

Marks: TypeAlias = Literal["deep", "top", "own"]
"""`deep`: a mark of sensitivity anywhere in an argument marks the whole result. `top`: only a mark on an argument as a
whole does, those inside stay where they are. `own`: the function sees all of them."""


class Context(Protocol):
    """What functions may ask of the place they are called in."""

    @property
    def limits(self) -> Limits:
        """How much a value may cost."""
        ...

    def read(self, path: str) -> bytes | Unknown:
        """The content of a file, or a hole when it is none of the workload's files.

        Raises:
            ValueProblem: when there is no such file.

        """
        ...

    def locate(self, path: str) -> Path | Unknown:
        """Where a path leads, or a hole when it leads out of the workload."""
        ...

    def spend(self, steps: int) -> None:
        """Count steps of work.

        Raises:
            LimitProblem: when they are more than reading may cost.

        """
        ...

    def render(self, text: str, name: str, variables: dict[str, Data], *, files: bool = True) -> Data:
        """A template with its variables filled in; `files` says whether it may read files.

        Raises:
            ValueProblem: when it is not well formed.

        """
        ...

    def decode(self, text: str) -> Data:
        """A file of variables as an object.

        Raises:
            ValueProblem: when it is something else.

        """
        ...


PARAMETERS = {
    "s": STRING,
    "n": NUMBER,
    "b": BOOL,
    "l": Type("list", ANY),
    "t": Type("list", STRING),
    "o": Type("list", BOOL),
    "e": Type("set", ANY),
    "M": Type("map", Type("list", STRING)),
}
"""The types that arguments are converted to, by the letter of the parameter."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `parameters` has a letter a parameter: those of `PARAMETERS`, `m` for a map or object, `a` for
    anything but null, `A` for anything; after `*`, that of all further ones.
    """

    name: str
    call: Callable[..., Data]
    parameters: str
    holes: Holes = "strict"
    context: bool = False
    optional: int = 0
    nullable: bool = False
    """Whether it may give null."""
    marks: Marks = "deep"

    @property
    def fixed(self) -> str:
        """The letters of the parameters before `*`."""
        return self.parameters.partition("*")[0]

    @property
    def further(self) -> str:
        """The letter of all further ones, or nothing."""
        return self.parameters.partition("*")[2]


STEP_TEXT = 1024
"""Characters of a result that cost one step of work."""
STEP_ELEMENTS = 16
"""Elements of a result that cost one step of work."""

FUNCTIONS: dict[str, Function] = {}


def function(
    name: str,
    parameters: str,
    holes: Holes = "strict",
    *,
    context: bool = False,
    optional: int = 0,
    nullable: bool = False,
    marks: Marks = "deep",
) -> Callable[[Callable[..., Data]], Callable[..., Data]]:
    """Declare the decorated callable as a function of the language."""

    def declare(call: Callable[..., Data]) -> Callable[..., Data]:
        FUNCTIONS[name] = Function(name, call, parameters, holes, context, optional, nullable, marks)
        return call

    return declare


def invoke(name: str, arguments: list[Data], context: Context) -> Data:
    """Call a function by name.

    Raises:
        ValueProblem: when it does not exist, or its arguments do not fit.

    """
    called = FUNCTIONS.get(name)
    if called is None:
        if name.startswith("provider::") and not name.startswith("provider::terraform::"):
            text = f"{name}({', '.join(map(describe, arguments))})"
            return combine(holes_of(arguments), reason="a function of a provider", text=placeholder(text))
        raise ValueProblem(f"there is no function `{name}`")
    _check_count(called, len(arguments))
    if called.marks == "own":
        with hushed() if any(map(has_sensitive, arguments)) else nullcontext():
            return _call(called, arguments, context)
    deep = called.marks == "deep"
    if not any(has_sensitive(item) if deep else isinstance(item, Sensitive) for item in arguments):
        return _call(called, arguments, context)
    bare = [unmark(item) if deep else bared(item) for item in arguments]
    with hushed():
        return mark(_call(called, bare, context))


def mark(value: Data) -> Data:
    """A value with a mark on it as a whole."""
    return value if isinstance(value, Sensitive) else Sensitive(value)


def _check_count(called: Function, count: int) -> None:
    fixed = len(called.fixed)
    if count < fixed - called.optional or (count > fixed and not called.further):
        few = "more" if count < fixed else "fewer"
        raise ValueProblem(f"`{called.name}` needs {few} arguments than the {count} given")


def _call(called: Function, arguments: list[Data], context: Context) -> Data:
    if called.holes != "raw":
        holes = holes_of(arguments) if called.holes == "strict" else [a for a in arguments if isinstance(a, Unknown)]
        if holes:
            return hole_of_call(called.name, arguments, holes, present=not called.nullable)
    fixed, further = called.fixed, called.further
    try:
        values = [
            _argument(item, fixed[position] if position < len(fixed) else further)
            for position, item in enumerate(arguments)
        ]
        result = called.call(context, *values) if called.context else called.call(*values)
        if isinstance(result, str) and not result.isascii():
            result = nfc(result)
        if isinstance(result, str | list | dict):
            check_length(result, context.limits)
            context.spend(1 + len(result) // (STEP_TEXT if isinstance(result, str) else STEP_ELEMENTS))
        return result
    except LimitProblem as problem:
        raise LimitProblem(f"`{called.name}`: {problem}", problem.limit) from None
    except ValueProblem as problem:
        raise ValueProblem(f"`{called.name}`: {problem}") from None
    except RecursionError:
        raise ValueProblem(f"`{called.name}`: the value is nested too deeply") from None


def hole_of_call(name: str, arguments: list[Data], holes: list[Unknown], *, present: bool = True) -> Unknown:
    """The hole that a call leaves because of `holes` in its arguments."""
    text = f"{name}({', '.join(map(describe, arguments))})"
    return combine(holes, present=present, text=placeholder(text))


def _argument(value: Data, letter: str) -> Any:
    if letter == "A":
        return value
    if is_null(value):
        raise ValueProblem("an argument must not be null")
    kind = PARAMETERS.get(letter)
    if kind is not None:
        return convert(value, kind)
    if letter == "m" and not isinstance(bared(value), dict | Unknown):
        raise ValueProblem(f"a map is needed, not a {kind_name(value)}")
    return value


def strings(items: list[str]) -> ListValue:
    """A list of text."""
    return ListValue(items, STRING)


def check_length(value: str | list[Data] | dict[str, Data], limits: Limits) -> None:
    """Stop values that only grow.

    Raises:
        LimitProblem: when `value` is longer than the limits allow.

    """
    if isinstance(value, str):
        if len(value) > limits.text:
            raise LimitProblem(f"the text is too large: more than {limits.text:,} characters", "text")
    elif len(value) > limits.elements:
        raise LimitProblem(f"the value is too large: more than {limits.elements:,} elements", "elements")


_LONGEST_WHOLE = 2**63


def whole(value: Any, what: str = "a whole number is needed") -> int:
    """A number without fraction, small enough to count with.

    Raises:
        ValueProblem: when it has a fraction, or is not small enough.

    """
    if value == 0:
        return 0
    if not isinstance(value, int) or not -_LONGEST_WHOLE <= value < _LONGEST_WHOLE:
        raise ValueProblem(what)
    return int(value)


def sequence(value: Data, *, sets: bool = True) -> list[Data]:
    """The elements of a list or tuple, or of a set.

    Raises:
        ValueProblem: when it is none.

    """
    if isinstance(value, SetValue):
        if sets:
            return laid_out(value)
    elif isinstance(value, list):
        return value
    raise ValueProblem(f"a list is needed, not a {kind_name(value)}")


def open_call(name: str, *arguments: Data) -> Unknown:
    """The hole that a call leaves because of all the holes in its arguments."""
    return hole_of_call(name, list(arguments), holes_of(arguments))
