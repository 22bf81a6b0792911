"""An ARM resource, whatever source it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from everward.values import (
    MISSING,
    Missing,
    Origin,
    ResourceId,
    Truth,
    Unknown,
    Value,
    parse_id,
    parse_path,
    try_parse_id,
    walk,
)

NO_ORIGINS: Mapping[str, Origin] = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Resource:
    """One resource as one reading has it.

    `body` has the shape of an ARM GET body: `location`, `tags`, `sku`, `kind`, `identity`, `zones`,
    `properties` and whatever else the type has at its root. It is shared, never copied: treat it as read-only
    once the reading is complete.
    """

    id: str
    """Its ARM id; parts in braces are not known yet."""
    type: str
    """Full type, cased as its source has it: `Microsoft.KeyVault/vaults`."""
    name: str
    """Its last name segment."""
    body: dict[str, Value]
    origin: Origin
    """Where the resource stands as a whole."""
    origins: Mapping[str, Origin] = field(default_factory=lambda: NO_ORIGINS)
    """Where single properties stand: lower-case dotted path to place."""
    condition: Truth = True
    """A hole when it is not known whether the resource exists at all."""
    cardinality: Unknown | None = None
    """Set when this one stands for an unknown number of instances."""
    opaque: bool = False
    """True when only its existence is known, because its source has no mapping for it."""

    @property
    def key(self) -> str:
        """What the estate indexes it by."""
        return self.id.lower()

    @property
    def type_key(self) -> str:
        """Its type, as types compare."""
        return self.type.lower()

    @property
    def resource_id(self) -> ResourceId:
        """The parts of its id.

        Raises:
            ValueError: when the id is not an ARM id.

        """
        return parse_id(self.id)

    @property
    def location(self) -> Value:
        """Its region as written, a hole, or None."""
        return self.body.get("location")

    @property
    def tags(self) -> Value:
        """Its tags as written, a hole, or None."""
        return self.body.get("tags")

    @property
    def properties(self) -> Value:
        """The `properties` object as written, a hole, or None."""
        return self.body.get("properties")

    @property
    def resource_group(self) -> str | None:
        """The name of its resource group, from its id."""
        parsed = try_parse_id(self.id)
        return parsed.resource_group if parsed else None

    @property
    def subscription(self) -> str | None:
        """The id segment of its subscription, from its id."""
        parsed = try_parse_id(self.id)
        return parsed.subscription if parsed else None

    def with_body(self, body: dict[str, Value]) -> Resource:
        """The same resource with another body; where its properties stand is kept."""
        return Resource(
            self.id,
            self.type,
            self.name,
            body,
            self.origin,
            self.origins,
            self.condition,
            self.cardinality,
            self.opaque,
        )

    def get(self, path: str) -> Any | Missing | Unknown:
        """The value at a dotted path from the root of the body, a hole, or `MISSING`.

        Raises:
            ValueError: when the path is not well formed.

        """
        return walk(self.body, parse_path(path)) if path else MISSING

    def origin_of(self, path: str) -> Origin:
        """The closest place known for a property: its own, that of what holds it, else the resource's."""
        probe = path.lower()
        while probe:
            found = self.origins.get(probe)
            if found is not None:
                return found
            cut = max(probe.rfind("."), probe.rfind("["))
            probe = probe[:cut] if cut > 0 else ""
        return self.origin
