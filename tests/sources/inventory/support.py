"""Exports that tests write down as values, in every form."""

import gzip
import json
from pathlib import Path
from typing import Any

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.inventory import InventorySource
from everward.sources.limits import Limits
from everward.sources.tree import Tree

GROUP = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"
VAULT: dict[str, Any] = {
    "id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
    "type": "Microsoft.KeyVault/vaults",
    "name": "kv",
    "location": "swedencentral",
    "properties": {"enablePurgeProtection": True},
}
STORE: dict[str, Any] = {
    "id": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st",
    "type": "Microsoft.Storage/storageAccounts",
    "name": "st",
    "sku": {"name": "Standard_ZRS"},
    "properties": {"minimumTlsVersion": "TLS1_2"},
}


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def claims(root: Path) -> list[str]:
    tree = Tree(root)
    return [path.name for item in InventorySource().find(tree) for path in (item.path, *item.files)]


def read(root: Path, **limits: int) -> Reading:
    tree = Tree(root)
    source = InventorySource()
    (item,) = source.find(tree)
    return source.read(item, tree, ReadOptions(limits=Limits(**limits)))


def shapes() -> dict[str, Any]:
    columns = [{"name": key, "type": "object"} for key in ("id", "type", "name", "sku", "properties")]
    rows = [[row.get(column["name"]) for column in columns] for row in (VAULT, STORE)]
    return {
        "one.json": VAULT,
        "list.json": [VAULT, STORE],
        "value.json": {"value": [VAULT, STORE]},
        "data.json": {"count": 2, "data": [VAULT, STORE], "skip_token": None, "total_records": 2},
        "table.json": {"data": {"columns": columns, "rows": rows}, "facets": []},
        "old-table.json": {"columns": ["id", "type", "name", "sku", "properties"], "rows": rows},
        "recorded.json": {"data": {"value": [VAULT, STORE]}},
        "lines.jsonl": "\n".join(json.dumps(row) for row in (VAULT, STORE)) + "\n",
        "pages.ndjson": json.dumps({"value": [VAULT]}) + "\n\n" + json.dumps({"value": [STORE]}),
        "comments.json": "// export\n[" + json.dumps(VAULT) + ",\n" + json.dumps(STORE) + ",]",
        "utf16.json": json.dumps([VAULT, STORE], indent=1).encode("utf-16"),
        "marked.json": b"\xef\xbb\xbf" + json.dumps([VAULT, STORE]).encode(),
        "packed.json.gz": gzip.compress(json.dumps([VAULT, STORE]).encode()),
    }
