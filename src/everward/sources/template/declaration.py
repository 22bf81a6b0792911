"""Declarations of resources, prepared once for however many instances they have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from everward.sources.template.document import Site
from everward.sources.template.parts import Copy, Fixed, Part, Text, prepare, prepare_copy
from everward.values import member

if TYPE_CHECKING:
    from everward.sources.template.nested import Nested

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


def is_type(kind: str) -> bool:
    """Whether a text can be a type: a namespace and at least a kind.

    That of an extension is not over behind `/providers`; its namespace may be a part of the name instead.
    """
    return "/" in kind and not kind.lower().endswith("/providers")


class Declaration:
    """A resource as a template declares it. Keys are looked up without case."""

    def __init__(self, raw: dict[str, Any], site: Site, symbol: str | None = None) -> None:
        self.raw = raw
        self.site = site
        self.symbol = symbol
        """Its symbolic name, where the template has them."""
        self._keys: dict[str, str] = {}
        for key in raw:
            self._keys.setdefault(key.lower(), key)
        self._parts: dict[str, Part] = {}
        self.existing = self.get("existing") is True
        self._body: dict[bool, list[tuple[str, Part]]] = {}
        self._fixed: dict[bool, frozenset[str]] = {}

    def get(self, key: str) -> Any:
        """What is written under a key (given in lower case), or None."""
        spelled = self._keys.get(key)
        return self.raw[spelled] if spelled is not None else None

    def text(self, key: str) -> str | None:
        """What is written under a key, when it is plain text."""
        value = self.get(key)
        return value if isinstance(value, str) and value[:1] != "[" else None

    def part(self, key: str) -> Part | None:
        """What is written under a key, or None when it is not there or null."""
        found = self._parts.get(key)
        if found is None:
            value = self.get(key)
            if value is None:
                return None
            found = self._parts[key] = prepare(value, self.site.below(self._keys[key]))
        return found

    def place(self, key: str) -> Site:
        """Where a key stands, or would."""
        return self.site.below(self._keys.get(key, key))

    @cached_property
    def foreign(self) -> bool:
        """Whether it is of something outside ARM, which an extension of the language deploys."""
        kind = self.get("type")
        marked = "import" in self._keys or "extension" in self._keys
        return marked or (isinstance(kind, str) and "@" in kind and kind[:1] != "[")

    @cached_property
    def plain_type(self) -> tuple[str, list[str]] | None:
        """Its type and the parts of that which need a name, when it is plain text and whole."""
        kind = self.text("type")
        kind = kind.strip("/") if kind is not None else ""
        return (kind, kind.split("/")[1:]) if is_type(kind) else None

    @cached_property
    def copy(self) -> Copy | None:
        """Its `copy`, when that is one."""
        raw = self.get("copy")
        if not isinstance(raw, dict):
            return None
        name = member(raw, "name")
        return prepare_copy(raw, self.place("copy"), name if isinstance(name, str) else "")

    @cached_property
    def children(self) -> list[tuple[Any, Site]]:
        """The declarations inside it: prepared ones, or what stands in their place."""
        return list(declarations(self.get("resources"), self.place("resources")))

    @cached_property
    def nested(self) -> Nested | None:
        """Its properties, when it is a deployment and they are written as an object."""
        raw = self.get("properties")
        if not isinstance(raw, dict):
            return None
        from everward.sources.template.nested import Nested

        return Nested(raw, self.place("properties"))

    def body(self, *, nested: bool) -> list[tuple[str, Part]]:
        """What belongs to the resource, by the keys of ARM; of a nested deployment without its properties."""
        found = self._body.get(nested)
        if found is None:
            found = self._body[nested] = list(self._prepare_body(nested))
        return found

    def fixed(self, *, nested: bool) -> frozenset[str]:
        """The keys of the body under which no expression stands."""
        found = self._fixed.get(nested)
        if found is None:
            body = self.body(nested=nested)
            found = self._fixed[nested] = frozenset(key for key, part in body if isinstance(part, Fixed))
        return found

    @cached_property
    def read(self) -> frozenset[str]:
        """The keys of the body under which one expression stands and nothing else: what it gives has a size."""
        return frozenset(
            key for nested in (True, False) for key, part in self._body.get(nested, ()) if isinstance(part, Text)
        )

    def _prepare_body(self, nested: bool) -> Iterator[tuple[str, Part]]:
        for key, value in self.raw.items():
            lowered = key.lower()
            if lowered in _LANGUAGE or (lowered in _TARGET and (nested or self.existing)):
                continue
            if not (nested and lowered == "properties"):
                yield _ROOT.get(lowered, key), prepare(value, self.site.below(key))


def declarations(raw: Any, site: Site) -> Iterator[tuple[Any, Site]]:
    """The declarations of a `resources` section: a list, or an object of symbolic names. What is none is left as is."""
    if isinstance(raw, list):
        for index, item in enumerate(raw):
            below = site.below(index)
            yield (Declaration(item, below) if isinstance(item, dict) else item), below
    elif isinstance(raw, dict):
        for symbol, item in raw.items():
            below = site.below(symbol)
            yield (Declaration(item, below, symbol) if isinstance(item, dict) else item), below
