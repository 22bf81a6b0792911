"""Small criteria and estates, judged by the real policy language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from everward.assessment import Assessment, AssessOptions, assess
from everward.criteria import Catalogue, Criterion
from everward.estate import Estate, Reading, Resource, Unresolved
from everward.values import Origin, Unknown

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
VAULT = "Microsoft.KeyVault/vaults"
PURGE = {"field": "Microsoft.KeyVault/vaults/enablePurgeProtection", "notEquals": True}


def criterion(name: str, rule: Mapping[str, Any] | None = None, **changes: Any) -> Criterion:
    """A criterion; `rule` is the `if` of its definition."""
    given: dict[str, Any] = {
        "id": name,
        "title": f"{name} holds",
        "chapter": "data-integrity",
        "rows": ["DI-R06"],
        "severity": "high",
        "confidence": "high",
        "stride": ["denialOfService"],
        "impact": {"availability": "severe", "integrity": "low", "confidentiality": "none"},
        "availability": "It goes down.",
        "why": "Because.",
        "tradeoff": "It costs.",
        "break": "set it",
        "fix": {"arm": '{"properties": {"enablePurgeProtection": true}}'},
        "references": ["https://learn.microsoft.com/a"],
        "editions": ["2022", "2026"],
    }
    if rule is not None:
        given["definition"] = {
            "name": name,
            "properties": {"mode": "All", "policyRule": {"if": rule, "then": {"effect": "audit"}}},
        }
    return msgspec.json.decode(msgspec.json.encode({**given, **changes}), type=Criterion)


def about(resource_type: str, *conditions: Mapping[str, Any]) -> dict[str, Any]:
    return {"allOf": [{"field": "type", "equals": resource_type}, *conditions]}


def purge(name: str = "vault-purge", **changes: Any) -> Criterion:
    return criterion(name, about(VAULT, PURGE), **changes)


def vault(name: str, origin: Origin | None = None, **changes: Any) -> Resource:
    given: dict[str, Any] = {"body": {"properties": {}}, "origins": {}}
    return Resource(
        id=f"{GROUP}/providers/{VAULT}/{name}",
        type=VAULT,
        name=name,
        origin=origin or Origin("terraform", "main.tf", 3, 9, f"azurerm_key_vault.{name}"),
        **{**given, **changes},
    )


def unset(*names: str) -> Unknown:
    return Unknown(reason="variable without value", decided_by=names)


def estate(*resources: Resource, unresolved: Iterable[Unresolved] = (), source: str = "terraform") -> Estate:
    return Estate([Reading(source, "infra", list(resources), unresolved=list(unresolved))])


def judged(given: Estate, *criteria: Criterion, **options: Any) -> Assessment:
    return assess(given, Catalogue(criteria), AssessOptions(**options))
