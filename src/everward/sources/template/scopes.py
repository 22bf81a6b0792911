"""What a deployment deploys to: a resource group, a subscription, a management group, the tenant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from everward.expressions.symbols import symbolic
from everward.sources.interface import ReadOptions
from everward.values import Unknown, Value, is_symbolic, member

SCHEMA: Final = re.compile(
    r"/(tenant|managementgroup|subscription|)deployment(template|parameters)\.json#?$", re.IGNORECASE
)
"""What the schemas of templates and parameter files end with: level and kind."""
MANAGEMENT_GROUPS: Final = "/providers/Microsoft.Management/managementGroups/"


class Level(StrEnum):
    """The kind of a scope."""

    TENANT = "tenant"
    MANAGEMENT_GROUP = "management group"
    SUBSCRIPTION = "subscription"
    GROUP = "resource group"


_LEVELS: Final = {
    "": Level.GROUP,
    "subscription": Level.SUBSCRIPTION,
    "managementgroup": Level.MANAGEMENT_GROUP,
    "tenant": Level.TENANT,
}


def level_of(template: dict[str, Any]) -> Level:
    """What a template deploys to, by its schema: a resource group where it does not say."""
    schema = member(template, "$schema")
    found = SCHEMA.search(schema) if isinstance(schema, str) else None
    return _LEVELS[found.group(1).lower()] if found is not None else Level.GROUP


def _open(name: str, option: str, text: str) -> Unknown:
    # The text decides what stands for it in symbolic ids: `{subscription}`.
    return Unknown(reason=f"{name} without value", decided_by=(option,), present=True, text=text)


SUBSCRIPTION_OPEN: Final = _open("subscription", "--subscription", "[subscription().subscriptionId]")
GROUP_OPEN: Final = _open("resource group", "--resource-group", "[resourceGroup().name]")
MANAGEMENT_GROUP_OPEN: Final = _open("management group", "--management-group", "[managementGroup().name]")
LOCATION_OPEN: Final = _open("location", "--location", "[resourceGroup().location]")


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope; parts that are not known are holes, and placeholders in ids."""

    level: Level
    subscription: Value = None
    group: Value = None
    management_group: Value = None
    location: Value = None
    """The region of the deployment, or of its resource group."""

    id: str = field(init=False, compare=False)
    """Its id, symbolic where a part is not known; empty for the tenant."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self._build_id())

    def _build_id(self) -> str:
        if self.level is Level.TENANT:
            return ""
        if self.level is Level.MANAGEMENT_GROUP:
            return MANAGEMENT_GROUPS + symbolic(self.management_group)
        subscription = f"/subscriptions/{symbolic(self.subscription)}"
        if self.level is Level.SUBSCRIPTION:
            return subscription
        return f"{subscription}/resourceGroups/{symbolic(self.group)}"

    def in_subscription(self, subscription: Value) -> Scope:
        """A subscription as a scope."""
        return Scope(Level.SUBSCRIPTION, subscription=subscription, location=self.location)

    def in_group(self, group: Value, subscription: Value = None) -> Scope:
        """A resource group of this subscription, or of another one."""
        owner = self.subscription if subscription is None else subscription
        # Its region is its own, whatever that of the deployment is.
        location = self.location if group == self.group and owner == self.subscription else LOCATION_OPEN
        return Scope(Level.GROUP, subscription=owner, group=group, location=location)

    def in_tenant(self) -> Scope:
        """The tenant as a scope."""
        return Scope(Level.TENANT, location=self.location)

    def in_management_group(self, name: Value) -> Scope:
        """A management group as a scope."""
        return Scope(Level.MANAGEMENT_GROUP, management_group=name, location=self.location)


def root_scope(level: Level, options: ReadOptions, variant: str | None) -> Scope:
    """The scope of a whole template. `variant` tells deployments of one template to groups of unknown names apart."""
    subscription: Value = options.subscription or SUBSCRIPTION_OPEN
    location: Value = options.location or LOCATION_OPEN
    if level is Level.TENANT:
        return Scope(level, location=location)
    if level is Level.MANAGEMENT_GROUP:
        return Scope(level, management_group=options.management_group or MANAGEMENT_GROUP_OPEN, location=location)
    if level is Level.SUBSCRIPTION:
        return Scope(level, subscription=subscription, location=location)
    group: Value = options.resource_group
    if group is None:
        group = GROUP_OPEN
        if variant is not None:
            quoted = variant.replace("'", "''")
            group = _open("resource group", "--resource-group", f"[resourceGroup('{quoted}').name]")
    return Scope(level, subscription=subscription, group=group, location=location)


def id_value(text: str, holes: tuple[Value, ...] = ()) -> Value:
    """An id as a value: text when it is known, else a hole that refers to the symbolic id."""
    if not is_symbolic(text):
        return text
    hole = next((item for item in holes if isinstance(item, Unknown)), None)
    return Unknown(
        reason=hole.reason if hole is not None else "a part of the id is not known",
        decided_by=hole.decided_by if hole is not None else (),
        present=True,
        reference=text,
    )


def scope_of_id(text: str, around: Scope) -> Scope | None:
    """The scope that an id names, or None when it is that of something else."""
    parts = text.strip("/").split("/")
    keys = [part.lower() for part in parts]
    if text.strip() == "/":
        return around.in_tenant()
    if keys[0] == "subscriptions" and len(parts) == 2:
        return around.in_subscription(_part(parts[1], around.subscription))
    if len(parts) == 4 and keys[0] == "subscriptions" and keys[2] == "resourcegroups":
        return around.in_group(_part(parts[3], around.group), _part(parts[1], around.subscription))
    if keys[-3:-1] == ["microsoft.management", "managementgroups"] and len(parts) in (3, 4):
        return around.in_management_group(_part(parts[-1], around.management_group))
    return None


def _part(text: str, known: Value) -> Value:
    """A segment of an id as a value: a hole when it is a placeholder."""
    if not is_symbolic(text):
        return text
    if isinstance(known, Unknown) and symbolic(known) == text:
        return known
    return Unknown(reason="a part of the scope is not known", present=True, reference=text)
