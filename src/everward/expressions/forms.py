"""Functions that evaluate their arguments themselves: logic that stops early, and lambdas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from everward.expressions.frame import Frame, Run
from everward.expressions.functions import lambdas, lazy
from everward.expressions.nodes import Call, Literal, Node
from everward.expressions.problem import ExpressionError
from everward.values import Value


class Built(Struct, frozen=True, eq=False):
    """What is below a call, compiled."""

    runs: list[Run]
    """Its arguments; of a lambda its body."""
    scope: tuple[str, ...]
    """The lambda variables that it can see, lower case."""


class Form(Struct, frozen=True, eq=False):
    """A function that is bound in its own way."""

    low: int
    high: int | None
    bind: Callable[[Call, Built], Run]
    lambdas: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Which arguments are lambdas, with the fewest and most variables they have."""

    def read_lambda(self, call: Call, index: int) -> tuple[tuple[str, ...], Node]:
        """The variables (lower case) and the body of a lambda argument.

        Raises:
            ExpressionError: when the argument is no lambda, or one with another number of variables.

        """
        node = call.arguments[index]
        low, high = self.lambdas[index]
        if not isinstance(node, Call) or node.name.lower() != "lambda" or not node.arguments:
            raise ExpressionError(
                f"the function `{call.name}` takes a lambda as its argument {index + 1}",
                position=node.at,
                help="write lambda('item', …) and read it by lambdaVariables('item')",
            )
        names: list[str] = []
        for name in node.arguments[:-1]:
            if not isinstance(name, Literal) or not isinstance(name.value, str):
                raise ExpressionError("the variables of a lambda are named by strings", position=name.at)
            names.append(name.value.lower())
        if not low <= len(names) <= high:
            wanted = f"{low}" if low == high else f"{low} or {high}"
            raise ExpressionError(
                f"the lambda of `{call.name}` has {wanted} variables, not {len(names)}", position=node.at
            )
        if len(set(names)) < len(names):
            raise ExpressionError("the variables of a lambda have different names", position=node.at)
        return tuple(names), node.arguments[-1]


def bind_variable(call: Call, built: Built) -> Run:
    """`lambdaVariables('name')`: the place of the variable is known once and for all."""
    name = call.arguments[0]
    if not isinstance(name, Literal) or not isinstance(name.value, str):
        raise ExpressionError("a lambda variable is named by a string", position=call.at)
    lowered = name.value.lower()
    # The innermost variable of that name.
    for place in range(len(built.scope) - 1, -1, -1):
        if built.scope[place] == lowered:
            break
    else:
        raise ExpressionError(f"there is no lambda variable `{name.value}` here", position=call.at)

    def run(frame: Frame) -> Value:
        return frame.variables[place]

    return run


def _forms() -> Mapping[str, Form]:
    one, optional = (1, 1), (1, 2)
    return MappingProxyType(
        {
            "if": Form(3, 3, lazy.bind_if),
            "and": Form(0, None, lazy.bind_and),
            "or": Form(0, None, lazy.bind_or),
            "coalesce": Form(1, None, lazy.bind_coalesce),
            "lambdavariables": Form(1, 1, bind_variable),
            "map": Form(2, 2, lambdas.bind_map, {1: optional}),
            "filter": Form(2, 2, lambdas.bind_filter, {1: optional}),
            "reduce": Form(3, 3, lambdas.bind_reduce, {2: (2, 3)}),
            "sort": Form(2, 2, lambdas.bind_sort, {1: (2, 2)}),
            "toobject": Form(2, 3, lambdas.bind_to_object, {1: optional, 2: optional}),
            "groupby": Form(2, 2, lambdas.bind_group_by, {1: optional}),
            "mapvalues": Form(2, 2, lambdas.bind_map_values, {1: one}),
        }
    )


FORMS: Mapping[str, Form] = _forms()
