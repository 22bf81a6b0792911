"""What both ways of reading Terraform, source and plan, come down to: instances with attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from everward.values import Origin, Unknown, Value


@dataclass(slots=True, eq=False)
class Instance:
    """One instance of a resource or data source, in the shape of a plan: blocks are lists of objects.

    An attribute that is absent or null is not configured. A hole instead of a block list means that nothing is known
    of the blocks; a hole with `many` inside one stands for any number of further blocks.
    """

    address: str
    """`module.stamp["swedencentral"].azurerm_key_vault.stamp`; an unknown key is written `[*]`."""
    type: str
    """`azurerm_key_vault`."""
    name: str
    """The label after the type."""
    attributes: dict[str, Value]
    """What is configured (source) or planned (plan, state)."""
    origin: Origin
    """Its block."""
    mode: Literal["managed", "data"] = "managed"
    module: str = ""
    """The address of its module instance; empty in the root."""
    provider: str = ""
    """The provider configuration it uses: `azurerm`, `azurerm.hub`."""
    origins: dict[str, Origin] = field(default_factory=dict)
    """Lower-case attribute path (`network_acls[0].default_action`) to the place where it is written."""
    cardinality: Unknown | None = None
    """Set when this one stands for an unknown number of instances."""
    computed: dict[str, Value] = field(default_factory=dict)
    """Attributes that the provider gave and nobody configured, already worked out (a cache)."""


class Provider(Protocol):
    """What evaluation must know of a provider to follow references."""

    def attribute(self, instance: Instance, name: str) -> Value:
        """The value of an attribute that is not configured: its default, a (symbolic) id, a hole, or null.

        `name` is a path when the attribute stands in a nested block: `identity[0].principal_id`. A block that is not
        configured at all is asked for by its name alone, and what stands in a hole is that hole.
        An `id` whose parts are all known is text; otherwise it is a hole with `present` and `reference` set.
        """
        ...

    def nests(self, instance: Instance, path: str) -> bool:
        """Whether an attribute, by its path without positions, is a nested block: JSON does not tell by itself."""
        ...
