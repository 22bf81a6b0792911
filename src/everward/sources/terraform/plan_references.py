"""Follows the references of a plan's expressions, through module calls and outputs, to what is known of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from everward.sources.terraform.instance import Instance, Provider
from everward.sources.terraform.plan_configuration import ConfiguredModule, find_module, parent_address, references
from everward.values import Unknown, Value

_KEY = r'(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?'
_RESOURCE = re.compile(rf"((?:data\.)?[\w-]+\.[\w-]+{_KEY})(?:\.(.+))?$")
_CALL = re.compile(rf"module\.([\w-]+)({_KEY})\.([\w-]+)$")
_PLURAL = re.compile(r"(_ids?|s)$")
_GENERIC = frozenset({"target_resource", "resource", "data_source", "scope", "parent"})
"""Attributes, without `_id`, that hold the id of a resource of any type."""
_MANY_SERVICES = frozenset({"azurerm_storage_account"})
"""Types whose services are addressed by adding to their id, which a plan does not show."""
_NAMED_OTHERWISE = {
    "cdn_frontdoor_domain": frozenset({"azurerm_cdn_frontdoor_endpoint", "azurerm_cdn_frontdoor_custom_domain"})
}
"""Attributes whose name is not that of the types whose ids they hold, by the provider's documentation."""
MAX_STEPS = 100
"""How many references lead to one value at most."""
MAX_DECIDERS = 12
AFTER_APPLY = "known after apply"

_Known: TypeAlias = Literal["known"]
_KNOWN: Final[_Known] = "known"

Source: TypeAlias = "tuple[Instance, str] | _Known | None"
"""The attribute of an instance that a value comes from; or that the value was known when planning; or no answer."""


@dataclass(slots=True)
class Joiner:
    """Answers what an unknown attribute will be."""

    root: ConfiguredModule
    provider: Provider
    instances: dict[str, Instance]
    finish: Callable[[Instance], None]
    """Works out the attributes of an instance before they are used."""

    def join(self, instance: Instance, path: str, name: str, names: list[str], is_list: bool) -> Value:
        """The value of an attribute that is unknown in the plan, by what its expression refers to.

        A plan says what an expression refers to, not what it makes of it. An attribute that holds ids of one type,
        whose expression has one source that was not known when planning, and that source is an id of this type, holds
        that id. Where it is a list, there may be more in it that was known.
        """
        source = self._source(names, instance.module, 0)
        known = self._id(source, name) if isinstance(source, tuple) else None
        hole = self._hole(instance, path, names, source)
        if known is None:
            return hole
        if is_list:
            more = Unknown(reason="there may be more", decided_by=hole.decided_by, many=True, origin=instance.origin)
            return [known, more]
        return known

    def _hole(self, instance: Instance, path: str, names: list[str], source: Source) -> Unknown:
        if isinstance(source, tuple):
            decided_by: tuple[str, ...] = (f"{source[0].address}.{source[1]}",)
        else:
            prefix = f"{instance.module}." if instance.module else ""
            decided_by = tuple(prefix + name for name in names)[:MAX_DECIDERS] or (f"{instance.address}.{path}",)
        return Unknown(reason=AFTER_APPLY, decided_by=decided_by, origin=instance.origin)

    def _id(self, source: tuple[Instance, str], name: str) -> Value:
        """The id that a source gives to an attribute; None when the attribute may hold something else."""
        instance, path = source
        if not fits(name, instance.type) or not path.endswith("id"):
            return None
        value = self.provider.attribute(instance, path) if path not in instance.attributes else None
        is_id = isinstance(value, str) or (isinstance(value, Unknown) and value.reference is not None)
        return value if is_id else None

    def _source(self, names: list[str], module: str, step: int) -> Source:
        """The one source of an expression that was not known when planning."""
        found: Source = _KNOWN
        for name in names:
            one = self._follow(name, module, step)
            if one is None or (isinstance(one, tuple) and isinstance(found, tuple) and one != found):
                return None
            if isinstance(one, tuple):
                found = one
        return found

    def _follow(self, reference: str, module: str, step: int) -> Source:
        if step > MAX_STEPS or reference.startswith(("local.", "self.")):
            return None
        if reference.startswith(("each.", "count.", "path.", "terraform.")):
            return _KNOWN
        if reference.startswith("var."):
            return self._variable(reference[4:], module, step)
        call = _CALL.match(reference)
        if call is not None:
            return self._output(call[1], call[2] or "", call[3], module, step)
        found = _RESOURCE.match(reference)
        instance = self.instances.get(f"{module}.{found[1]}" if module else found[1]) if found is not None else None
        if found is None or found[2] is None or instance is None:
            return None
        self.finish(instance)
        value = instance.attributes.get(found[2])
        return _KNOWN if value is not None and not isinstance(value, (Unknown, dict, list)) else (instance, found[2])

    def _variable(self, name: str, module: str, step: int) -> Source:
        if not module:
            return _KNOWN
        parent, call = parent_address(module)
        configured = find_module(self.root, parent)
        arguments = configured.calls.get(call) if configured is not None else None
        if "." in name or "[" in name or arguments is None:
            return None
        # A variable that the call does not set has its default.
        return self._source(references(arguments.get(name)), parent, step + 1)

    def _output(self, call: str, key: str, name: str, module: str, step: int) -> Source:
        inner = f"{module}.module.{call}{key}" if module else f"module.{call}{key}"
        configured = find_module(self.root, inner)
        output = configured.outputs.get(name) if configured is not None else None
        return self._source(references(output.get("expression")), inner, step + 1) if isinstance(output, dict) else None


def fits(attribute: str, type_name: str) -> bool:
    """Whether an attribute holds ids of resources of a type, by their names.

    `vnet_subnet_id` holds subnets and `workspace_id` workspaces; `scope` holds anything, but of a type whose services
    are addressed by a longer id it may as well hold one of those.
    """
    stem = _PLURAL.sub("", attribute)
    if stem in _GENERIC:
        return type_name not in _MANY_SERVICES
    if stem in _NAMED_OTHERWISE:
        return type_name in _NAMED_OTHERWISE[stem]
    kind = type_name.removeprefix("azurerm_")
    return f"_{kind}".endswith(f"_{stem}") or f"_{stem}".endswith(f"_{kind}")
