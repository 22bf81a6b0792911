"""One file of Bicep: what its names mean, and their values, worked out when asked for and once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from everward.expressions import Expression, ExpressionError
from everward.sources.jsontext import Lines
from everward.sources.template.bicep.lexer import BicepError
from everward.sources.template.bicep.lowering import Lowering
from everward.sources.template.bicep.nodes import Assignment, Extends, Function, Import, Node, Other, Using
from everward.sources.template.bicep.statements import parse_file
from everward.sources.tree import display
from everward.values import Origin, Value

SOURCE: Final = "template"

Evaluate = Callable[["Unit", Expression, "dict[str, Value] | None"], Value]
"""Evaluates an expression of a file, with the arguments of the function that it stands in."""
Open = Callable[["Unit", str, int], "Unit | None"]
"""Opens the template that an import names; None when it cannot be read, which has been said then."""


class Unit:
    """A parameter file, or a template that something is imported from."""

    def __init__(self, path: Path, text: str, *, template: bool, evaluate: Evaluate, open: Open) -> None:
        self.path = path
        self.shown = display(path)
        self._lines = Lines(text)
        self._evaluate = evaluate
        self._open = open
        file = parse_file(text, template=template)
        self.problems: list[BicepError] = file.problems
        self.statements = file.statements
        self.assignments: dict[str, Assignment] = {}
        self._functions: dict[str, Function] = {}
        self._others: dict[str, str] = {}
        self._imports: dict[str, tuple[Import, str | None]] = {}
        """A name here to the import that gives it and its name there; None for the import as a whole."""
        self._units: dict[int, Unit | None] = {}
        self._values: dict[str, Value] = {}
        self._bodies: dict[str, Expression] = {}
        self._busy: set[str] = set()
        self.base: dict[str, Value] | None = None
        """What the file that this one extends gives, by the name of the parameter."""
        for statement in file.statements:
            self._declare(statement)

    def _declare(self, statement: object) -> None:
        if isinstance(statement, Assignment) and statement.kind != "extensionConfig":
            self._check_new(statement.name, statement.at)
            self.assignments.setdefault(statement.name, statement)
        elif isinstance(statement, Function):
            self._check_new(statement.name, statement.at)
            self._functions.setdefault(statement.name, statement)
        elif isinstance(statement, Other):
            self._others.setdefault(statement.name, statement.kind)
        elif isinstance(statement, Import):
            for there, here in statement.names:
                self._check_new(here, statement.at)
                self._imports.setdefault(here, (statement, there))
            if statement.alias is not None:
                self._imports.setdefault(statement.alias, (statement, None))

    def _check_new(self, name: str, at: int) -> None:
        if name in self.assignments or name in self._functions or name in self._imports:
            self.problems.append(BicepError(f"`{name}` is declared twice", at, help="keep one of them"))

    def origin(self, at: int, end: int | None = None) -> Origin:
        """The place of something in the file."""
        first = self._lines.line(at)
        last = self._lines.line(end) if end is not None else first
        return Origin(source=SOURCE, file=self.shown, line=first, end_line=last if last > first else None)

    @property
    def using(self) -> Using | None:
        """The statement that names the template, if there is one."""
        return next((item for item in self.statements if isinstance(item, Using)), None)

    @property
    def extends(self) -> Extends | None:
        """The statement that names the file whose parameters are taken over, if there is one."""
        return next((item for item in self.statements if isinstance(item, Extends)), None)

    # What names mean

    def kind(self, name: str) -> str | None:
        """`value`, `function`, `namespace` or the kind of another declaration; None when there is none."""
        if name in self.assignments or (name == "base" and self.extends is not None):
            return "value"
        if name in self._functions:
            return "function"
        found = self._imports.get(name)
        if found is None:
            return self._others.get(name)
        if found[1] is None:
            return "namespace"
        unit = self._unit(found[0])
        return unit.exported(found[1]) if unit is not None else "unread"

    def exported(self, name: str) -> str | None:
        """What a name of this file means to who imports it."""
        assignment, function = self.assignments.get(name), self._functions.get(name)
        declared = assignment if assignment is not None else function
        if declared is None:
            return self._others.get(name)
        # INVARIANT: what a file imports it does not export, so imports in a circle end.
        if not declared.exported:
            return "hidden"
        return "value" if declared is assignment else "function"

    def members(self, namespace: str) -> Exports | None:
        """What is behind the name of an import."""
        found = self._imports.get(namespace)
        unit = self._unit(found[0]) if found is not None else None
        return Exports(unit) if unit is not None else None

    def known(self) -> list[str]:
        """All names that have a value, for suggestions."""
        return [*self.assignments, *self._functions, *self._imports]

    def _unit(self, statement: Import) -> Unit | None:
        if statement.at not in self._units:
            self._units[statement.at] = self._open(self, statement.path, statement.at)
        return self._units[statement.at]

    # Values

    def value(self, name: str) -> Value:
        """The value of a variable or parameter, of this file or imported.

        Raises:
            ExpressionError: when it cannot be worked out, or is not declared.

        """
        if name == "base" and name not in self.assignments and self.base is not None:
            return dict(self.base)
        namespace, dot, rest = name.partition(".")
        found = self._imports.get(namespace)
        if found is not None:
            unit = self._unit(found[0])
            if unit is None:
                raise ExpressionError(f"`{name}` comes from a file that is not read")
            return unit.value(rest if dot else str(found[1]))
        if name in self._values:
            return self._values[name]
        assignment = self.assignments.get(name)
        if assignment is None or assignment.value is None:
            raise ExpressionError(f"`{name}` has no value that could be read")
        if name in self._busy:
            raise ExpressionError(f"a cycle: `{name}` needs itself", origin=self.origin(assignment.at))
        self._busy.add(name)
        try:
            value = self.evaluate(assignment.value)
        finally:
            self._busy.discard(name)
        self._values[name] = value
        return value

    def forget(self) -> None:
        """Work values out anew: what is secret may have changed."""
        self._values.clear()

    def evaluate(self, node: Node) -> Value:
        """The value of an expression of this file.

        Raises:
            ExpressionError: when it cannot be worked out; it says where.

        """
        try:
            return self._evaluate(self, self._lowered(node, ()), None)
        except ExpressionError as error:
            raise self._placed(error, node.at) from None

    def call(self, name: str, arguments: list[Value]) -> Value:
        """What a function gives, of this file (`own.name`) or imported (`alias.name`).

        Raises:
            ExpressionError: when there is none of that name, it takes other arguments, or it fails.

        """
        namespace, _, rest = name.partition(".")
        found = self._imports.get(rest if namespace == "own" else namespace)
        if found is not None:
            unit = self._unit(found[0])
            if unit is None:
                raise ExpressionError(f"the function `{rest}` comes from a file that is not read")
            there = str(found[1]) if namespace == "own" else rest
            if unit.exported(there) != "function":
                raise ExpressionError(f"`{unit.shown}` exports no function `{there}`")
            return unit.call(f"own.{there}", arguments)
        function = self._functions.get(rest)
        if function is None:
            raise ExpressionError(f"the function `{rest}` does not exist")
        if len(function.parameters) != len(arguments):
            raise ExpressionError(
                f"the function `{rest}` takes {len(function.parameters)} arguments, not {len(arguments)}"
            )
        try:
            body = self._bodies.get(rest)
            if body is None:
                body = self._bodies[rest] = self._lowered(function.body, function.parameters)
            return self._evaluate(self, body, dict(zip(function.parameters, arguments, strict=True)))
        except ExpressionError as error:
            raise self._placed(error, function.at) from None

    def _lowered(self, node: Node, parameters: tuple[str, ...]) -> Expression:
        return Expression(Lowering(self, parameters).lower(node), "")

    def _placed(self, error: ExpressionError, at: int) -> ExpressionError:
        if error.origin is None:
            error.origin = self.origin(error.position if error.position is not None else at)
        return error


class Exports:
    """The names of a file as who imports it sees them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def kind(self, name: str) -> str | None:
        """What a name means; None when there is none."""
        return self._unit.exported(name)

    def members(self, namespace: str) -> Exports | None:  # noqa: ARG002
        """Nothing: what a file imports it does not export."""
        return None

    def known(self) -> list[str]:
        """The names that are exported."""
        return [name for name in self._unit.known() if self._unit.exported(name) in ("value", "function")]
