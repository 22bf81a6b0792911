"""The values of a module's variables: given, default, or a hole."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.free_names import calls_in, free_names
from everward.sources.terraform.language.operations import as_truth
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.values import (
    Data,
    RefusedReference,
    Sensitive,
    ValueProblem,
    convert,
    hushed,
    named,
)
from everward.sources.terraform.modules import Check, VariableDeclaration
from everward.sources.terraform.syntax import Attribute, Expression
from everward.values import Origin, Unknown, is_secret_name, placeholder

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.module import ModuleInstance

NO_VALUE = "variable without value"
"""Why a variable is a hole."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What a module call passes, and where it is worked out."""

    attribute: Attribute
    scope: Scope


def _check_constant(default: Expression) -> None:
    """Check that a default says all by itself.

    Raises:
        EvaluationError: when it refers to something, or calls a function.

    """
    for name in free_names(default):
        raise EvaluationError(f"it must not refer to anything, and names `{name.name}`", line=name.line)
    for call in calls_in(default):
        raise EvaluationError(f"it must not call a function, and calls `{call.name}`", line=call.line)


class VariableReader:
    """Gives the variables of one module instance their values."""

    def __init__(self, module: ModuleInstance, arguments: Mapping[str, Argument] | None) -> None:
        self._module = module
        self._session = module.session
        self._arguments = arguments
        """None in the root, whose values are the session's."""

    def _subject(self, name: str) -> str:
        return f"{self._module.address}.var.{name}" if self._module.address else f"var.{name}"

    def value(self, name: str) -> Data:
        """The value of a variable.

        Raises:
            ValueProblem: when it is not declared.

        """
        declared = self._module.module.variables.get(name)
        if declared is None:
            raise RefusedReference(f"`var.{name}` is not declared")
        value = self._raw(declared)
        if declared.sensitive and not isinstance(value, Sensitive | Unknown):
            return Sensitive(value)
        return named(value, name)

    def _raw(self, declared: VariableDeclaration) -> Data:
        given, origin, found = self._given(declared)
        if found and not (given is None and not declared.nullable):
            return self._converted(given, declared, origin or declared.origin)
        if declared.default is not None:
            try:
                _check_constant(declared.default)
                default = evaluate(declared.default, self._module.scope)
            except EvaluationError as error:
                self._report(declared.name, f"default: {error.message}", declared.origin)
                return Unknown(reason=error.message, origin=declared.origin)
            return self._converted(default, declared, declared.origin)
        return self._missing(declared)

    def _given(self, declared: VariableDeclaration) -> tuple[Data, Origin | None, bool]:
        name = declared.name
        if self._arguments is None:
            item = self._session.given.get(name)
            return (None, None, False) if item is None else (item.value, item.origin, True)
        argument = self._arguments.get(name)
        if argument is None:
            return None, None, False
        value = self._session.value_of(argument.attribute, argument.scope, self._module.address)
        return value, argument.attribute.origin, True

    def _converted(self, value: Data, declared: VariableDeclaration, origin: Origin) -> Data:
        quiet = declared.sensitive or is_secret_name(declared.name)
        try:
            # What does not fit must not be quoted either.
            with hushed() if quiet else nullcontext():
                return convert(value, declared.type, lambda default: evaluate(default, self._module.scope))
        except (ValueProblem, EvaluationError) as problem:
            reason = problem.message if isinstance(problem, EvaluationError) else str(problem)
            self._report(declared.name, f"the value does not fit the type: {reason}", origin)
            return Unknown(reason=reason, decided_by=(self._subject(declared.name),), origin=origin)

    def _missing(self, declared: VariableDeclaration) -> Unknown:
        subject = self._subject(declared.name)
        if self._arguments is not None:
            self._report(declared.name, "the module needs it, and the call does not give it", declared.origin)
        return Unknown(
            reason=NO_VALUE,
            decided_by=(subject,),
            present=not declared.nullable,
            text=placeholder(subject),
            origin=declared.origin,
        )

    def _report(self, name: str, reason: str, origin: Origin) -> None:
        self._session.report_at(self._subject(name), reason, origin, incomplete=False)

    def check(self) -> None:
        """Hold the values against the declarations' own checks."""
        for declared in self._module.module.variables.values():
            for check in declared.checks:
                self._check(declared, check)

    def _check(self, declared: VariableDeclaration, check: Check) -> None:
        scope = self._module.scope
        try:
            condition = evaluate(check.condition, scope)
            truth = as_truth(condition.value if isinstance(condition, Sensitive) else condition)
        except (EvaluationError, ValueProblem) as problem:
            reason = problem.message if isinstance(problem, EvaluationError) else str(problem)
            self._report(declared.name, f"its validation fails: {reason}", check.origin)
            return
        if truth is False:
            self._report(declared.name, f"the value is not valid: {self._message(check)}", check.origin)

    def _message(self, check: Check) -> str:
        if check.message is None:
            return "the condition is false"
        try:
            message = evaluate(check.message, self._module.scope)
        except EvaluationError:
            return "the condition is false"
        return message.rstrip(".") if isinstance(message, str) else "the condition is false"
