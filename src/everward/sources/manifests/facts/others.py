"""What other readings know of Azure that objects name: public IPs, vaults, federated credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from everward.estate import Reading, Resource
from everward.values import Unknown

PUBLIC_IP: Final = "microsoft.network/publicipaddresses"
VAULT: Final = "microsoft.keyvault/vaults"
CREDENTIAL: Final = "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials"
_TYPES: Final = frozenset({PUBLIC_IP, VAULT, CREDENTIAL})


class Others:
    """Resources of other readings by type, found by name, address or property."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._by_type: dict[str, dict[str, Resource]] = {kind: {} for kind in _TYPES}
        for reading in readings:
            for resource in reading.resources:
                if resource.type_key in _TYPES:
                    self._by_type[resource.type_key].setdefault(resource.key, resource)

    def of_type(self, kind: str) -> Sequence[Resource]:
        """The resources of a lower-case type."""
        return list(self._by_type[kind].values())

    def by_property(self, kind: str, value: Any, path: str) -> Resource | None:
        """The one resource whose property has a value, or whose property the value is a hole for."""
        if isinstance(value, Unknown):
            found = [item for item in self.of_type(kind) if _decides(item, value, path)]
        else:
            found = [item for item in self.of_type(kind) if isinstance(value, str) and item.get(path) == value]
        return found[0] if len(found) == 1 else None

    def by_name(self, kind: str, name: Any, group: Any = None) -> Resource | None:
        """The one resource with a name, in a resource group if one is given."""
        text = text_for_name(name)
        if text is None:
            return None
        where = text_for_name(group)
        found = [
            item
            for item in self.of_type(kind)
            if item.name.lower() == text and (where is None or (item.resource_group or "").lower() == where)
        ]
        return found[0] if len(found) == 1 else None


def text_for_name(value: Any) -> str | None:
    """A value as a name compares: in small letters, open parts in braces; None when it says nothing."""
    text = value.text if isinstance(value, Unknown) else value
    return text.replace("/", "|").lower() if isinstance(text, str) and text else None


def _decides(resource: Resource, value: Unknown, path: str) -> bool:
    """Whether a hole stands for a property of a resource: what decides it is that property's address."""
    address = resource.origin.address
    if address is None or len(value.decided_by) != 1:
        return False
    head, _, attribute = value.decided_by[0].rpartition(".")
    return head == address and attribute.replace("_", "").lower() == path.rpartition(".")[2].lower()


def reference_to(resource: Resource) -> str | Unknown:
    """A resource as a value: its id, or a hole that refers to it while the id is open."""
    if "{" not in resource.id:
        return resource.id
    return Unknown(
        reason="the id is not known yet", decided_by=(resource.origin.address or resource.id,), present=True,
        reference=resource.id,
    )  # fmt: skip
