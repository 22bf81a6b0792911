"""Short ways to make instances and map them."""

from __future__ import annotations

from typing import Any

from everward.estate import Disposed, Resource, Unresolved
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping import AzureProvider, to_resources
from everward.values import Origin, Unknown

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
PLACE = Origin(source="terraform", file="main.tf", line=1)


def provider(version: str | None = "4.10.0", subscription: str | None = SUBSCRIPTION) -> AzureProvider:
    """The provider of a root."""
    return AzureProvider.for_root(None, version, subscription)


def instance(type_name: str, label: str = "this", /, **attributes: Any) -> Instance:
    """A managed instance in resource group `rg`, with its label as its name."""
    given = {"name": label, "resource_group_name": "rg", **attributes}
    kept = {key: value for key, value in given.items() if value is not None}
    return Instance(f"{type_name}.{label}", type_name, label, kept, PLACE)


def data(type_name: str, label: str = "this", /, **attributes: Any) -> Instance:
    """A data source."""
    return Instance(f"data.{type_name}.{label}", type_name, label, attributes, PLACE, mode="data")


def hole(text: str | None = None, *, by: str = "var.x", **more: Any) -> Unknown:
    """A hole."""
    return Unknown(reason="variable without value", decided_by=(by,), text=text, **more)


class Mapped:
    """The result of mapping instances, easy to ask."""

    def __init__(self, *instances: Instance, version: str | None = "4.10.0", subscription: str | None = SUBSCRIPTION):
        result = to_resources(instances, provider(version, subscription), source="terraform")
        self.resources: list[Resource] = result[0]
        self.disposed: list[Disposed] = result[1]
        self.unresolved: list[Unresolved] = result[2]

    def of(self, resource_type: str) -> list[Any]:
        """The resources of an ARM type; what their paths hold is anything."""
        return [one for one in self.resources if one.type_key == resource_type.lower()]

    def only(self, resource_type: str) -> Any:
        """The only resource of an ARM type."""
        (one,) = self.of(resource_type)
        return one

    def fate(self, address: str) -> str:
        """The disposition of an address."""
        (one,) = [disposed for disposed in self.disposed if disposed.address == address]
        return one.disposition.value
