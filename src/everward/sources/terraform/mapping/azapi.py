"""Resources of the azapi provider, whose bodies are ARM's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping.ids import id_of, name_part
from everward.sources.terraform.mapping.values import keyed
from everward.values import Unknown, Value, placeholder, try_parse_id

_TYPES = frozenset({"azapi_resource", "azapi_update_resource"})
_GROUP = "microsoft.resources/resourcegroups"


def is_resource(instance: Instance) -> bool:
    """Whether it stands for an ARM resource, wholly (`azapi_resource`) or in part (`azapi_update_resource`)."""
    return instance.type in _TYPES


def resource_type(instance: Instance) -> str | None:
    """The ARM type without its API version, or None when it is not known."""
    declared = instance.attributes.get("type")
    if isinstance(declared, str) and "/" in declared:
        return declared.partition("@")[0]
    given = id_of(instance.attributes.get("resource_id"))
    parsed = try_parse_id(given) if given else None
    return parsed.type if parsed else None


def resource_id(instance: Instance, subscription: str) -> str:
    """The id of the resource it creates, reads or updates."""
    attributes = instance.attributes
    given = id_of(attributes.get("resource_id")) or id_of(attributes.get("id"))
    if given is not None:
        return given
    arm = resource_type(instance)
    name = name_part(attributes.get("name"), instance.address)
    parent = attributes.get("parent_id")
    known = id_of(parent)
    if arm is None:
        return f"/subscriptions/{subscription}/providers/Terraform/{instance.type}/{placeholder(instance.address)}"
    if arm.lower() == _GROUP:
        return f"{known or f'/subscriptions/{subscription}'}/resourceGroups/{name}"
    namespace, *kinds = arm.split("/")
    parsed = try_parse_id(known) if known else None
    if known is not None and parsed is not None and parsed.type.lower() == arm.rpartition("/")[0].lower():
        return f"{known}/{kinds[-1]}/{name}"
    if known is None:
        # The provider's own default for a top-level resource is the subscription it is configured with.
        hole = name_part(parent, f"{instance.address}.parent_id")
        above = "".join(f"/{kind}/{hole}" for kind in kinds[:-1])
        scope = f"/subscriptions/{subscription}" if parent is None and not above else hole
        return f"{scope}/providers/{namespace}{above}/{kinds[-1]}/{name}"
    above = "".join(f"/{kind}/{placeholder(instance.address)}" for kind in kinds[:-1])
    return f"{known}/providers/{namespace}{above}/{kinds[-1]}/{name}"


def body_of(instance: Instance) -> dict[str, Value] | Unknown:
    """Its body as ARM would hold it; a hole when nothing of it is known.

    Raises:
        ValueError: when the body is neither an object nor JSON text of one.

    """
    attributes = instance.attributes
    written: Any = attributes.get("body")
    if isinstance(written, str):
        try:
            written = msgspec.json.decode(written)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError("the body is not readable JSON") from error
    if isinstance(written, Unknown):
        if instance.type == "azapi_update_resource":
            return written
        written = {"properties": written}
    if written is None:
        written = {}
    if not isinstance(written, dict):
        raise ValueError("the body is not an object")
    body: dict[str, Value] = {}
    for name in ("location", "tags"):
        if attributes.get(name) is not None:
            body[name] = attributes[name]
    identity = _identity(attributes)
    if identity is not None:
        body["identity"] = identity
    return {**body, **written}


def _identity(attributes: Mapping[str, Value]) -> Value:
    blocks = attributes.get("identity")
    if isinstance(blocks, list):
        blocks = blocks[0] if blocks else None
    if not isinstance(blocks, dict):
        return blocks if isinstance(blocks, Unknown) else None
    assigned = blocks.get("identity_ids")
    result: dict[str, Value] = {"type": blocks.get("type")}
    if isinstance(assigned, Unknown):
        result["userAssignedIdentities"] = assigned
    elif isinstance(assigned, list) and assigned:
        result["userAssignedIdentities"] = keyed(assigned)
    return result
