"""The functions of the azurerm and azapi providers, which take ids apart and put them together.

What they give is that of azurerm 5 and azapi 2, whose source was read in November 2026. An id whose parts are not all
known is taken apart as well: the parts that are known are told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from everward.expressions.functions.identity import unique_string
from everward.sources.terraform.language.types import STRING
from everward.sources.terraform.language.values import (
    Data,
    MapValue,
    Sensitive,
    ValueProblem,
    describe,
    has_sensitive,
    holes_of,
    is_null,
    shorten,
    to_string,
    unmark,
)
from everward.values import Unknown, build_id, combine, data_file, is_symbolic, parse_id, placeholder, try_parse_id

_STANDS_ON_OTHERS: Final = frozenset(
    {
        "microsoft.advisor",
        "microsoft.authorization",
        "microsoft.chaos",
        "microsoft.consumption",
        "microsoft.costmanagement",
        "microsoft.eventgrid/eventsubscriptions",
        "microsoft.guestconfiguration",
        "microsoft.insights/diagnosticsettings",
        "microsoft.maintenance/configurationassignments",
        "microsoft.managedservices",
        "microsoft.policyinsights",
        "microsoft.security",
    }
)
"""Namespaces, and types of others, whose resources stand on any scope: azurerm gives their scope as a whole."""


def knows(name: str) -> bool:
    """Whether `provider::NAME::FUNCTION` is one of these functions."""
    return name in _FUNCTIONS


def call_provider(name: str, arguments: list[Data]) -> Data:
    """What one of these functions gives.

    Raises:
        ValueProblem: when the arguments do not fit.

    """
    count = len(_FUNCTIONS[name][1])
    if len(arguments) != count:
        raise ValueProblem(f"`{name}` needs {count} argument{'s' if count > 1 else ''}, not {len(arguments)}")
    if has_sensitive(arguments):
        return Sensitive(_call(name, [unmark(item) for item in arguments]))
    return _call(name, arguments)


def _call(name: str, arguments: list[Data]) -> Data:
    call, kinds = _FUNCTIONS[name]
    holes = holes_of(arguments)
    texts = [_text(item) for item in arguments]
    hole = placeholder(f"{name}({', '.join(map(describe, arguments))})") if holes else ""
    if None in texts:
        if holes:
            return combine(holes, present=True, text=hole)
        if name == "provider::azapi::parse_resource_id" and not is_null(arguments[0]):
            return None
        raise ValueProblem(f"`{name}`: text is needed")
    try:
        for text, kind in zip(texts, kinds, strict=True):
            if isinstance(text, list) is (kind == "s"):
                raise ValueError("text is needed" if kind == "s" else "a list of text is needed")
        return _opened(call(*texts), holes)
    except ValueError as error:
        # What is not known yet may still turn out to be an id.
        if holes:
            return combine(holes, present=True, text=hole)
        raise ValueProblem(f"`{name}`: {error}") from None


def _text(value: Data) -> Data:
    """An argument as text, or as a list of text; the text of a hole is that which its known parts make up."""
    if isinstance(value, Unknown):
        known = value.reference or value.text
        return known if known is not None and not value.many else None
    if isinstance(value, list):
        items = [_text(item) for item in value]
        return None if None in items else items
    return None if is_null(value) or isinstance(value, dict) else to_string(value)


def _opened(value: Data, holes: list[Unknown]) -> Data:
    """Text in which braces stand for what is not known, as holes."""
    if not holes:
        return value
    if isinstance(value, dict):
        opened = {name: _opened(item, holes) for name, item in value.items()}
        return MapValue(opened, STRING) if isinstance(value, MapValue) else opened
    if isinstance(value, str) and is_symbolic(value):
        reference = value if try_parse_id(value) is not None else None
        return combine(holes, present=True, text=value, reference=reference)
    return value


# azurerm


def _azurerm_parse(text: str) -> Data:
    parsed = parse_id(text)
    namespace, *kinds = parsed.type.split("/")
    stands_on = {namespace.lower(), f"{namespace}/{kinds[0]}".lower()} & _STANDS_ON_OTHERS
    scoped = bool(stands_on) or "/providers/" in parsed.scope.lower()
    group = parsed.type.lower() == "microsoft.resources/subscriptions/resourcegroups"
    if group or parsed.type.lower() == "microsoft.resources/subscriptions":
        return _parts_of_container(text, group=group)
    return {
        "full_resource_type": parsed.type,
        "parent_resources": MapValue(dict(zip(kinds[:-1], parsed.names[:-1], strict=True)), STRING),
        "resource_group_name": "" if scoped else parsed.resource_group or "",
        "resource_name": parsed.name,
        "resource_provider": namespace,
        "resource_scope": parsed.scope if scoped else "",
        "resource_type": kinds[-1],
        "subscription_id": "" if scoped else parsed.subscription or "",
    }


def _parts_of_container(text: str, *, group: bool) -> Data:
    """A subscription or a resource group, which belong to no provider."""
    parsed = parse_id(text)
    # The last static part of the id is the type, whatever came before it; a subscription or group has no name there.
    return {
        "full_resource_type": "/resourceGroups" if group else "/subscriptions",
        "parent_resources": MapValue({}, STRING),
        "resource_group_name": parsed.resource_group or "",
        "resource_name": "",
        "resource_provider": "",
        "resource_scope": "",
        "resource_type": "resourceGroups" if group else "subscriptions",
        "subscription_id": parsed.subscription or "",
    }


def _azurerm_normalise(text: str) -> Data:
    segments = text.strip("/").split("/")
    out: list[str] = []
    position = 0
    while position < len(segments):
        key = segments[position].lower()
        if key in ("subscriptions", "resourcegroups"):
            out += [
                {"subscriptions": "subscriptions"}.get(key, "resourceGroups"),
                *segments[position + 1 : position + 2],
            ]
            position += 2
        elif key == "providers" and len(segments) > position + 3:
            rest = segments[position + 1 :]
            following = [part.lower() for part in rest].index("providers") if _again(rest) else len(rest)
            out += ["providers", *_respelled(rest[:following], text)]
            position += 1 + following
        else:
            raise ValueError(f"`{shorten(text)}` is not a resource id")
    return "/" + "/".join(out)


def _again(parts: list[str]) -> bool:
    return any(part.lower() == "providers" for part in parts[1::2])


def _respelled(parts: list[str], text: str) -> list[str]:
    """Namespace, then types and names in turn, with namespace and types as they are spelt."""
    kinds = parts[1::2]
    spelt = _spelling().get("/".join([parts[0], *kinds]).lower())
    if spelt is None or len(parts) % 2 == 0:
        raise ValueError(f"the type of `{shorten(text)}` is not known")
    namespace, *kinds = spelt.split("/")
    return [namespace, *(part for pair in zip(kinds, parts[2::2], strict=True) for part in pair)]


@cache
def _spelling() -> dict[str, str]:
    """Lower-case type to how azurerm spells it, or else Azure."""
    known: dict[str, str] = {}
    for line in data_file("resource-types.txt").read_text(encoding="utf-8").splitlines():
        if "/" in line and not line.startswith("#"):
            known[line.lower()] = line
    for line in data_file("azurerm-types.tsv").read_text(encoding="utf-8").splitlines():
        arm = line.split("\t")[1] if "\t" in line else ""
        if "/" in arm and not arm.startswith("{"):
            known[arm.lower()] = arm
    return known


# azapi


def _azapi_parse(resource_type: str, text: str) -> Data:
    if not text:
        return None
    wanted = _plain_type(resource_type)
    parsed = parse_id(text)
    kind = parsed.type.replace("Microsoft.Resources/subscriptions/", "Microsoft.Resources/")
    if kind.lower() != wanted.lower():
        raise ValueError(f"the id is one of `{kind}`, not of `{wanted}`")
    segments = parsed.text.strip("/").split("/")
    parent = parsed.parent or "/"
    if parsed.type.lower() == "microsoft.management/managementgroups":
        parent = "/providers/Microsoft.Management"
    return {
        "id": parsed.text,
        "name": parsed.name,
        "parent_id": parent,
        "parts": MapValue(dict(zip(segments[::2], segments[1::2], strict=False)), STRING),
        "provider_namespace": kind.partition("/")[0],
        "resource_group_name": parsed.resource_group or "",
        "subscription_id": parsed.subscription or "",
        "type": kind,
    }


def _plain_type(resource_type: str) -> str:
    plain = resource_type.partition("@")[0]
    if "/" not in plain:
        raise ValueError(f"`{shorten(resource_type)}` is no type: write `Namespace/type@version`")
    return plain


def _azapi_build(parent: str, resource_type: str, name: str) -> Data:
    kind = _plain_type(resource_type)
    above = try_parse_id(parent)
    if above is not None and above.type.lower() == kind.rpartition("/")[0].lower():
        return f"{above.text}/{kind.rpartition('/')[2]}/{name}"
    return build_id(parent.rstrip("/"), kind, (name,))


def _below(scope: str, resource_type: str, names: list[str]) -> Data:
    return build_id(scope.rstrip("/"), _plain_type(resource_type), tuple(names))


def _in_group(subscription: str, group: str, resource_type: str, names: list[str]) -> Data:
    return _below(f"/subscriptions/{subscription}/resourceGroups/{group}", resource_type, names)


def _in_subscription(subscription: str, resource_type: str, names: list[str]) -> Data:
    return _below(f"/subscriptions/{subscription}", resource_type, names)


def _in_management_group(name: str, resource_type: str, names: list[str]) -> Data:
    return _below(f"/providers/Microsoft.Management/managementGroups/{name}", resource_type, names)


def _in_tenant(resource_type: str, names: list[str]) -> Data:
    return _below("", resource_type, names)


def _unique(parts: list[str]) -> Data:
    if any(is_symbolic(part) for part in parts):
        # What comes out of text that is not known is not known in any part.
        return placeholder(f"unique_string({', '.join(parts)})")
    return unique_string(*parts)


_FUNCTIONS: Final[dict[str, tuple[Callable[..., Data], str]]] = {
    "provider::azurerm::parse_resource_id": (_azurerm_parse, "s"),
    "provider::azurerm::normalise_resource_id": (_azurerm_normalise, "s"),
    "provider::azapi::parse_resource_id": (_azapi_parse, "ss"),
    "provider::azapi::build_resource_id": (_azapi_build, "sss"),
    "provider::azapi::extension_resource_id": (_below, "ssl"),
    "provider::azapi::resource_group_resource_id": (_in_group, "sssl"),
    "provider::azapi::subscription_resource_id": (_in_subscription, "ssl"),
    "provider::azapi::management_group_resource_id": (_in_management_group, "ssl"),
    "provider::azapi::tenant_resource_id": (_in_tenant, "sl"),
    "provider::azapi::unique_string": (_unique, "l"),
}
"""Name to what it does, and a letter a parameter: `s` text, `l` a list of text."""
