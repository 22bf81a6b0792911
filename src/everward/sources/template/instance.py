"""One resource that a template declares, or one turn of a loop of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from everward.expressions import close
from everward.sources.template.document import Site
from everward.sources.template.scopes import Scope, id_value
from everward.values import MISSING, Truth, Unknown, Value, combine, member

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment
    from everward.sources.template.environment import Environment

DEPLOYMENT: Final = "microsoft.resources/deployments"

_LANGUAGE: Final = frozenset(
    {
        "type",
        "name",
        "dependson",
        "copy",
        "condition",
        "comments",
        "resources",
        "scope",
        "metadata",
        "existing",
        "asserts",
        "import",
        "extension",
        "@options",
    }
)
"""Keys of a declaration that belong to the language, not to the resource."""

_TARGET: Final = frozenset({"subscriptionid", "resourcegroup"})
"""Keys that say where a nested deployment, or an existing resource, stands."""

_ROOT: Final = {
    key.lower(): key
    for key in (
        "apiVersion",
        "location",
        "tags",
        "sku",
        "kind",
        "identity",
        "plan",
        "zones",
        "managedBy",
        "extendedLocation",
        "properties",
    )
}
"""How the roots of ARM bodies are spelled."""


@dataclass(slots=True, eq=False)
class Instance:
    """A resource with what is known of it before its body is evaluated."""

    deployment: Deployment
    raw: dict[str, Any]
    site: Site
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
    _body: dict[str, Value] | None = None
    _child: Deployment | None = None
    _child_made: bool = field(default=False)

    def raw_text(self, key: str) -> str | None:
        """The text under a key of the declaration, when it is plain text."""
        value = member(self.raw, key)
        return value if isinstance(value, str) and value[:1] != "[" else None

    def id_value(self) -> Value:
        """Its id as a value: a hole that refers to it where it is symbolic."""
        hole = self.name_value if isinstance(self.name_value, Unknown) else None
        scope = self.deployment.scope
        return id_value(self.id, (hole, scope.group, scope.subscription))

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
        return {key: close(value) for key, value in self.body().items() if value is not None}

    def _evaluate(self) -> dict[str, Value]:
        nested = self.type.lower() == DEPLOYMENT
        out: dict[str, Value] = {}
        for key, raw in self.raw.items():
            lowered = key.lower()
            if lowered in _LANGUAGE or (lowered in _TARGET and (nested or self.existing)):
                continue
            site = self.site.below(key)
            if nested and lowered == "properties":
                out["properties"] = self._deployment_properties(raw, site)
            else:
                out[_ROOT.get(lowered, key)] = self.environment.tree(raw, site)
        return out

    def _deployment_properties(self, raw: Any, site: Site) -> Value:
        """The properties of a nested deployment without its template, and with the values of its parameters."""
        if not isinstance(raw, dict):
            return self.environment.tree(raw, site)
        out: dict[str, Value] = {}
        for key, value in raw.items():
            lowered = key.lower()
            if lowered == "template":
                continue
            if lowered == "parameters":
                out["parameters"] = self._parameters()
            else:
                out[key] = self.environment.tree(value, site.below(key))
        return out

    def _parameters(self) -> Value:
        child = self.child
        if child is None or isinstance(member(self.raw, "properties"), str):
            return Unknown(reason="parameters of a deployment that cannot be read")
        return {name: {"value": child.parameter(name)} for name in child.given_names if child.declares(name)}


def is_missing(value: Any) -> bool:
    """Whether a key is not there, or null."""
    return value is MISSING or value is None


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
