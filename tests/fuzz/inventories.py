"""Exports fed to the inventory reader, and what comes of them to the estate and its reports."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.fuzz.making import Maker
from tests.fuzz.running import Target

from everward.estate import Estate, Graph, Reading, Resource, compare_sides, join, sides_of
from everward.reports import Look
from everward.reports.estate import estate_json, estate_text
from everward.reports.estate_diff import diff_json, diff_text
from everward.reports.estate_graph import graph_dot, graph_json, graph_mermaid, graph_text
from everward.sources import ReadOptions, read_workload
from everward.values import Origin, ProblemError, Unknown

SUBSCRIPTION: Final = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP: Final = f"{SUBSCRIPTION}/resourceGroups/app-rg/providers"
GUID: Final = "22222222-2222-2222-2222-222222222222"
VAULT: Final = f"{GROUP}/Microsoft.KeyVault/vaults/app-kv"
STORE: Final = f"{GROUP}/Microsoft.Storage/storageAccounts/appst"
ASSIGNMENT: Final = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a"

ROWS: Final[tuple[dict[str, Any], ...]] = (
    {"id": VAULT, "type": "microsoft.keyvault/vaults", "name": "app-kv", "location": "West Europe", "tags": {"a": "b"},
     "properties": {"sku": {"name": "standard"}, "networkAcls": {"ipRules": [{"value": "10.0.0.1"}]}}},
    {"id": STORE, "type": "Microsoft.Storage/storageAccounts", "name": "appst", "resourceGroup": "app-rg",
     "enableHttpsTrafficOnly": True, "networkRuleSet": {"ipRules": [{"ipAddressOrRange": "10.0.0.1"}]}},
    {"id": VAULT, "type": "microsoft.keyvault/vaults", "subscriptionId": GUID, "resourceGroup": "app-rg", "kind": ""},
    {"id": f"{GROUP}/Microsoft.Network/virtualNetworks/v", "type": "Microsoft.Network/virtualNetworks",
     "resources": [{"id": f"{GROUP}/Microsoft.Network/virtualNetworks/v/subnets/s", "properties": {"x": VAULT}}],
     "properties": {"subnets": [{"name": "s", "id": f"{GROUP}/Microsoft.Network/virtualNetworks/v/subnets/s"}]}},
    {"resourceId": VAULT, "policyAssignmentId": ASSIGNMENT, "complianceState": "NonCompliant", "timestamp": "2026"},
    {"policyAssignments": [{"policyAssignmentId": ASSIGNMENT, "results": {}}], "results": {}},
    {"eventTimestamp": "2026", "operationName": {"value": "x"}, "correlationId": GUID, "eventDataId": GUID,
     "resourceId": VAULT, "claims": {"appid": "a"}, "id": f"{VAULT}/events/1"},
    {"time": "2026", "resourceId": VAULT, "operationName": "X", "category": "Administrative", "identity": {}},
    {"id": GUID, "userPrincipalName": "a@b"},
    {"id": GUID, "securityEnabled": True, "mailEnabled": False, "members": [{"@odata.type": "#microsoft.graph.user"}]},
    {"@odata.type": "#microsoft.graph.user", "id": GUID},
    {"RoleAssignmentId": f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{GUID}", "ObjectId": GUID,
     "RoleDefinitionId": GUID, "ObjectType": "SP"},
    {"ResourceId": STORE, "ResourceType": "Microsoft.Storage/storageAccounts", "Sku": {"Name": "x"}},
    {"cloudName": "AzureCloud", "tenantId": GUID, "isDefault": True, "state": "Enabled", "id": GUID},
)  # fmt: skip
ODD: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 10**30, 1e308, "", " ", "\x00", "\x1b[31m", "<script>", "/", "//", "{", "{}", "{a}", "/{a}/b"),
    *("/subscriptions/", "/subscriptions/x", "/providers/", "/subscriptions/{subscription}/providers/a/b/c", "\ud800"),
    *("ß", "İ", "\u202e", "a" * 5000, "/a" * 200, [], {}, [[]], [None], {"": None}, {"id": None}, {"name": "x"}),
)
WRAPPERS: Final = ("value", "data", "records", "resources", "PolicyAssignment", "Tenant", "columns", "rows", "nextLink")


class InventoryTarget(Target):
    """A file is read beside a configuration; the estate of both is compared, drawn and printed."""

    name = "inventory"
    limit = 4.0

    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        return _Exports(rng).case

    def seeds(self) -> list[bytes]:
        rows = [json.dumps(row).encode() for row in ROWS]
        return [
            *rows,
            json.dumps(ROWS).encode(),
            b"\n".join(rows),
            gzip.compress(json.dumps(ROWS).encode()),
            _table(ROWS),
        ]

    def use(self, content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "export.json"
            path.write_bytes(content)
            for place in (path, Path(folder)):
                try:
                    readings = read_workload([place], ReadOptions())
                except ProblemError:
                    continue
                self._use(readings)

    def _use(self, given: list[Reading]) -> None:
        number = sum(len(reading.resources) for reading in given)
        readings = [_configuration(), *given]
        join(readings)
        estate = Estate(readings)
        assert sum(len(entity.versions) for entity in estate.entities) >= number
        for view in estate.views:
            assert len(view) == len(estate)
        comparison = compare_sides(estate, sides_of(readings))
        graph = Graph(estate)
        look = Look(full=True)
        shown = [
            *estate_text(estate, list(estate), look),
            *diff_text(estate, comparison, look, noise=True),
            *graph_text(graph, None, 1, look),
            *graph_dot(graph, None, 1),
            *graph_mermaid(graph, None, 1),
        ]
        assert not any(b"\x1b" in piece for piece in shown)
        for document in (estate_json(estate, list(estate)), diff_json(estate, comparison), graph_json(graph, None, 1)):
            json.loads(b"".join(document))


def _configuration() -> Reading:
    """What a configuration says of the same resources, with what it leaves open."""
    hole = Unknown(reason="no value", decided_by=("var.x",))
    base = "/subscriptions/{subscription}/resourceGroups/{var.prefix}-rg/providers"
    vault = Resource(
        f"{base}/Microsoft.KeyVault/vaults/{{var.prefix}}-kv",
        "Microsoft.KeyVault/vaults",
        "{var.prefix}-kv",
        {"location": "westeurope", "tags": hole, "properties": {"sku": {"name": hole}, "networkAcls": {"ipRules": []}}},
        Origin("terraform", "main.tf", 1, address="azurerm_key_vault.a"),
    )
    other = replace(vault, id=vault.id.replace("-kv", "-kv2"), condition=hole, body={"properties": {"to": vault.id}})
    return Reading("terraform", "infra", [vault, other])


def _table(rows: Any) -> bytes:
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {key: json.dumps(value) if isinstance(value, (dict, list)) else value for key, value in row.items()}
        )
    return out.getvalue().encode("utf-8", "replace")


class _Exports:
    """Makes exports: rows with other values, in other wrappings, packed, cut, in other encodings."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._bytes = Maker(rng)

    def case(self) -> bytes:
        rows = [self.mutate(self.rng.choice(ROWS)) for _ in range(self.rng.choice((0, 1, 1, 2, 5)))]
        content = self.written(rows)
        if self.rng.random() < 0.4:
            content = self._bytes.scramble(content)
        if self.rng.random() < 0.1:
            content = gzip.compress(content)[: self.rng.choice((None, -5, 30))]
        return content

    def written(self, rows: list[Any]) -> bytes:
        kind = self.rng.randrange(6)
        if kind == 0:
            return b"\n".join(_dumped(row) for row in rows)
        if kind == 1:
            return _table([row for row in rows if isinstance(row, dict)])
        if kind == 2 and rows:
            return _dumped(rows[0])
        document: Any = rows
        if kind >= 4:
            document = {
                self.rng.choice(WRAPPERS): document,
                self.rng.choice(WRAPPERS): self.rng.choice((document, 1, {})),
            }
        text = _dumped(document)
        if self.rng.random() < 0.1:
            return text.decode("utf-8", "replace").encode(self.rng.choice(("utf-16", "utf-8-sig", "utf-16-le")))
        return text

    def mutate(self, value: Any, depth: int = 0) -> Any:
        if self.rng.random() < 0.05:
            return self.rng.choice((*ODD, *ROWS))
        if isinstance(value, dict):
            made = {
                self.key(key): self.mutate(item, depth + 1) for key, item in value.items() if self.rng.random() > 0.04
            }
            if self.rng.random() < 0.05:
                made[self.rng.choice(("id", "type", "properties", "name", "resources", "@odata.type"))] = (
                    self.rng.choice(ODD)
                )
            return made
        if isinstance(value, list):
            return [self.mutate(item, depth + 1) for item in value] * self.rng.choice((1, 1, 1, 2))
        return self._bytes.text(value) if isinstance(value, str) and self.rng.random() < 0.08 else value

    def key(self, key: str) -> str:
        return (
            key if self.rng.random() > 0.03 else self.rng.choice((key.upper(), "", "name", "\x1b[0m", "{a}", key + "."))
        )


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


TARGET = InventoryTarget
