"""Resources of Terraform that are part of another resource in ARM: associations, rules, policies, listed children."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from everward.estate import Resource, Unresolved
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping.body import Body
from everward.sources.terraform.mapping.table import Append, Merge, TypeMapping
from everward.values import Unknown, Value, try_parse_id

_REPEATED = "[*]"
"""What stands in an address for the keys of a block that are not known."""


@dataclass(slots=True)
class Laid:
    """Something to be laid over, or appended to, the resource it belongs to."""

    instance: Instance
    target: str | None
    """The id of that resource; None when it cannot be told."""
    mapping: TypeMapping | None
    body: Body
    content: dict[str, Value] | Unknown | None
    """What is laid over when there are no rules (azapi)."""


def lay(one: Laid, target: Resource | None, by_type: Mapping[str, list[Resource]]) -> Unresolved | None:
    """Bring something to the resource it belongs to; the answer says what could not be done.

    `by_type` has the resources that it may belong to when that cannot be told, by lower-case type.

    INVARIANT: what cannot be placed makes every resource uncertain that it may belong to, so that its absence there
    is never taken for a fact.
    """
    fill(one)
    if target is not None:
        uncertain = None if _comes_with(one.instance, target) else one.instance.cardinality
        if one.mapping is not None and one.mapping.merge is not None and one.mapping.merge.items:
            return _place_inside(one, target, one.mapping.merge, uncertain=uncertain)
        _place(one, target, uncertain=uncertain)
        return None
    value = one.instance.attributes.get(one.mapping.merge.into) if one.mapping and one.mapping.merge else None
    if one.target is None and one.mapping is not None and one.mapping.merge is not None:
        hole = _doubt(one, value)
        for resource in by_type.get(one.mapping.merge.type.lower(), ()):
            if one.mapping.merge.items:
                _place_inside(one, resource, one.mapping.merge, uncertain=hole)
            else:
                _place(one, resource, uncertain=hole)
        return Unresolved(
            subject=one.instance.address,
            reason="which resource it belongs to is not known",
            origin=one.instance.origin,
            decided_by=hole.decided_by,
        )
    return Unresolved(
        subject=one.instance.address,
        reason=f"it belongs to `{one.target}`, which is not part of this reading",
        origin=one.instance.origin,
        help="read the configuration that holds it, or an inventory, as well",
    )


def _comes_with(instance: Instance, target: Resource) -> bool:
    """Whether there is one of it for each of the target, however many there are: both are in one instance of a module.

    `module.stamp[*].azurerm_key_vault_access_policy.app` comes with `module.stamp[*].azurerm_key_vault.stamp`.
    """
    address = target.origin.address
    if instance.cardinality is None or target.cardinality is None or address is None:
        return False
    repeated = instance.address.rpartition(_REPEATED)[0]
    return bool(repeated) and repeated == address.rpartition(_REPEATED)[0]


def fill(one: Laid) -> None:
    """Work out what it says."""
    if one.mapping is not None:
        known = frozenset(one.mapping.known) | one.mapping.identifying
        one.body.fill(one.mapping.map, one.mapping.const, known)
    elif isinstance(one.content, dict):
        one.body.content = one.content


def _doubt(one: Laid, value: Value) -> Unknown:
    if isinstance(value, Unknown):
        decided_by = value.decided_by
    else:
        decided_by = (one.instance.address,)
    return Unknown(
        reason=f"`{one.instance.address}` may belong here", decided_by=decided_by, origin=one.instance.origin
    )


def _place(one: Laid, target: Resource, *, uncertain: Unknown | None) -> None:
    merge = one.mapping.merge if one.mapping is not None else None
    origins = target.origins
    if merge is not None and merge.append:
        items = _array(target.body, merge.append)
        if items is None:
            return
        path = f"{'.'.join(merge.append)}[{len(items)}]".lower()
        if uncertain is not None:
            items.append(_hole(uncertain, many=True))
        else:
            items.append(one.body.content)
            if isinstance(origins, dict):
                origins[path] = one.instance.origin
                origins.update({f"{path}.{key}": origin for key, origin in one.body.origins.items()})
        return
    if isinstance(one.content, Unknown):
        uncertain = one.content
        one.body.content = {"properties": None}
    _over(target.body, one.body.content, _hole(uncertain, many=False) if uncertain is not None else None)
    if isinstance(origins, dict) and uncertain is None:
        _stamp(one.body.content, "", one, origins)


def _place_inside(one: Laid, target: Resource, merge: Merge, *, uncertain: Unknown | None) -> Unresolved | None:
    """Append to the elements of an array of the target that the rules name."""
    elements = _look(target.body, merge.items)
    if isinstance(elements, Unknown):
        return None
    found = False
    for index, element in enumerate(elements if isinstance(elements, list) else []):
        doubt = _unlike(one, merge.by, element)
        if doubt is True or not isinstance(element, dict):
            found = found or isinstance(element, Unknown)
            continue
        found = True
        hole = uncertain if doubt is False else doubt
        items = _array(element, merge.append)
        if items is not None:
            items.append(_hole(hole, many=True) if hole is not None else dict(one.body.content))
            if isinstance(target.origins, dict):
                path = f"{'.'.join(merge.items)}[{index}].{'.'.join(merge.append)}[{len(items) - 1}]"
                target.origins[path.lower()] = one.instance.origin
    if found or uncertain is not None:
        return None
    return Unresolved(
        subject=one.instance.address,
        reason=f"`{target.id}` has no such part that it could belong to",
        origin=one.instance.origin,
        help=f"check `{'`, `'.join(merge.by.values()) or merge.into}`",
    )


def _unlike(one: Laid, by: Mapping[str, str], element: Value) -> bool | Unknown:
    """Whether an element is not the one that is meant; a hole when that cannot be told."""
    if not isinstance(element, dict):
        return True
    for key, attribute in by.items():
        wanted, has = one.instance.attributes.get(attribute), element.get(key)
        if isinstance(wanted, Unknown) or isinstance(has, Unknown):
            hole = wanted if isinstance(wanted, Unknown) else has
            same = isinstance(wanted, Unknown) and isinstance(has, Unknown) and wanted.text and wanted.text == has.text
            if not same and isinstance(hole, Unknown):
                return _doubt(one, hole)
        elif str(wanted).lower() != str(has).lower():
            return True
    return False


def _look(body: dict[str, Value], path: list[str]) -> Value:
    current: Value = body
    for key in path:
        if not isinstance(current, dict):
            return current
        current = current.get(key)
    return current


def _hole(hole: Unknown, *, many: bool) -> Unknown:
    return Unknown(reason=hole.reason, decided_by=hole.decided_by, origin=hole.origin, many=many)


def _array(body: dict[str, Value], path: list[str]) -> list[Value] | None:
    """The array at a path, made when there is none; None when a hole covers it."""
    for key in path[:-1]:
        below = body.setdefault(key, {})
        if not isinstance(below, dict):
            return None
        body = below
    items = body.get(path[-1])
    if items is None:
        items = body[path[-1]] = []
    return items if isinstance(items, list) else None


def _over(body: dict[str, Value], content: dict[str, Value], hole: Unknown | None) -> None:
    """Lay one object over another, without recursion; with a hole, only say that it may be so."""
    pending: list[tuple[dict[str, Value], dict[str, Value]]] = [(body, content)]
    while pending:
        below, above = pending.pop()
        for key, value in above.items():
            present = below.get(key)
            if isinstance(value, dict) and isinstance(present, dict):
                pending.append((present, value))
            elif hole is not None and isinstance(present, Unknown):
                continue
            elif isinstance(value, dict) and value and (present is None or isinstance(present, Unknown)):
                inner: dict[str, Value] = {}
                below[key] = inner
                pending.append((inner, value))
            elif hole is None:
                below[key] = value
            elif present is None or present != value:
                below[key] = hole


def _stamp(content: dict[str, Value], prefix: str, one: Laid, origins: dict[str, object]) -> None:
    pending: list[tuple[str, Value]] = [(prefix, content)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending.extend((f"{path}.{key}" if path else key, item) for key, item in value.items())
        elif path:
            origins[path.lower()] = one.body.origins.get(path.lower(), one.instance.origin)


def append_children(children: Iterable[tuple[Resource, Append]], resources: Mapping[str, Resource]) -> None:
    """List children in the bodies of their parents as well, as ARM shows them."""
    for child, append in children:
        parsed = try_parse_id(child.id)
        parent = resources.get(parsed.parent.lower()) if parsed is not None else None
        if parent is None:
            continue
        items = _array(parent.body, append.to)
        if items is None:
            continue
        if child.cardinality is not None:
            items.append(_hole(child.cardinality, many=True))
            continue
        properties = child.body.get("properties", {})
        if append.flat and isinstance(properties, dict):
            entry: dict[str, Value] = {"name": child.name, **properties}
        else:
            entry = {"id": child.id, "name": child.name, "properties": properties}
        if isinstance(parent.origins, dict):
            parent.origins[f"{'.'.join(append.to)}[{len(items)}]".lower()] = child.origin
        items.append(entry)
