"""How functions are declared and called: kinds of parameters, conversions, holes and sensitive values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from everward.sources.limits import Limits
from everward.sources.terraform.language.operations import as_number, as_truth, sequence
from everward.sources.terraform.language.types import STRING
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    Sensitive,
    ValueProblem,
    convert,
    describe,
    has_sensitive,
    holes_of,
    hushed,
    kind_name,
    to_string,
    unify_items,
    unmark,
)
from everward.values import Unknown, combine, placeholder

Holes: TypeAlias = Literal["strict", "shallow", "raw"]
"""`strict`: any hole at any depth makes the result a hole. `shallow`: only an argument that is one itself does.
`raw`: the function sees them."""


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

    def render(self, text: str, name: str, variables: dict[str, Data]) -> Data:
        """A template with its variables filled in.

        Raises:
            ValueProblem: when it is not well formed.

        """
        ...


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `parameters` has a letter a parameter: `s` text, `n` number, `b` truth value, `l` any sequence,
    `t` sequence of text, `m` map or object, `a` anything but null, `A` anything; after `*`, that of all further ones.
    """

    name: str
    call: Callable[..., Data]
    parameters: str
    holes: Holes = "strict"
    context: bool = False
    optional: int = 0
    nullable: bool = False
    """Whether it may give null."""
    marks: bool = False
    """Whether it sees marks of sensitivity itself."""

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
    marks: bool = False,
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
    called = FUNCTIONS.get(name.removeprefix("core::"))
    if called is None:
        if name.startswith("provider::"):
            text = f"{name}({', '.join(map(describe, arguments))})"
            return combine(holes_of(arguments), reason="a function of a provider", text=placeholder(text))
        raise ValueProblem(f"there is no function `{name}`")
    _check_count(called, len(arguments))
    deep = called.holes == "strict"
    if not called.marks and any(has_sensitive(item) if deep else isinstance(item, Sensitive) for item in arguments):
        bare = [unmark(item) if deep else item.value if isinstance(item, Sensitive) else item for item in arguments]
        with hushed():
            return Sensitive(_call(called, bare, context))
    return _call(called, arguments, context)


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
    if letter == "A" or (isinstance(value, Unknown) and letter == "a"):
        return value
    if value is None:
        raise ValueProblem("an argument must not be null")
    if isinstance(value, Unknown):
        return value
    if letter == "s":
        return to_string(value)
    if letter == "n":
        return as_number(value)
    if letter == "b":
        return as_truth(value)
    if letter == "l":
        return sequence(value)
    if letter == "t":
        return [item if isinstance(item, Unknown) else convert(item, STRING) for item in sequence(value)]
    if letter == "m" and not isinstance(value, dict):
        raise ValueProblem(f"a map is needed, not a {kind_name(value)}")
    return value


def strings(items: list[str]) -> ListValue:
    """A list of text."""
    return ListValue(items, STRING)


def unified(items: list[Data]) -> ListValue:
    """A list whose elements are brought to one type.

    Raises:
        ValueProblem: when there is none.

    """
    return ListValue(*unify_items(items))


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


def whole(value: Any, what: str = "a whole number is needed") -> int:
    """A number without fraction.

    Raises:
        ValueProblem: when it has one.

    """
    if not isinstance(value, int):
        raise ValueProblem(what)
    return value
