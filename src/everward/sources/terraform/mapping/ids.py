"""The ARM id that a resource of the provider has, or will have: names that are not known yet stand in braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping.table import TypeMapping
from everward.values import Unknown, Value, is_symbolic, placeholder, try_parse_id

_FIELD = re.compile(r"\{([^{}]*)\}")
_RESOURCE_GROUP = "microsoft.resources/subscriptions/resourcegroups"

Finder: TypeAlias = Callable[[str, Value], "str | None"]
"""Type and name of a resource to its id, when the reading has exactly that resource."""


def name_part(value: Value, fallback: str) -> str:
    """A value as a part of an id: text as it is, a hole in braces, named by its text or by what decides it.

    Equal holes give equal parts, so that a resource and those who name it meet. `fallback` names a missing value.
    """
    if isinstance(value, Unknown):
        if value.text and is_symbolic(value.text):
            return value.text.replace("/", "|")
        return placeholder(value.text or ",".join(value.decided_by) or fallback)
    if value is None or value == "" or isinstance(value, (list, dict)):
        return placeholder(fallback)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    # A slash, or a brace in a known name, would make it look like something that it is not.
    return text.replace("/", "%2F").replace("{", "%7B").replace("}", "%7D")


def id_of(value: Value) -> str | None:
    """The ARM id that a value is or will be, without a trailing slash; None when it cannot be told."""
    if isinstance(value, Unknown):
        value = value.reference
    if isinstance(value, str) and try_parse_id(value) is not None:
        return value.rstrip("/")
    return None


def fill(template: str, attributes: Mapping[str, Value], fallback: str) -> str:
    """A format such as `{account_name}` or `default` with its attributes as parts of an id.

    `{location:region}` is a region's name without blanks and case, `{subscription_id:last}` the last part of an id,
    `{source_vm_id:group}` the resource group in an id, `{a|b}` the first that is set, `{kind:=X}` says `X` when
    nobody set it, and `{kind:?X:Y}` says `X` when somebody did, else `Y`.
    """

    def part(found: re.Match[str]) -> str:
        names, _, kind = found[1].partition(":")
        value = next((attributes[name] for name in names.split("|") if attributes.get(name) is not None), None)
        if value is None and kind.startswith("="):
            return kind[1:]
        if kind.startswith("?"):
            yes, _, no = kind[1:].partition(":")
            return no if value is None else yes
        if kind == "region" and isinstance(value, str):
            value = value.replace(" ", "").lower()
        if kind in ("last", "group"):
            known = id_of(value)
            if known is not None:
                return _of_id(known, kind)
            value = value.rpartition("/")[2] if isinstance(value, str) else value
        return name_part(value, fallback)

    return _FIELD.sub(part, template)


def _of_id(known: str, kind: str) -> str:
    """The last part of an id, or the name of the resource group that it goes through."""
    parts = known.split("/")
    lowered = [part.lower() for part in parts]
    if kind == "group" and "resourcegroups" in lowered[:-1]:
        return parts[lowered.index("resourcegroups") + 1]
    return parts[-1]


def build(mapping: TypeMapping, instance: Instance, subscription: str, find: Finder | None = None) -> str:
    """The id of an instance of a mapped type."""
    attributes, address = instance.attributes, instance.address
    # A plan or a state says it, and so does an `import` block.
    given = attributes.get("id")
    given = instance.computed.get("id") if given is None else given
    if isinstance(given, str):
        parsed = try_parse_id(given)
        if parsed is not None and parsed.type.lower() == mapping.arm.lower():
            return parsed.text
    names = [fill(template, attributes, address) for template in mapping.names]
    by_name = bool(mapping.above) and attributes.get(_first_set(mapping.parent, instance)) is None
    if by_name:
        names = [fill(template, attributes, address) for template in mapping.above] + names
    elif mapping.parent or mapping.find:
        return _below(mapping, instance, names, subscription, find)
    if mapping.scope:
        scope = _scope(mapping.scope, instance, subscription)
    else:
        group = name_part(attributes.get(mapping.group), f"{address}.{mapping.group}")
        scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    if mapping.arm.lower() == _RESOURCE_GROUP:
        return f"{scope}/resourceGroups/{names[-1]}"
    return f"{scope}/providers/{_interleave(mapping.arm, names)}"


def _first_set(names: str, instance: Instance) -> str:
    """The first of several attribute names, written `a|b`, that is configured; else the last."""
    *earlier, last = names.split("|")
    return next((name for name in earlier if instance.attributes.get(name) is not None), last)


def _scope(scope: str, instance: Instance, subscription: str) -> str:
    scope = _first_set(scope, instance)
    if scope == "tenant":
        return ""
    if scope == "subscription":
        return f"/subscriptions/{subscription}"
    value = instance.attributes.get(scope)
    known = id_of(value)
    if known is not None:
        return known
    if value == "/":
        return ""
    return name_part(value, f"{instance.address}.{scope}")


def _below(mapping: TypeMapping, instance: Instance, names: list[str], subscription: str, find: Finder | None) -> str:
    namespace, *kinds = mapping.arm.split("/")
    own = kinds[len(kinds) - len(names) :]
    tail = "".join(f"/{kind}/{name}" for kind, name in zip(own, names, strict=True))
    attribute = _first_set(mapping.parent, instance)
    value = instance.attributes.get(attribute)
    parent = id_of(value)
    if parent is None and value is None and mapping.find is not None:
        by = mapping.find["by"]
        value = instance.attributes.get(by)
        parent = find(mapping.find["type"], value) if find is not None else None
        if parent is None:
            # Neither the name nor the type says which group it stands in.
            name = name_part(value, f"{instance.address}.{by}")
            above = "".join(f"/{kind}/{name}" for kind in kinds[: len(kinds) - len(names)])
            group = placeholder(f"resource group of {name}")
            return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}{above}{tail}"
    if parent is not None:
        for _ in range(mapping.lift):
            between = try_parse_id(parent)
            parent = between.parent if between is not None else parent
        # The id of something that has no such parts, a resource group's for one, is no parent.
        if try_parse_id(parent + tail) is not None:
            return parent + tail
    hole = name_part(value, f"{instance.address}.{attribute}")
    above = "".join(f"/{kind}/{hole}" for kind in kinds[: len(kinds) - len(names)])
    return f"{hole}/providers/{namespace}{above}{tail}" if above else f"{hole}{tail}"


def _interleave(arm: str, names: list[str]) -> str:
    namespace, *kinds = arm.split("/")
    return namespace + "".join(f"/{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
