"""Definitions and expressions fed to the policy engine."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.making import Maker, seed_expressions, seeds
from tests.fuzz.running import Target

from everward.estate import Estate, Reading, Resource
from everward.expressions import parse_expression
from everward.policy import compile_definition, load_definition
from everward.values import Origin, ProblemError, Unknown


class PolicyTarget(Target):
    """Every resource of an estate is judged by a definition, or by an expression, if it can be read."""

    name = "policy"

    def __init__(self) -> None:
        self._estate = sample_estate()

    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        return Maker(rng).case

    def seeds(self) -> list[bytes]:
        expressions = [
            {"if": {"value": text, "exists": True}, "then": {"effect": "audit"}} for text in seed_expressions()
        ]
        return [json.dumps(seed).encode() for seed in (*seeds(), *expressions)]

    def use(self, content: bytes) -> None:
        for strict in (True, False):
            try:
                if content[:1] == b"[":
                    parse_expression(content.decode(errors="replace"))
                policy = compile_definition(load_definition(content, file="x.json", strict=strict))
            except ProblemError:
                continue
            assert policy.types is None or isinstance(policy.types, frozenset)
            for resource in self._estate:
                fast = policy.evaluate(resource, self._estate)
                slow = policy.explain(resource, self._estate).outcome
                assert (fast.state, fast.effect) == (slow.state, slow.effect), (fast, slow)


def sample_estate() -> Estate:
    """Resources with the properties that seeds look at; some are not known."""
    hole = Unknown(reason="a variable has no value", decided_by=("var.x",))
    group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/app-rg/providers"
    rules = [{"value": "10.0.0.0/8", "action": "Allow"}, {"value": hole}, {}, None, hole]
    storage = {"properties": {"supportsHttpsTrafficOnly": False, "networkAcls": {"ipRules": rules}}}
    subnets = [{"properties": {"serviceEndpoints": [{"service": "Microsoft.Storage"}]}}, {"properties": hole}]
    network = {"properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16", hole]}, "subnets": subnets}}
    log = {"properties": {"logs": [{"category": "AuditLogs", "enabled": True}, hole], "workspaceId": hole}}
    root = {"location": "West Europe", "tags": {"env": "prod", "a.b": "12-ab", "open": hole}, "kind": "StorageV2"}
    vault = "Microsoft.KeyVault/vaults"
    made: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("Microsoft.Storage/storageAccounts", f"{group}/Microsoft.Storage/storageAccounts/a1", storage | root),
        ("Microsoft.Network/virtualNetworks", f"{group}/Microsoft.Network/virtualNetworks/n", network | root),
        (vault, f"{group}/{vault}/v", {"properties": {"list": [1, [2]]}, **root}),
        (
            "Microsoft.Insights/diagnosticSettings",
            f"{group}/{vault}/v/providers/microsoft.insights/diagnosticSettings/d",
            log,
        ),
        (
            "Microsoft.Compute/virtualMachines",
            f"{group}/Microsoft.Compute/virtualMachines/" + "{var.n}",
            {"tags": hole},
        ),
    )
    resources = [
        Resource(id=made_id, type=of, name=made_id.rpartition("/")[2], body=body, origin=Origin(source="inventory"))
        for of, made_id, body in made
    ]
    return Estate([Reading("inventory", "here", resources)])


TARGET = PolicyTarget
