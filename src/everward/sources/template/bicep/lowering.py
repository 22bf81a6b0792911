"""From the syntax of Bicep to expressions of templates, as the compiler of Bicep translates them."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, Protocol

from everward.expressions import Call, ExpressionError, Index, Literal, Member
from everward.expressions import Node as Lowered
from everward.sources.template.bicep.nodes import (
    Access,
    Apply,
    Braces,
    Brackets,
    Constant,
    Entry,
    Item,
    Lambda,
    Loop,
    Name,
    Node,
    Operation,
    Text,
)

_OPERATORS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "<": "less", "<=": "lessOrEquals", ">": "greater",
    ">=": "greaterOrEquals", "==": "equals", "&&": "and", "||": "or", "??": "coalesce", "?:": "if",
}  # fmt: skip
_NAMESPACES: Final = ("sys", "az")
_OPERATOR_NAMES: Final = frozenset({
    "add", "sub", "mul", "div", "mod", "less", "lessorequals", "greater", "greaterorequals", "equals", "not", "and",
    "or", "if", "coalesce", "createarray", "createobject", "true", "false", "null", "parameters", "variables",
    "lambda", "lambdavariables", "copyindex", "tryget", "float", "externalinputs",
})  # fmt: skip
"""Functions of templates (lower case) that Bicep writes as operators or not at all."""
_NO_VALUE: Final = {
    "param": "the parameter of a template",
    "unread": "in a file that is not read",
    "hidden": "not exported by its file",
    "namespace": "a namespace",
}
_ARM_INT: Final = 2**31 - 1
"""The largest number that the expressions of templates write as it is."""


class Symbols(Protocol):
    """What names mean in a file."""

    def kind(self, name: str) -> str | None:
        """`value`, `function`, `namespace` or the kind of another declaration; None when there is none."""
        ...

    def members(self, namespace: str) -> Symbols | None:
        """What is behind the name of an import."""
        ...

    def known(self) -> list[str]:
        """All names, for suggestions."""
        ...


class Lowering:
    """Translates the expressions of one file, or of the body of one function in it."""

    def __init__(self, symbols: Symbols, parameters: tuple[str, ...] = ()) -> None:
        self._symbols = symbols
        self._parameters = parameters
        self._locals: list[str] = []
        self._kinds: dict[type, Callable[..., Lowered]] = {
            Text: self._text,
            Constant: self._constant,
            Name: self._name,
            Access: self._access,
            Item: self._item,
            Apply: self._apply,
            Lambda: self._stray_lambda,
            Loop: self._loop,
            Operation: self._operation,
            Braces: self._braces,
            Brackets: self._brackets,
        }

    def lower(self, node: Node) -> Lowered:
        """The expression of a template that gives what this one does.

        Raises:
            ExpressionError: for a name or function that does not exist, and for what is not available here.

        """
        return self._kinds[type(node)](node)

    def _call(self, name: str, at: int, *arguments: Lowered) -> Call:
        return Call(name, arguments, at)

    def _text(self, node: Text) -> Lowered:
        if node.plain is not None:
            return Literal(node.plain, node.at)
        pattern: list[str] = []
        filled: list[Lowered] = []
        for part in node.parts:
            if isinstance(part, str):
                pattern.append(part.replace("{", "{{").replace("}", "}}"))
            else:
                pattern.append(f"{{{len(filled)}}}")
                filled.append(self.lower(part))
        return self._call("format", node.at, Literal("".join(pattern), node.at), *filled)

    def _constant(self, node: Constant) -> Lowered:
        value = node.value
        if value is None or isinstance(value, bool):
            return self._call({None: "null", True: "true", False: "false"}[value], node.at)
        if value > _ARM_INT:
            return self._call("json", node.at, Literal(str(value), node.at))
        return Literal(value, node.at)

    def _name(self, node: Name) -> Lowered:
        if node.name in self._locals:
            return self._call("lambdaVariables", node.at, Literal(node.name, node.at))
        if node.name in self._parameters:
            return self._call("parameters", node.at, Literal(node.name, node.at))
        kind = self._symbols.kind(node.name)
        if kind == "value":
            return self._call("variables", node.at, Literal(node.name, node.at))
        raise self._no_value(node.name, kind, node.at, self._symbols)

    def _no_value(self, name: str, kind: str | None, at: int, symbols: Symbols) -> ExpressionError:
        if kind is not None or name in _NAMESPACES:
            what = _NO_VALUE.get(kind or "namespace", f"the name of a {kind}")
            return ExpressionError(f"`{name}` has no value here: it is {what}", position=at)
        close = get_close_matches(name, symbols.known(), n=1)
        return ExpressionError(
            f"the name `{name}` is not declared",
            position=at,
            help=f"did you mean `{close[0]}`?" if close else None,
        )

    def _namespace(self, node: Node | None) -> str | None:
        """The name of a namespace or an import, if the node is one."""
        if isinstance(node, Name) and node.name not in self._locals and node.name not in self._parameters:
            if self._symbols.kind(node.name) == "namespace":
                return node.name
            if node.name in _NAMESPACES and self._symbols.kind(node.name) is None:
                return node.name
        return None

    def _access(self, node: Access) -> Lowered:
        namespace = self._namespace(node.target)
        if namespace is not None:
            return self._imported(namespace, node)
        return Member(self.lower(node.target), node.name, node.safe, node.at)

    def _imported(self, namespace: str, node: Access) -> Lowered:
        members = self._symbols.members(namespace)
        kind = members.kind(node.name) if members is not None else None
        if members is not None and kind == "value":
            return self._call("variables", node.at, Literal(f"{namespace}.{node.name}", node.at))
        if members is None:
            raise ExpressionError(f"`{namespace}` has no value `{node.name}`", position=node.at)
        raise self._no_value(node.name, kind, node.at, members)

    def _item(self, node: Item) -> Lowered:
        return Index(self.lower(node.target), self.lower(node.key), node.safe, node.at)

    def _apply(self, node: Apply) -> Lowered:
        namespace = self._namespace(node.target)
        if node.target is not None and namespace is None:
            raise ExpressionError(f"a value has no function `{node.name}`", position=node.at)
        if namespace is not None and namespace not in _NAMESPACES:
            return self._call(f"{namespace}.{node.name}", node.at, *self._arguments(node))
        if namespace is None and self._symbols.kind(node.name) == "function":
            return self._call(f"own.{node.name}", node.at, *self._arguments(node))
        return self._builtin(node)

    def _builtin(self, node: Apply) -> Lowered:
        name = node.name
        if name.lower() in _OPERATOR_NAMES:
            raise ExpressionError(f"Bicep has no function `{name}`", position=node.at, help="use its operator")
        if name in ("any", "nameof"):
            if len(node.arguments) != 1:
                raise ExpressionError(f"the function `{name}` takes 1 argument", position=node.at)
            argument = node.arguments[0]
            return self.lower(argument) if name == "any" else Literal(_last_name(argument), node.at)
        if name in ("readCliArg", "readEnvVar"):
            kind = "sys.cliArg" if name == "readCliArg" else "sys.envVar"
            return self._call("externalInput", node.at, Literal(kind, node.at), *self._arguments(node))
        return self._call(name, node.at, *self._arguments(node))

    def _arguments(self, node: Apply) -> list[Lowered]:
        return [
            self._lambda(argument) if isinstance(argument, Lambda) else self.lower(argument)
            for argument in node.arguments
        ]

    def _lambda(self, node: Lambda) -> Lowered:
        names = [Literal(name, node.at) for name in node.names]
        return self._call("lambda", node.at, *names, self._within(node.names, node.body))

    def _within(self, names: tuple[str, ...], body: Node) -> Lowered:
        self._locals.extend(names)
        try:
            return self.lower(body)
        finally:
            del self._locals[len(self._locals) - len(names) :]

    def _stray_lambda(self, node: Lambda) -> Lowered:
        raise ExpressionError("a lambda can only be the argument of a function", position=node.at)

    def _loop(self, node: Loop) -> Lowered:
        body = self._call(
            "lambda", node.at, *(Literal(name, node.at) for name in node.names), self._within(node.names, node.body)
        )
        return self._call("map", node.at, self.lower(node.source), body)

    def _operation(self, node: Operation) -> Lowered:
        operator, at = node.operator, node.at
        operands = [self.lower(operand) for operand in node.operands]
        if len(operands) == 1:
            return self._unary(operator, operands[0], at)
        if operator in ("=~", "!~"):
            operands = [self._call("toLower", at, operand) for operand in operands]
        if operator in ("!=", "!~"):
            return self._call("not", at, self._call("equals", at, *operands))
        return self._call("equals" if operator == "=~" else _OPERATORS[operator], at, *operands)

    def _unary(self, operator: str, operand: Lowered, at: int) -> Lowered:
        if operator == "!":
            return self._call("not", at, operand)
        if operator == "-":
            if isinstance(operand, Literal) and isinstance(operand.value, int):
                return Literal(-operand.value, at)
            return self._call("sub", at, Literal(0, at), operand)
        return operand

    def _braces(self, node: Braces) -> Lowered:
        if not any(entry.spread for entry in node.entries):
            return self._object(node.entries, node.at)
        groups = [
            self.lower(run[0].value) if run[0].spread else self._object(run, node.at) for run in _runs(node.entries)
        ]
        return self._call("shallowMerge", node.at, self._call("createArray", node.at, *groups))

    def _object(self, entries: tuple[Entry, ...], at: int) -> Lowered:
        arguments: list[Lowered] = []
        for entry in entries:
            if entry.key is not None:
                arguments.append(self._text(entry.key))
                arguments.append(self.lower(entry.value))
        return self._call("createObject", at, *arguments)

    def _brackets(self, node: Brackets) -> Lowered:
        if not any(entry.spread for entry in node.entries):
            return self._array(node.entries, node.at)
        groups = [
            self.lower(run[0].value) if run[0].spread else self._array(run, node.at) for run in _runs(node.entries)
        ]
        return self._call("flatten", node.at, self._call("createArray", node.at, *groups))

    def _array(self, entries: tuple[Entry, ...], at: int) -> Lowered:
        return self._call("createArray", at, *(self.lower(entry.value) for entry in entries))


def _runs(entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
    """Entries that stand together, and each one that is spread for itself."""
    runs: list[list[Entry]] = []
    for entry in entries:
        if runs and not entry.spread and not runs[-1][0].spread:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return [tuple(run) for run in runs]


def _last_name(node: Node) -> str:
    """What `nameof` gives: the last name of a symbol or a property."""
    if isinstance(node, Name | Access):
        return node.name
    if isinstance(node, Item) and isinstance(node.key, Text) and node.key.plain is not None:
        return node.key.plain
    raise ExpressionError("`nameof` takes a symbol or a property", position=node.at)
