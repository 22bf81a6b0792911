"""Expressions over known values: the few functions that the generator writes, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.oracle.operators import FailedError, identical, is_number, text_of

from everward.expressions import Call, Index, Literal, Node

Host = Callable[[str, list[Any]], Any]
"""Answers `field`, `current` and `parameters`."""


def evaluate(node: Node, host: Host) -> Any:
    """The value of an expression.

    Raises:
        FailedError: when a function fails.

    """
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Index):
        return _index(evaluate(node.target, host), evaluate(node.index, host))
    assert isinstance(node, Call)
    name = node.name.lower()
    if name == "if":
        chosen = evaluate(node.arguments[0], host)
        _need(isinstance(chosen, bool), "`if` needs a boolean")
        return evaluate(node.arguments[1 if chosen else 2], host)
    if name == "coalesce":
        # As `if`: what is not needed is not evaluated.
        return next((value for part in node.arguments if (value := evaluate(part, host)) is not None), None)
    arguments = [evaluate(argument, host) for argument in node.arguments]
    if name in ("field", "current", "parameters"):
        return host(name, arguments)
    return _FUNCTIONS[name](*arguments)


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise FailedError(message)


def _index(target: Any, index: Any) -> Any:
    _need(isinstance(target, list) and isinstance(index, int) and not isinstance(index, bool), "no element")
    _need(0 <= index < len(target), "no such element")
    return target[index]


def _length(value: Any) -> int:
    _need(isinstance(value, str | list | dict), "no length")
    return len(value)


def _empty(value: Any) -> bool:
    return value is None or (value in ("", [], {}) and not isinstance(value, bool))


def _end(at: int) -> Callable[[Any], Any]:
    def end(value: Any) -> Any:
        _need(isinstance(value, str | list), "no ends")
        return value[at] if value else ("" if isinstance(value, str) else None)

    return end


def _concat(*values: Any) -> Any:
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    texts = [text_of(value) for value in values]
    _need(None not in texts, "no texts")
    return "".join(text for text in texts if text is not None)


def _lower(value: Any) -> str:
    _need(isinstance(value, str), "no text")
    return str(value).lower()


def _add(left: Any, right: Any) -> int:
    _need(is_integer(left) and is_integer(right), "no integers")
    return int(left + right)


def is_integer(value: Any) -> bool:
    """Whether a value is a whole number by its kind."""
    return is_number(value) and isinstance(value, int)


def _not(value: Any) -> bool:
    _need(isinstance(value, bool), "no boolean")
    return not value


def _create_array(*values: Any) -> list[Any]:
    return list(values)


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "length": _length,
    "empty": _empty,
    "first": _end(0),
    "last": _end(-1),
    "concat": _concat,
    "tolower": _lower,
    "add": _add,
    "not": _not,
    "createarray": _create_array,
    "equals": identical,
}
