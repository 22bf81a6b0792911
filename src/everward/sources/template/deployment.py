"""One deployment of a template: its parameters, variables, functions, resources and outputs, evaluated on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from everward.expressions import ExpressionError, OpenObject
from everward.sources.template.blueprint import Blueprint, OutputDeclaration
from everward.sources.template.declaring import Absent, declare
from everward.sources.template.definitions import Definition
from everward.sources.template.document import Site
from everward.sources.template.environment import TOO_DEEP, Environment
from everward.sources.template.instance import Instance
from everward.sources.template.parameters import Given, bind
from everward.sources.template.parts import Copy
from everward.sources.template.rules import MAX_RESOURCES
from everward.sources.template.run import REFUSED
from everward.sources.template.scopes import Scope
from everward.sources.template.validation import find_fault
from everward.values import MISSING, Unknown, Value, is_symbolic

if TYPE_CHECKING:
    from everward.sources.template.run import Run

_CALL: Final = 5
"""Steps that a call of a function of the author takes, beside what is evaluated in it."""
_AT_RUN_TIME: Final = Unknown(reason="known only at run time", present=True)
_SECURE: Final = Unknown(reason="secure value", present=True, secret=True)


class Deployment:
    """Nothing is evaluated before somebody asks, and everything only once."""

    def __init__(
        self,
        run: Run,
        blueprint: Blueprint,
        scope: Scope,
        given: Mapping[str, Given],
        *,
        name: Value = None,
        uri: str = "",
        parent: Instance | None = None,
        outer: Environment | None = None,
    ) -> None:
        self.run = run
        self.blueprint = blueprint
        self.scope = scope
        self.name = name
        """Its name; None when it is not known."""
        self.uri = uri
        """Where its template was read from."""
        self.parent = parent
        """The nested deployment that this is, when it is not the root."""
        self.environment = Environment(self, outer=outer)
        self.depth: int = parent.deployment.depth + 1 if parent is not None else 0
        self._given = {key.lower(): value for key, value in given.items()}
        self.given_names = list(given)
        """The names of the parameters that were given, as written."""
        self.scopes: dict[str, Value] = {}
        """What `resourceGroup()` and its like give, once they were asked for."""
        self._parameters: dict[str, Value] = {}
        self._variables: dict[str, Value] = {}
        self._outputs: dict[str, Value] | None = None
        self._instances: list[Instance] = []
        self._absent: list[Absent] = []
        self._by_id: dict[str, Instance] = {}
        self._by_name: dict[str, Instance] = {}
        self._by_symbol: dict[str, list[Instance]] = {}
        self._expanded = False
        self.complete = False
        """Whether all its resources are found."""
        self._busy: set[str] = set()
        self._calls = 0

    @property
    def site(self) -> Site:
        """Where its template stands."""
        return self.blueprint.site

    # Parameters

    def declares(self, name: str) -> bool:
        """Whether the template has a parameter of this name."""
        return name.lower() in self.blueprint.parameters

    def parameter(self, name: str) -> Value:
        """The value of a parameter.

        Raises:
            ExpressionError: when the template declares none of that name.

        """
        if name in self._parameters:
            return self._parameters[name]
        key = name.lower()
        if key in self._parameters:
            return self._parameters[key]
        spelled = self.blueprint.parameters.get(key)
        if spelled is None:
            if self.environment.outer is not None and key not in self._given:
                return self.environment.outer.lexical.deployment.parameter(name)
            raise ExpressionError(f"the template parameter `{name}` is not found")
        busy = f"parameters.{key}"
        if busy in self._busy:
            reason = self.run.report_cycle(self.blueprint.parameter_site(spelled))
            return Unknown(reason=reason, decided_by=(f"parameters.{spelled}",))
        self._busy.add(busy)
        try:
            value = bind(self, spelled, self._given.get(key))
        finally:
            self._busy.discard(busy)
        # By the name as it was asked for too: it will be asked for again.
        self._parameters[key] = self._parameters[name] = value
        return value

    # Variables and functions

    def variable(self, name: str) -> Value:
        """The value of a variable.

        Raises:
            ExpressionError: when there is none of that name.

        """
        if name in self._variables:
            return self._variables[name]
        key = name.lower()
        if key in self._variables:
            return self._variables[key]
        found = self.blueprint.variables.get(key)
        if found is None:
            if self.environment.outer is not None:
                return self.environment.outer.lexical.deployment.variable(name)
            raise ExpressionError(f"the template variable `{name}` is not found")
        busy = f"variables.{key}"
        if busy in self._busy:
            return Unknown(reason=self.run.report_cycle(found.site), decided_by=(f"variables.{name}",))
        self._busy.add(busy)
        try:
            if isinstance(found, Copy):
                value = self.environment.unroll(found, whole=False)
            else:
                value = found.value(self.environment)
            if isinstance(found, Copy) or found.composite:
                value = self.run.held(value, found.site)
        finally:
            self._busy.discard(busy)
        self._variables[key] = self._variables[name] = value
        return value

    def variable_names(self) -> list[str]:
        """The names of all variables, in lower case."""
        return list(self.blueprint.variables)

    def call_function(self, name: str, arguments: list[Value]) -> Value:
        """The result of a function of the template's author.

        Raises:
            ExpressionError: when there is none of that name, or it is called with another number of arguments.

        """
        found = self.blueprint.functions.get(name.lower())
        if found is None:
            raise ExpressionError(f"the function `{name}` is not found")
        if len(found.parameters) != len(arguments):
            wanted = len(found.parameters)
            raise ExpressionError(f"the function `{name}` takes {wanted} arguments, not {len(arguments)}")
        if found.output is None:
            raise ExpressionError(f"the function `{name}` has no output")
        for (parameter, definition), argument in zip(found.parameters, arguments, strict=True):
            self._check(f"`{name}`: the argument", parameter, argument, definition)
        names = (parameter for parameter, _ in found.parameters)
        inner = Environment(self, arguments=dict(zip(names, arguments, strict=True)))
        most = self.run.limits.calls
        if self._calls >= most:
            raise ExpressionError(f"functions call each other more than {most} levels deep", limit="calls")
        self._calls += 1
        self.run.bounds.spend(_CALL)
        try:
            value = found.output.value(inner)
        finally:
            self._calls -= 1
        self._check("the value of the function", name, value, found.type)
        return value

    def _check(self, what: str, name: str, value: Value, definition: Definition) -> None:
        fault = find_fault(value, definition, self.blueprint.definitions)
        if fault is not None:
            raise ExpressionError(f"{what} {fault.of(name)}")

    # Resources

    def instances(self) -> list[Instance]:
        """The resources that the template declares; those found so far while they are being worked out.

        Some whose condition is false are among them, others are not.
        """
        if not self._expanded:
            self._expanded = True
            for declaration, site in self.blueprint.resources:
                try:
                    for found in declare(self, declaration, site, self.environment):
                        if isinstance(found, Absent):
                            self._absent.append(found)
                        else:
                            self._instances.append(found)
                            self._add(found)
                except RecursionError:
                    self.run.problems.add(site, TOO_DEEP, incomplete=True)
            self.complete = True
        return self._instances

    def _add(self, instance: Instance) -> None:
        other = self._by_id.setdefault(instance.id.lower(), instance)
        if other is not instance and _clash(other, instance):
            self.run.problems.add(instance.site, f"the resource `{instance.id}` is declared twice", help=REFUSED)
        self.run.add(instance)
        self._by_name.setdefault(instance.name.lower(), instance)
        if len(instance.names) > 1:
            self._by_name.setdefault("/".join(instance.names).lower(), instance)
        for symbol in instance.symbols:
            self._by_symbol.setdefault(symbol, []).append(instance)

    def _settle(self) -> None:
        """Work out what the resources would be that are not deployed."""
        while self._absent:
            instance = self._absent.pop(0).instance()
            if instance is not None:
                self._add(instance)

    def collection(self, symbol: str) -> list[Instance] | None:
        """All turns of a loop by its symbolic name."""
        self.instances()
        return self._by_symbol.get(symbol.lower())

    def lookup(self, name: str) -> Instance | None:
        """A resource by symbolic name, id, name, or unqualified id; here, else anywhere in the whole deployment."""
        name = name.rstrip("/")
        found = self._lookup_here(name)
        if found is None and name[:1] != "/" and self.parent is not None and self.environment.outer is not None:
            found = self.parent.deployment.lookup(name)
        return found if found is not None else self.run.lookup(name, self)

    def _lookup_here(self, name: str) -> Instance | None:
        self.instances()
        key = name.lower()
        symbol, bracket, rest = key.partition("[")
        if key[:1] != "/":
            if any(absent.symbol is not None and absent.symbol.lower() == symbol for absent in self._absent):
                self._settle()
            instances = self._by_symbol.get(symbol)
            if instances:
                return _turn(instances, rest[:-1] if bracket else None)
        found = self._named(key)
        if found is None and self._absent:
            self._settle()
            found = self._named(key)
        return found

    def _named(self, key: str) -> Instance | None:
        """A resource by its id, its name, or its unqualified id, in lower case."""
        found = self._by_id.get(key)
        if found is None and key[:1] != "/":
            found = self._by_name.get(key) or self._by_id.get(f"{self.scope.id}/providers/{key}".lower())
        return found

    def find(self, key: str) -> Instance | None:
        """A resource of this template by its lower-case id."""
        self.instances()
        self._settle()
        return self._by_id.get(key)

    # Outputs

    def outputs(self) -> dict[str, Value]:
        """Every output as `reference` gives it: an object with type and value.

        While they are being worked out, those that are not yet known are holes.
        """
        if self._outputs is None:
            made = OpenObject({}, _AT_RUN_TIME)
            self._outputs = made
            for declared in self.blueprint.outputs:
                value = self._output(declared)
                if value is not MISSING:
                    made[declared.name] = {"type": declared.kind, "value": value}
            self._outputs = dict(made)
        return self._outputs

    def _output(self, declared: OutputDeclaration) -> Any:
        if declared.condition is not None:
            held = declared.condition.value(self.environment)
            if held is False:
                return MISSING
            if isinstance(held, Unknown):
                return held
        if declared.definition.secure:
            return _SECURE
        if declared.copy is not None:
            value = self.run.held(self.environment.unroll(declared.copy, whole=True), declared.site)
        else:
            value = declared.value.value(self.environment) if declared.value is not None else None
            if declared.value is not None and declared.value.composite:
                value = self.run.held(value, declared.site)
        fault = find_fault(value, declared.definition, self.blueprint.definitions) if value is not None else None
        if fault is not None:
            self.run.problems.add(declared.site, f"the value of the output {fault.of(declared.name)}")
        return value

    def finish(self) -> None:
        """Evaluate what nobody asked for: Azure evaluates every variable and output, and fails for any of them."""
        for key in self.variable_names():
            self.variable(key)
        for name in self.blueprint.parameters:
            self.parameter(name)
        if self.environment.outer is None:
            for name in self.given_names:
                if not self.declares(name):
                    site = self._given[name.lower()].site
                    self.run.problems.add(site, f"the template has no parameter `{name}`", help=REFUSED)
            for site, reason in self.blueprint.refused:
                self.run.problems.add(site, reason, help=REFUSED)
            deployed = sum(not item.existing and item.condition is not False for item in self._instances)
            if deployed > MAX_RESOURCES:
                reason = f"there are {deployed} resources, more than the {MAX_RESOURCES} that Azure takes"
                self.run.problems.add(self.site.below("resources"), reason, help=REFUSED)
        self.outputs()


def _clash(one: Instance, other: Instance) -> bool:
    """Whether two declarations of one id are both deployed, for all that is known."""
    return not is_symbolic(one.id) and all(
        item.condition is True and not item.existing and item.cardinality is None for item in (one, other)
    )


def _turn(instances: list[Instance], index: str | None) -> Instance | None:
    """One turn of a loop, or None when it is not said which. Of turns whose number is open, one stands for all."""
    if len(instances) == 1 and (index is None or instances[0].cardinality is not None):
        return instances[0]
    if index is None or not index.isdecimal() or len(index) > 9:
        return None
    return instances[int(index)] if int(index) < len(instances) else None
