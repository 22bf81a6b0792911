"""Plans made for tests, and short ways to read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.plan import PlanSource
from everward.sources.tree import Tree

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"


def change(address: str, after: Any = None, unknown: Any = None, **more: Any) -> dict[str, Any]:
    """One resource change that creates."""
    module = more.pop("module", "")
    plain = address.removeprefix(f"{module}.") if module else address
    mode = "data" if plain.startswith("data.") else "managed"
    kind, name = plain.removeprefix("data.").split("[")[0].split(".")
    planned = {
        "actions": more.pop("actions", ["create"]),
        "after": {} if after is None else after,
        "after_unknown": unknown or {},
        "after_sensitive": more.pop("sensitive", {}),
    }
    record = {"address": address, "mode": mode, "type": kind, "name": name, "change": planned, **more}
    return {**record, "module_address": module} if module else record


def configured(address: str, **expressions: Any) -> dict[str, Any]:
    """One resource of the configuration: names of references, or constants."""
    mode = "data" if address.startswith("data.") else "managed"
    kind, name = address.removeprefix("data.").split(".")
    return {
        "address": address,
        "mode": mode,
        "type": kind,
        "name": name,
        "provider_config_key": "azurerm",
        "expressions": {key: expression(value) for key, value in expressions.items()},
    }


def expression(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{key: expression(inner) for key, inner in block.items()} for block in value]
    return {"references": value} if isinstance(value, list) else {"constant_value": value}


def plan(*changes: dict[str, Any], resources: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    root = {"resources": resources or [], **more.pop("root", {})}
    providers = more.pop("providers", {"azurerm": {"name": "azurerm", "version_constraint": "3.116.0"}})
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "resource_changes": list(changes),
        "configuration": {"provider_config": providers, "root_module": root},
        **more,
    }


def read(content: Any, folder: Path, subscription: str | None = SUBSCRIPTION) -> Reading:
    path = folder / "plan.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    tree = Tree(path)
    source = PlanSource()
    (item,) = source.find(tree)
    return source.read(item, tree, ReadOptions(subscription=subscription))


def only(reading: Reading, kind: str) -> Any:
    (one,) = [resource for resource in reading.resources if resource.type == kind]
    return one


VAULT = {"name": "kv", "resource_group_name": "rg", "location": "westeurope", "sku_name": "standard"}
KEYVAULT = "Microsoft.KeyVault/vaults"
