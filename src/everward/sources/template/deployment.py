"""One deployment of a template: its parameters, variables, functions, resources and outputs, evaluated on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from everward.expressions import ExpressionError
from everward.sources.template.declaring import declare, declared
from everward.sources.template.definitions import Definition, Definitions
from everward.sources.template.document import Site
from everward.sources.template.environment import Environment, is_copy
from everward.sources.template.instance import Instance, is_missing
from everward.sources.template.parameters import Given, bind
from everward.sources.template.scopes import Scope
from everward.values import MISSING, Unknown, Value, member

if TYPE_CHECKING:
    from everward.sources.template.run import Run


TOO_DEEP: Final = "nested too deeply to be evaluated"
"""What is said of values that need more frames than there are."""

MAX_CALLS: Final = 64
"""Functions of the author within each other: Azure allows no recursion."""


@dataclass(slots=True)
class _Variable:
    raw: Any
    site: Site
    loop: bool
    """Whether it is the entry of a `copy`, which makes an array."""


class Deployment:
    """Nothing is evaluated before somebody asks, and everything only once."""

    def __init__(
        self,
        run: Run,
        template: dict[str, Any],
        site: Site,
        scope: Scope,
        given: Mapping[str, Given],
        *,
        name: Value = None,
        uri: str = "",
        parent: Instance | None = None,
        outer: Environment | None = None,
    ) -> None:
        self.run = run
        self.template = template
        self.site = site
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
        self._parameters: dict[str, Value] = {}
        self._variables: dict[str, Value] = {}
        self._outputs: dict[str, Value] | None = None
        self._instances: list[Instance] = []
        self._by_id: dict[str, Instance] = {}
        self._by_name: dict[str, Instance] = {}
        self._by_symbol: dict[str, list[Instance]] = {}
        self._expanded = False
        self._busy: set[str] = set()
        self.definitions = Definitions(template)
        self._declared = _table(self.definitions.parameters)
        self._variable_table: dict[str, _Variable] | None = None
        self._functions: dict[str, tuple[dict[str, Any], Site]] | None = None
        self._calls = 0

    # Parameters

    def declares(self, name: str) -> bool:
        """Whether the template has a parameter of this name."""
        return name.lower() in self._declared

    def parameter(self, name: str) -> Value:
        """The value of a parameter.

        Raises:
            ExpressionError: when the template declares none of that name.

        """
        key = name.lower()
        if key in self._parameters:
            return self._parameters[key]
        spelled = self._declared.get(key)
        if spelled is None:
            if self.environment.outer is not None and key not in self._given:
                return self.environment.outer.lexical.deployment.parameter(name)
            raise ExpressionError(f"the template parameter `{name}` is not found")
        busy = f"parameters.{key}"
        site = self.site.below("parameters", spelled)
        if busy in self._busy:
            return Unknown(reason=self.run.report_cycle(site), decided_by=(f"parameters.{spelled}",))
        self._busy.add(busy)
        try:
            value = bind(self, spelled, self.definition(spelled), self._given.get(key), site)
        finally:
            self._busy.discard(busy)
        self._parameters[key] = value
        return value

    def definition(self, spelled: str) -> Definition:
        """How a parameter is declared."""
        return self.definitions.resolve(self.definitions.parameters.get(spelled))

    # Variables and functions

    def variable(self, name: str) -> Value:
        """The value of a variable.

        Raises:
            ExpressionError: when there is none of that name.

        """
        key = name.lower()
        if key in self._variables:
            return self._variables[key]
        found = self._variable_entries().get(key)
        if found is None:
            if self.environment.outer is not None:
                return self.environment.outer.lexical.deployment.variable(name)
            raise ExpressionError(f"the template variable `{name}` is not found")
        busy = f"variables.{key}"
        if busy in self._busy:
            return Unknown(reason=self.run.report_cycle(found.site), decided_by=(f"variables.{name}",))
        self._busy.add(busy)
        try:
            if found.loop:
                value = self.environment.unroll(found.raw, found.site, name, whole=False)
            else:
                value = self.environment.tree(found.raw, found.site)
        finally:
            self._busy.discard(busy)
        self._variables[key] = value
        return value

    def variable_names(self) -> list[str]:
        """The names of all variables, in lower case."""
        return list(self._variable_entries())

    def _variable_entries(self) -> dict[str, _Variable]:
        if self._variable_table is None:
            table: dict[str, _Variable] = {}
            section = member(self.template, "variables")
            site = self.site.below("variables")
            for key, raw in section.items() if isinstance(section, dict) else ():
                if key.lower() == "copy" and is_copy(raw):
                    for index, entry in enumerate(raw):
                        name = str(member(entry, "name"))
                        table.setdefault(name.lower(), _Variable(entry, site.below(key, index), True))
                else:
                    table[key.lower()] = _Variable(raw, site.below(key), False)
            self._variable_table = table
        return self._variable_table

    def call_function(self, name: str, arguments: list[Value]) -> Value:
        """The result of a function of the template's author.

        Raises:
            ExpressionError: when there is none of that name, or it is called with another number of arguments.

        """
        if self._functions is None:
            self._functions = self._function_table()
        found = self._functions.get(name.lower())
        if found is None:
            raise ExpressionError(f"the function `{name}` is not found")
        raw, site = found
        declared_parameters = member(raw, "parameters")
        names = [
            str(member(item, "name")).lower() if isinstance(item, dict) else ""
            for item in (declared_parameters if isinstance(declared_parameters, list) else ())
        ]
        if len(names) != len(arguments):
            raise ExpressionError(f"the function `{name}` takes {len(names)} arguments, not {len(arguments)}")
        output = member(raw, "output")
        value = member(output, "value") if isinstance(output, dict) else MISSING
        if value is MISSING:
            raise ExpressionError(f"the function `{name}` has no output")
        inner = Environment(self, arguments=dict(zip(names, arguments, strict=True)))
        if self._calls >= MAX_CALLS:
            raise ExpressionError(f"functions call each other more than {MAX_CALLS} levels deep")
        self._calls += 1
        try:
            return inner.tree(value, site.below("output", "value"))
        finally:
            self._calls -= 1

    def _function_table(self) -> dict[str, tuple[dict[str, Any], Site]]:
        table: dict[str, tuple[dict[str, Any], Site]] = {}
        section = member(self.template, "functions")
        for index, space in enumerate(section if isinstance(section, list) else ()):
            if not isinstance(space, dict):
                continue
            members = member(space, "members")
            for name, raw in members.items() if isinstance(members, dict) else ():
                if isinstance(raw, dict):
                    site = self.site.below("functions", index, "members", name)
                    table[f"{member(space, 'namespace')}.{name}".lower()] = (raw, site)
        return table

    # Resources

    def instances(self) -> list[Instance]:
        """Every resource that the template declares; those found so far while they are being worked out."""
        if not self._expanded:
            self._expanded = True
            for symbol, raw, site in declared(member(self.template, "resources"), self.site.below("resources")):
                try:
                    for instance in declare(self, raw, site, self.environment):
                        self._add(instance, symbol)
                except RecursionError:
                    self.run.problems.add(site, TOO_DEEP, incomplete=True)
        return self._instances

    def _add(self, instance: Instance, symbol: str | None) -> None:
        self._instances.append(instance)
        self._by_id.setdefault(instance.id.lower(), instance)
        self._by_name.setdefault("/".join(instance.names).lower(), instance)
        self._by_name.setdefault(instance.name.lower(), instance)
        if symbol is not None and instance.site.steps == self.site.below("resources", symbol).steps:
            self._by_symbol.setdefault(symbol.lower(), []).append(instance)
        loop = member(instance.raw, "copy")
        name = member(loop, "name") if isinstance(loop, dict) else MISSING
        if isinstance(name, str) and symbol is None:
            self._by_symbol.setdefault(name.lower(), []).append(instance)

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
        if key[:1] != "/":
            symbol, bracket, rest = key.partition("[")
            instances = self._by_symbol.get(symbol)
            if instances:
                return _turn(instances, rest[:-1] if bracket else None)
        found = self._by_id.get(key)
        if found is None and key[:1] != "/":
            found = self._by_name.get(key) or self._by_id.get(f"{self.scope.id}/providers/{name}".lower())
        return found

    def find(self, key: str) -> Instance | None:
        """A resource of this template by its lower-case id."""
        self.instances()
        return self._by_id.get(key)

    # Outputs

    def outputs(self) -> dict[str, Value]:
        """Every output as `reference` gives it: an object with type and value."""
        if self._outputs is None:
            self._outputs = {}
            section = member(self.template, "outputs")
            for name, raw in section.items() if isinstance(section, dict) else ():
                if isinstance(raw, dict):
                    value = self._output(name, raw, self.site.below("outputs", name))
                    if value is not MISSING:
                        self._outputs[name] = {"type": member(raw, "type") or None, "value": value}
        return self._outputs

    def _output(self, name: str, raw: dict[str, Any], site: Site) -> Any:
        condition = member(raw, "condition")
        if not is_missing(condition):
            held = self.environment.attempt(condition, site.below("condition"))
            if held is False:
                return MISSING
            if isinstance(held, Unknown):
                return held
        if self.definitions.resolve(raw).secure:
            return Unknown(reason="secure value", present=True)
        loop = member(raw, "copy")
        if isinstance(loop, dict):
            label = member(loop, "name")
            return self.environment.unroll(
                loop, site.below("copy"), label if isinstance(label, str) else name, whole=True
            )
        value = member(raw, "value")
        return None if value is MISSING else self.environment.tree(value, site.below("value"))

    def finish(self) -> None:
        """Evaluate what nobody asked for: Azure evaluates every variable and output, and fails for any of them."""
        for key in self.variable_names():
            self.variable(key)
        for name in self.definitions.parameters:
            self.parameter(name)
        if self.environment.outer is None:
            for name in self.given_names:
                if not self.declares(name):
                    site = self._given[name.lower()].site
                    self.run.problems.add(site, f"the template has no parameter `{name}`", help="Azure refuses it")
        self.outputs()


def _turn(instances: list[Instance], index: str | None) -> Instance | None:
    """One turn of a loop, or None when it is not said which. Of turns whose number is open, one stands for all."""
    if len(instances) == 1 and (index is None or instances[0].cardinality is not None):
        return instances[0]
    if index is None or not index.isdecimal() or len(index) > 9:
        return None
    return instances[int(index)] if int(index) < len(instances) else None


def _table(names: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): name for name in names}
