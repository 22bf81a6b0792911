"""One resource that a template declares, or one turn of a loop of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from everward.expressions import close
from everward.sources.template.declaration import DEPLOYMENT, Declaration
from everward.sources.template.document import Site
from everward.sources.template.scopes import Scope, id_value
from everward.values import Truth, Unknown, Value, combine

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment
    from everward.sources.template.environment import Environment


@dataclass(slots=True, eq=False)
class Instance:
    """A resource with what is known of it before its body is evaluated."""

    deployment: Deployment
    declaration: Declaration
    environment: Environment
    type: str
    """Full type, with an extension's own type where a legacy one names what it extends."""
    id: str
    """Its id, symbolic where a part is not known."""
    name: str
    """Its last name, symbolic where it is not known."""
    name_value: Value
    """Its name as the template has it."""
    full_type: str
    """The type as the template has it, for children."""
    names: tuple[str, ...]
    """All its names, for children."""
    base: str
    """The id that type and names are put behind."""
    condition: Truth = True
    cardinality: Unknown | None = None
    existing: bool = False
    target: Scope | None = None
    """Of a nested deployment: what it deploys to."""
    busy: bool = False
    """Whether its body is being evaluated right now."""
    described: Value = None
    """What `reference` gives, once it was asked for."""
    described_full: Value = None
    """The same with everything but properties."""
    _body: dict[str, Value] | None = None
    _child: Deployment | None = None
    _child_made: bool = field(default=False)

    @property
    def site(self) -> Site:
        """Where it is declared."""
        return self.declaration.site

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names, in lower case, by which the template means it or the loop that it is a turn of."""
        if self.declaration.symbol is not None:
            return (self.declaration.symbol.lower(),)
        copy = self.declaration.copy
        return (copy.name.lower(),) if copy is not None and copy.name else ()

    def id_value(self) -> Value:
        """Its id as a value: a hole that refers to it where it is symbolic."""
        hole = self.name_value if isinstance(self.name_value, Unknown) else None
        scope = self.deployment.scope
        return id_value(self.id, (hole, scope.group, scope.subscription))

    @property
    def unqualified(self) -> Value:
        """Type and names as in its id, without the scope: `Contoso.Web/sites/one`."""
        namespace, *types = self.full_type.split("/")
        pairs = (part for pair in zip(types, self.names, strict=False) for part in pair)
        return id_value("/".join([namespace, *pairs]), (self.name_value,))

    @property
    def child(self) -> Deployment | None:
        """The nested deployment, when this is one whose template can be read."""
        if self.type.lower() != DEPLOYMENT or self.existing:
            return None
        if not self._child_made:
            self._child_made = True
            from everward.sources.template.nesting import nested_deployment

            self._child = nested_deployment(self)
        return self._child

    def body(self) -> dict[str, Value]:
        """The body as ARM has it, evaluated once; objects that are known only in part are open."""
        if self._body is None:
            self.busy = True
            try:
                self._body = self._evaluate()
            finally:
                self.busy = False
        return self._body

    def closed_body(self) -> dict[str, Value]:
        """The body for the estate: without nulls at its root, and with holes for what is known only in part."""
        body = self.body()
        fixed = self.declaration.fixed(nested=self.type.lower() == DEPLOYMENT)
        read = self.declaration.read
        run = self.deployment.run
        out: dict[str, Value] = {}
        for key, value in body.items():
            if value is not None:
                if key not in fixed:
                    value = close(value) if key in read else run.held(value, self.site.below(key), closed=True)
                out[key] = value
        return out

    def _evaluate(self) -> dict[str, Value]:
        nested = self.type.lower() == DEPLOYMENT
        out = {key: part.value(self.environment) for key, part in self.declaration.body(nested=nested)}
        if nested and self.declaration.get("properties") is not None:
            out["properties"] = self._deployment_properties()
        return out

    def _deployment_properties(self) -> Value:
        """The properties of a nested deployment without its template, and with the values of its parameters."""
        inside = self.declaration.nested
        if inside is None:
            part = self.declaration.part("properties")
            return part.value(self.environment) if part is not None else None
        out = {key: part.value(self.environment) for key, part in inside.rest}
        if inside.has_parameters:
            out["parameters"] = self._parameters()
        return out

    def _parameters(self) -> Value:
        child = self.child
        if child is None:
            return Unknown(reason="parameters of a deployment that cannot be read")
        return {name: {"value": child.parameter(name)} for name in child.given_names if child.declares(name)}


def counted_within(around: Unknown | None, own: Unknown | None) -> Unknown | None:
    """How many there are of what is open in itself, or stands in what is open; None when both are known."""
    if around is None or own is None:
        return around if own is None else own
    return joined(around, own)


def joined(around: Unknown, own: Unknown) -> Unknown:
    """Two holes on which the existence of a resource depends, as one whose text says which they are.

    INVARIANT: holes of one text are open alike, so what lacks a text gives none to the whole.
    """
    text = None if around.text is None or own.text is None else f"{around.text} and {own.text}"
    return combine([around, own], text=text)
